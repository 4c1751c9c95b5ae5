package io.slipstream.replay;

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
 * <p>Single thread. Source: docs/format.md, "Replay", and docs/recovery.md.
 */
public final class LogReplay {
    /*
     * The walk reads the file in blocks, in order, and only ever passes over valid records; the mapping is touched for those alone, when a
     * handler compares keys. A writer cuts slack off under its readers whenever it closes, and a load from a mapped page that is gone is an
     * error the JVM may raise long after, anywhere; no writer cuts records that were committed. Reading ahead by blocks is no slower than
     * the page faults of a first walk over a mapping.
     * Whatever else the walk meets is judged, and looked at again: an append may be in progress there, or the file may be shrinking. Only
     * what stays the same, on the same length, counts. Zeros to the end need no second look: a writer can only add to them.
     */
    private static final int MAX_ATTEMPTS = 1_000;

    private final StorageFile file;
    private final LogBytes bytes; // null if no handler looks records up
    private final RecordScanner scanner = new RecordScanner();
    private final TailJudge judge;
    private long limit;
    private long records;
    private long position;
    private int lastCrc;
    private long watchedPosition;
    private Integer crcAtWatchedPosition;

    /** A replay of {@code file} as far as it goes. */
    public LogReplay(final StorageFile file) throws IOException {
        this(file, null, file.length());
    }

    /** A replay of {@code file} as far as {@code bytes} go, which it extends when the file grows meanwhile: for handlers that look records up. */
    public LogReplay(final StorageFile file, final LogBytes bytes) {
        this(file, bytes, bytes.length());
    }

    private LogReplay(final StorageFile file, final LogBytes bytes, final long limit) {
        this.file = file;
        this.bytes = bytes;
        this.limit = limit;
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
            if (position == limit) {
                handler.onEnd();
                IoFaults.settle();
                return;
            }
            verdict = judge.judge(position);
        }
        if (verdict != null && verdict.isRefused()) {
            throw verdict.toException(path);
        }
        throw new IOException("the log changed under its writer: file=" + path + " offset=" + position + " expected end=" + limit);
    }

    private Verdict walkAndJudge(final RecordHandler handler) throws IOException {
        try {
            walk(handler);
            handler.onEnd();
            IoFaults.settle();
        } catch (final InternalError e) {
            throw IoFaults.toIoException(e, file);
        } catch (final IndexOutOfBoundsException e) {
            throw IoFaults.nonsense(e, file);
        }
        final Verdict verdict = judge.judge(position);
        if (verdict == null) {
            extend();
            return null;
        }
        if (verdict.row() == 1) {
            return verdict;
        }
        return judge.isStill(verdict) ? verdict : null;
    }

    private void walk(final RecordHandler handler) throws IOException {
        scanner.reset(file, limit);
        while (scanner.scan(position) == RecordScanner.VALID) {
            handler.onRecord(scanner.record(position));
            position += scanner.recordLength();
            records++;
            lastCrc = scanner.storedCrc();
            if (position == watchedPosition) {
                crcAtWatchedPosition = lastCrc;
            }
        }
    }

    private void extend() throws IOException {
        final long length = file.length();
        if (length != limit && bytes != null) {
            bytes.extendTo(length);
        }
        limit = length;
    }

    /** Remembers the crc of the record that ends at {@code end}, for {@link #crcAtWatchedPosition()}. Before the replay. */
    public void watch(final long end) {
        watchedPosition = end;
    }

    /** Crc of the record that ends at the watched position; null if none does. */
    public Integer crcAtWatchedPosition() {
        return crcAtWatchedPosition;
    }

    /** Crc of the last valid record; 0 if there is none. */
    public int lastCrc() {
        return lastCrc;
    }

    /** The finding of {@code verdict} as what a power cut left: with the number of survivors, whether or not its row asks for them. */
    public Verdict excuse(final Verdict verdict) throws IOException {
        return verdict.excused(verdict.kind() == Verdict.Kind.CORRUPTED
                ? verdict.survivors()
                : judge.survivors(verdict.position(), verdict.fileLength()));
    }

    /** Number of valid records shown so far. */
    public long records() {
        return records;
    }
}
