package io.slipstream.testkit.contract;

import io.slipstream.testkit.model.ModelState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * An implementation of the log, as far as {@link SnapshotLogContract} needs to know it. What the implementation throws is passed on as it is;
 * {@link #refusal} says what it means.
 *
 * <p>One thread. Byte arrays are neither kept nor changed by the suite.
 */
public interface LogUnderTest {
    /** {@link Refusal#row} of an implementation that does not tell rows. */
    int ROW_NOT_TOLD = -1;

    /** Opens the log at {@code log} for writing, as its one writer; creates it if there is none. Lengths are in bytes. */
    OpenLog open(Path log, long compactionThreshold) throws IOException;

    /** Loads the log at {@code log} and leaves it clean, docs/recovery.md section 12; empty if it is absent. */
    Optional<ModelState> load(Path log) throws IOException;

    /** What {@code thrown}, which came out of {@link #open} or {@link #load}, says; empty if the log was not refused but something failed. */
    Optional<Refusal> refusal(Throwable thrown);

    /**
     * The keys of the log at {@code log}, once loaded, that are not among {@code currentKeys}; empty if the implementation has no such call.
     */
    default Optional<Set<String>> staleKeys(final Path log, final Set<String> currentKeys) throws IOException {
        return Optional.empty();
    }

    /** Why a log was refused. */
    enum Reason {
        /** Records are damaged before its end. */
        CORRUPTED,
        /** It is no log, or holds what no writer writes. */
        INVALID,
        /** There is a writer already. */
        IN_USE
    }

    /**
     * A refusal.
     *
     * @param reason why
     * @param row    row of the table in docs/recovery.md, 0 for the header, or {@link #ROW_NOT_TOLD}; not looked at where the log is in use
     * @param offset place of the damage in bytes from the start of the file, 0 for the header; not looked at where the log is in use
     */
    record Refusal(Reason reason, int row, long offset) {
    }

    /**
     * What was found at the end of a log when it was opened.
     *
     * @param position end of the last record that counts, in bytes from the start of the file
     * @param dropped  bytes of the torn tail; 0 if there was none, slack being none
     * @param row      row of the table in docs/recovery.md that told the torn tail, or {@link #ROW_NOT_TOLD}; not looked at where nothing was dropped
     */
    record Found(long position, long dropped, int row) {
    }

    /** A log that is open for writing. What it must refuse is an {@link IllegalArgumentException}, after close an {@link IllegalStateException}. */
    interface OpenLog extends AutoCloseable {
        /** What was found when it was opened. */
        Found found();

        /** Appends a put. */
        void put(String key, byte[] value, byte[] version) throws IOException;

        /** Appends a delete. */
        void delete(String key, byte[] version) throws IOException;

        /** Appends a purge. */
        void purge(String key, byte[] version) throws IOException;

        /** Appends a cursor; no bytes mean no cursor. Answers whether a compaction is due. */
        boolean checkpoint(byte[] cursor) throws IOException;

        /** Makes what was appended survive power loss. */
        void force() throws IOException;

        /** Rewrites the log in compact form. */
        void compact() throws IOException;

        /** What is live now. */
        ModelState state() throws IOException;

        /** Closes the log; twice is as good as once. */
        @Override
        void close() throws IOException;
    }
}
