package io.slipstream.storage;

import java.nio.file.Path;

/**
 * The names of a log's companion files. Source: docs/format.md, "Companion files".
 *
 * @param log the log itself, links resolved
 */
public record LogPaths(Path log) {
    private static final String LOCK = ".lock";
    private static final String MARK = ".mark";
    private static final String COMPACT = ".compact";
    private static final String DAMAGED = ".damaged-";

    /** Whether {@code name} is a companion file that is no log: a lock, a mark, or what a dead compaction left. */
    public static boolean isCompanion(final String name) {
        return name.endsWith(LOCK) || name.endsWith(MARK) || name.endsWith(COMPACT);
    }

    /**
     * The names of a log that will be written, which must not be the name of a companion: opening {@code kv} would overwrite a log called
     * {@code kv.lock}, and delete one called {@code kv.compact}.
     *
     * @throws IllegalArgumentException if it is
     */
    public static LogPaths ofWritten(final Path log) {
        if (isCompanion(log.getFileName().toString())) {
            throw new IllegalArgumentException("reserved name: file=" + log + "; names ending in " + LOCK + ", " + MARK + " and " + COMPACT
                    + " belong to the log without that ending");
        }
        return new LogPaths(log);
    }

    /** The directory that holds them all. */
    public Path directory() {
        return log.getParent();
    }

    /** The file whose lock makes its holder the one writer. */
    public Path lock() {
        return beside(LOCK);
    }

    /** The file that holds the mark. */
    public Path mark() {
        return beside(MARK);
    }

    /** The temporary file that a compaction fills. */
    public Path compact() {
        return beside(COMPACT);
    }

    /** A temporary file that no other copy to this name uses. */
    public Path copy(final String unique) {
        return beside("." + unique + COMPACT);
    }

    /** Where the {@code number}-th refused log is kept. */
    public Path damaged(final int number) {
        return beside(DAMAGED + number);
    }

    private Path beside(final String suffix) {
        return log.resolveSibling(log.getFileName().toString().concat(suffix));
    }
}
