package io.slipstream.replay;

import io.slipstream.storage.FileChangedException;
import io.slipstream.storage.IoFaults;
import io.slipstream.storage.LogBytes;
import io.slipstream.storage.StorageFile;

import java.io.IOException;
import java.nio.file.Path;

import static io.slipstream.format.RecordLayout.HEADER_LENGTH;

/**
 * Reads one log from its header to its end: shows every valid record to a handler, then gives the verdict on the end. Works beside a
 * writer. Changes nothing.
 *
 * <p>Single thread. Source: docs/recovery.md, "Replay".
 */
public final class LogReplay {
    /*
     * The walk reads the mapping and only ever passes over valid records. Whatever else it meets is judged through the file, and judged
     * again: an append may be in progress there, or the file may be shrinking. Only the same verdict twice, on the same length, counts.
     * Nothing but zeros to the end needs no second look: a writer can only add to it. Asking for the length afterwards also brings up a fault
     * that the JVM still owes for the mapping.
     */
    private static final int MAX_ATTEMPTS = 1_000;

    private final StorageFile file;
    private final LogBytes bytes;
    private final RecordScanner scanner = new RecordScanner();
    private final TailJudge judge;
    private long records;
    private long position;

    /** A replay of {@code file} through {@code bytes}, which it may extend when the file grows meanwhile. */
    public LogReplay(final StorageFile file, final LogBytes bytes) {
        this.file = file;
        this.bytes = bytes;
        this.judge = new TailJudge(file);
    }

    /**
     * Replays the whole log.
     *
     * @throws IOException if the disk fails or the file is cut short meanwhile; damage is a verdict, not an exception
     */
    public Verdict replay(final RecordHandler handler) throws IOException {
        records = 0;
        position = 0;
        final Verdict header = judge.judgeHeader();
        if (header != null) {
            return header;
        }
        position = HEADER_LENGTH;
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            final long before = position;
            final Verdict verdict = walkAndJudge(handler);
            if (verdict != null) {
                return verdict;
            }
            if (position > before) {
                attempt = 0;
            }
        }
        throw new IOException("the file keeps changing under the replay: " + file + " position=" + position);
    }

    /**
     * Replays a log of which every mapped byte must belong to a record: the writer's own.
     *
     * @throws IOException if one does not, or the disk fails
     */
    public void replayAll(final RecordHandler handler, final Path path) throws IOException {
        records = 0;
        position = 0;
        Verdict verdict = judge.judgeHeader();
        if (verdict == null) {
            position = HEADER_LENGTH;
            walk(handler);
            if (position == bytes.length()) {
                return;
            }
            verdict = judge.judge(position);
        }
        if (verdict != null && verdict.isRefused()) {
            throw verdict.toException(path);
        }
        throw new IOException("the log changed under its writer: file=" + path + " offset=" + position + " expected end=" + bytes.length());
    }

    private Verdict walkAndJudge(final RecordHandler handler) throws IOException {
        try {
            walk(handler);
            if (bytes.isZero(position, bytes.length()) && file.length() == bytes.length()) {
                return TailJudge.cleanEnd(position, bytes.length());
            }
        } catch (final InternalError e) {
            final IOException fault = IoFaults.toIoException(e, file);
            if (file.length() < bytes.length()) {
                throw new FileChangedException(fault.getMessage());
            }
            throw fault;
        }
        final Verdict verdict = judge.judge(position);
        if (verdict == null) {
            extend();
            return null;
        }
        if (verdict.row() == 1) {
            return verdict;
        }
        return verdict.equals(judge.judge(position)) ? verdict : null;
    }

    private void walk(final RecordHandler handler) throws IOException {
        final long limit = bytes.length();
        scanner.reset(bytes, limit);
        while (position < limit && scanner.scan(position) == RecordScanner.VALID) {
            handler.onRecord(scanner.record(position));
            position += scanner.recordLength();
            records++;
        }
    }

    private void extend() throws IOException {
        final long length = file.length();
        if (length != bytes.length()) {
            bytes.extendTo(length);
        }
    }

    /** Number of valid records shown so far. */
    public long records() {
        return records;
    }

    /** End of the last valid record so far. */
    public long position() {
        return position;
    }
}
