package io.slipstream;

import io.slipstream.compaction.CompactForm;
import io.slipstream.replay.Verdict;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.IoFaults;
import io.slipstream.storage.LogPaths;
import io.slipstream.storage.Storage;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What a log holds and how it ends: the facts of one file, damaged or not, without changing it. Lengths and positions are in bytes.
 *
 * @param file          the file as it was named
 * @param result        what a load would answer
 * @param message       the error in words; null if there is none
 * @param rule          row of the verdict table in docs/recovery.md that decided; null for a bad header, no file, or an I/O error
 * @param offset        place of the damage, 0 for the header; null unless corrupted or invalid
 * @param tail          what the end is; null unless the log is sound
 * @param dropped       bytes of a tail that does not count; slack is none
 * @param survivors     sound records behind the end, counted without overlap
 * @param records       records before the end
 * @param live          live entries
 * @param cursor        the cursor; null if there is none
 * @param logEnd        end of the last applied record
 * @param fileLength    length of the file
 * @param compact       whether no record was redundant
 * @param compactSha256 SHA-256 of the compact form of the live state, lower-case hexadecimal; null on error
 */
public record LogInspection(
        Path file,
        Result result,
        String message,
        Integer rule,
        Long offset,
        Tail tail,
        long dropped,
        long survivors,
        long records,
        long live,
        WatchCursor cursor,
        long logEnd,
        long fileLength,
        boolean compact,
        String compactSha256) {
    /** What a load would answer. */
    public enum Result {
        /** Live entries, a cursor, or both. */
        SOME,
        /** No file, or nothing live in it. */
        NONE,
        /** Refused as corrupted. */
        CORRUPTED,
        /** Refused as invalid format. */
        INVALID,
        /** Could not be read. */
        IO
    }

    /** What the end of a sound log is. */
    public enum Tail {
        /** The log ends where the file does. */
        CLEAN,
        /** Zeros that were never used. */
        SLACK,
        /** The last append did not finish. */
        TORN,
        /** What a power cut left. */
        POWER_LOSS
    }

    /**
     * Inspects the file at {@code path}, beside whoever writes it. Takes no lock and changes nothing. Damage and I/O errors are results, not
     * exceptions.
     *
     * @throws IllegalStateException if the JVM lacks the flag that Agrona needs; says which
     */
    public static LogInspection of(final Path path) {
        return of(FileStorage.INSTANCE, path);
    }

    /** As {@link #of(Path)}, on the given storage. */
    public static LogInspection of(final Storage storage, final Path path) {
        Platform.requireExports();
        try (OpenedLog opened = OpenedLog.read(storage, new LogPaths(storage.resolve(path)), RecoveryPolicy.PROVEN)) {
            return of(path, opened);
        } catch (final InternalError e) {
            return failed(path, IoFaults.toIoException(e, path));
        } catch (final NoSuchFileException e) {
            return absent(path);
        } catch (final IOException e) {
            return failed(path, e);
        }
    }

    static LogInspection absent(final Path path) {
        return new LogInspection(path, Result.NONE, null, null, null, null, 0, 0, 0, 0, null, 0, 0, true, CompactForm.sha256OfNothing());
    }

    static LogInspection failed(final Path path, final IOException failure) {
        return new LogInspection(path, Result.IO, messageOf(failure), null, null, null, 0, 0, 0, 0, null, 0, 0, false, null);
    }

    private static String messageOf(final IOException failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }

    static LogInspection of(final Path path, final OpenedLog opened) throws IOException {
        final Verdict verdict = opened.verdict();
        final boolean refused = verdict.isRefused();
        final WatchCursor cursor = WatchCursor.wrap(opened.live().cursor());
        return new LogInspection(
                path,
                result(opened),
                refused ? verdict.message(path) : null,
                verdict.row() == 0 ? null : verdict.row(),
                refused ? verdict.position() : null,
                tail(verdict),
                verdict.droppedLength(),
                verdict.survivors(),
                opened.records(),
                opened.live().length(),
                cursor.isEmpty() ? null : cursor,
                verdict.position(),
                verdict.fileLength(),
                opened.live().isCompact(),
                refused ? null : CompactForm.sha256(opened.live()));
    }

    private static Result result(final OpenedLog opened) {
        return switch (opened.verdict().kind()) {
            case CORRUPTED -> Result.CORRUPTED;
            case INVALID -> Result.INVALID;
            case CLEAN, SLACK, TORN, POWER_LOSS -> opened.live().isEmpty() ? Result.NONE : Result.SOME;
        };
    }

    private static Tail tail(final Verdict verdict) {
        return switch (verdict.kind()) {
            case CLEAN -> Tail.CLEAN;
            case SLACK -> Tail.SLACK;
            case TORN -> Tail.TORN;
            case POWER_LOSS -> Tail.POWER_LOSS;
            case CORRUPTED, INVALID -> null;
        };
    }
}
