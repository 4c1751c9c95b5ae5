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

    /** The directory that holds them all. */
    public Path directory() {
        return log.getParent();
    }

    /** The file whose lock makes its holder the one writer. */
    public Path lock() {
        return beside(LOCK);
    }

    /** The temporary file that a compaction fills. */
    public Path compact() {
        return beside(COMPACT);
    }

    /** Where the {@code number}-th refused log is kept. */
    public Path damaged(final int number) {
        return beside(DAMAGED + number);
    }

    private Path beside(final String suffix) {
        return log.resolveSibling(log.getFileName() + suffix);
    }
}
