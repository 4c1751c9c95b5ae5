package io.slipstream;

import io.slipstream.format.RecordLayout;
import io.slipstream.index.LiveIndex;
import io.slipstream.replay.LogTail;
import io.slipstream.storage.FirstFailure;
import io.slipstream.storage.LogBytes;
import io.slipstream.storage.LogPaths;
import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;
import io.slipstream.writer.RecordAppender;
import org.agrona.concurrent.NanoClock;

import java.io.IOException;

/**
 * The index of what is live in the log, and the reading end of the file that shows it what the writer appends.
 *
 * <p>For one thread of maintenance at a time, which writes each field; {@link #liveBytes()} from any thread.
 */
final class IndexFollower {
    private static final int PIECE_LENGTH = 1 << 18;
    private static final int WORTHWHILE_LENGTH = 1 << 16;

    private final Storage storage;
    private final LogPaths paths;
    private final WritableLog log;
    private final LagWatch lag;

    private StorageFile file;
    private LogBytes bytes;
    private LiveIndex index; // null: not begun, or forgotten
    private LogTail tail;
    private long seenEnd;
    private volatile long liveBytes = -1;

    IndexFollower(final Storage storage, final LogPaths paths, final WritableLog log, final NanoClock clock) {
        this.storage = storage;
        this.paths = paths;
        this.log = log;
        this.lag = new LagWatch(clock);
    }

    /**
     * Shows the index some of what was appended. If it throws, {@link #forget} is due.
     *
     * @param isWaitedFor whether somebody waits for it to have seen all
     * @return whether there was anything to show
     */
    boolean follow(final boolean isWaitedFor) throws IOException {
        final RecordAppender appender = log.inFile();
        final long end = appender.position();
        if (index == null) {
            begin();
        }
        if (tail.position() == end || canWait(end, isWaitedFor)) {
            return false;
        }
        if (bytes.length() < end) {
            bytes.remapTo(appender.supply().capacity());
        }
        tail.advance(end, PIECE_LENGTH, index);
        liveBytes = index.liveBytes();
        return true;
    }

    private void begin() throws IOException {
        openForReading();
        index = new LiveIndex(bytes);
        tail = new LogTail(file, RecordLayout.HEADER_LENGTH);
        lag.reset();
    }

    private void openForReading() throws IOException {
        file = storage.openForRead(paths.log());
        log.requireSameFile(file);
        bytes = LogBytes.map(file, 0);
    }

    // A little, with more to come and nobody who asks for it: a thread that has nothing to do meanwhile leaves its processor alone.
    private boolean canWait(final long end, final boolean isWaitedFor) {
        final boolean more = end != seenEnd;
        seenEnd = end;
        return more && end - tail.position() < WORTHWHILE_LENGTH && !isWaitedFor;
    }

    /**
     * After {@link #follow}: says so when it stays behind.
     *
     * @param isCompactionWanted whether one would begin if the index were up to date
     * @throws IOException if it cannot keep up; it goes on all the same
     */
    void requireToKeepUp(final boolean isCompactionWanted) throws IOException {
        final long behind = seenEnd - tail.position();
        if (lag.staysBehind(behind, isCompactionWanted)) {
            throw new IOException("the index cannot keep up with the writer, and without it nothing is compacted: file=" + paths.log()
                    + " behind=" + behind + " bytes; the log goes on as it is");
        }
    }

    /** Goes on in the file that a rewrite of the log has published, whose first {@code compactLength} bytes are what the index knows. */
    void goOnInPublished(final long compactLength, final long putBytes) throws IOException {
        closeReading(new IOException("closing what was replaced"));
        openForReading();
        index.moved(bytes, putBytes);
        tail = new LogTail(file, compactLength);
        lag.reset();
        liveBytes = index.liveBytes();
    }

    /** Lets go of the index and the file; it is begun anew when it is wanted. What cannot be closed is added to {@code because}. */
    void forget(final Throwable because) {
        liveBytes = -1;
        index = null;
        tail = null;
        closeReading(because);
    }

    private void closeReading(final Throwable because) {
        if (file != null) {
            if (bytes != null) {
                FirstFailure.close(because, bytes::release);
                bytes = null;
            }
            FirstFailure.close(because, file);
            file = null;
        }
    }

    /** Whether there is an index, of some of the log at least. */
    boolean isBegun() {
        return index != null;
    }

    /** Up to where the index has seen the log. */
    long position() {
        return tail.position();
    }

    /** The index. A rewrite of the log has it to itself, from {@link #position()} on. */
    LiveIndex index() {
        return index;
    }

    /** The log, for reading. */
    StorageFile file() {
        return file;
    }

    /** The log as far as the index has seen it, mapped. */
    LogBytes bytes() throws IOException {
        if (bytes.length() < tail.position()) {
            bytes.remapTo(tail.position());
        }
        return bytes;
    }

    /** About how long the log would be in compact form; -1 as long as nothing is known. */
    long liveBytes() {
        return liveBytes;
    }
}
