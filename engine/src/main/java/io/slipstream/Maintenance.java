package io.slipstream;

import io.slipstream.events.CompactionEvent;
import io.slipstream.events.LogEvents;
import io.slipstream.format.RecordLayout;
import io.slipstream.index.LiveIndex;
import io.slipstream.replay.LogTail;
import io.slipstream.storage.FirstFailure;
import io.slipstream.storage.IoFaults;
import io.slipstream.storage.LogBytes;
import io.slipstream.storage.LogPaths;
import io.slipstream.storage.StorageFile;
import io.slipstream.writer.RecordAppender;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;

import java.io.IOException;
import java.lang.invoke.VarHandle;

/**
 * What is done for a log beside its writer: forces that were asked for, segments ahead of need, unmapping, the index of what is live, compaction.
 *
 * <p>Any thread may call {@link #doWork()}, one at a time; the writer calls {@link #requestForce()} and {@link #requestCompaction()}; the figures are for
 * any thread.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // each is written by one thread at a time
final class Maintenance implements Agent {
    /*
     * Each call does a little of everything that there is to do, the most urgent first. What fails is reported by the exception of the call, and is not
     * tried again at once; the rest goes on.
     *
     * A force is asked for by the writer, who alone can tell at once where its last record ends and what crc it has: two fields that are read under a version,
     * odd while they are being written.
     */
    private static final int TAIL_LENGTH = 1 << 18;
    private static final int WORTHWHILE_LENGTH = 1 << 16;
    private static final long MAX_LAG = 8L << 20;
    private static final long REPORTED_LAG = 64L << 20;
    private static final long MIN_WAIT_NANOS = 1_000_000_000L;
    private static final long MAX_WAIT_NANOS = 64 * MIN_WAIT_NANOS;

    private final SnapshotLog.Context context;
    private final LogPaths paths;
    private final WritableLog log;
    private final NanoClock clock;

    // Written by the writer.
    private volatile long forceVersion;
    private long forceTicket;
    private int forceCrc;
    private volatile long compactionTicket;
    private volatile long compactionsRequested;

    private volatile boolean closed;

    // Of doWork and onClose, which hold the monitor.
    private StorageFile file;
    private LogBytes bytes;
    private LiveIndex index;
    private LogTail tail;
    private Rotation rotation;
    private CompactionEvent compactionEvent;
    private long requestsInRotation;
    private long forceNotBefore;
    private long growNotBefore;
    private long indexNotBefore;
    private long compactNotBefore;
    private long lagNotBefore;
    private long lastLag;
    private long seenEnd;
    private long compactWait = MIN_WAIT_NANOS;

    private volatile long requestsAnswered;
    private volatile Throwable lastFailure;
    private volatile CompactionStats compaction = CompactionStats.NONE;
    private volatile long liveBytes = -1;

    Maintenance(final SnapshotLog.Context context, final LogPaths paths, final WritableLog log) {
        this.context = context;
        this.paths = paths;
        this.log = log;
        this.clock = context.nanoClock();
        final long now = clock.nanoTime();
        this.forceNotBefore = now;
        this.growNotBefore = now;
        this.indexNotBefore = now;
        this.compactNotBefore = now;
        this.lagNotBefore = now;
    }

    /** The writer's: what was appended so far shall be forced. What it answers is done once {@link WritableLog#isForced} says so. */
    long requestForce() {
        final RecordAppender appender = log.open();
        final long ticket = log.ticket();
        final long version = forceVersion;
        forceVersion = version + 1;
        VarHandle.releaseFence();
        forceTicket = ticket;
        forceCrc = appender.lastCrc();
        forceVersion = version + 2;
        return ticket;
    }

    /** The writer's: the log shall be compacted. What it answers is done once {@link #isAnswered} says so. */
    long requestCompaction() {
        compactionTicket = log.ticket();
        return ++compactionsRequested;
    }

    /** Whether the compaction of that request has ended; {@link #lastFailure} tells how. */
    boolean isAnswered(final long request) {
        return requestsAnswered >= request;
    }

    Throwable lastFailure() {
        return lastFailure;
    }

    @Override
    public String roleName() {
        return "slipstream-maintenance";
    }

    @Override
    public synchronized int doWork() throws IOException {
        if (closed || log.isOver()) {
            endRotationOfALogThatIsOver();
            return 0;
        }
        try {
            return (force() ? 1 : 0) + (grow() ? 1 : 0) + (log.inFile().supply().releaseOne() ? 1 : 0) + (follow() ? 1 : 0) + (compact() ? 1 : 0);
        } catch (final IOException | RuntimeException e) {
            if (log.state() == WritableLog.State.CLOSED) {
                return 0; // meanwhile, by another thread: nothing is wrong
            }
            throw e;
        } catch (final Error e) {
            throw failed(e); // an error would end the thread
        }
    }

    private IOException failed(final Error error) {
        if (error instanceof InternalError fault) {
            try {
                return IoFaults.toIoException(fault, paths.log());
            } catch (final InternalError e) {
                return new IOException("maintenance failed: file=" + paths.log(), e);
            }
        }
        return new IOException("maintenance failed: file=" + paths.log() + ": " + error, error);
    }

    private void endRotationOfALogThatIsOver() {
        if (rotation != null) {
            giveUpRotation(new IOException("compaction was given up, for the log was closed or poisoned: file=" + paths.log()));
        }
    }

    private boolean force() throws IOException {
        final long version = forceVersion;
        final long ticket = forceTicket;
        final int crc = forceCrc;
        VarHandle.acquireFence();
        if ((version & 1) != 0 || version != forceVersion || version == 0 || log.isForced(ticket) || clock.nanoTime() - forceNotBefore < 0) {
            return false;
        }
        try {
            log.forceUpTo(ticket, crc);
            return true;
        } catch (final IOException e) {
            forceNotBefore = clock.nanoTime() + MIN_WAIT_NANOS;
            throw e;
        }
    }

    private boolean grow() throws IOException {
        if (clock.nanoTime() - growNotBefore < 0) {
            return false;
        }
        final RecordAppender appender = log.inFile();
        try {
            if (!madeReady(appender)) {
                return appender.supply().touchAhead(appender.position());
            }
        } catch (final InternalError e) {
            throw log.poisonedBy(e); // the writer would be next
        }
        log.forceReady();
        return true;
    }

    private boolean madeReady(final RecordAppender appender) throws IOException {
        try {
            return appender.supply().makeReady(appender.position());
        } catch (final IOException e) {
            growNotBefore = clock.nanoTime() + MIN_WAIT_NANOS;
            throw new IOException("cannot make the next segment ready: " + appender.supply() + "; the writer tries itself when it needs one: "
                    + e.getMessage(), e);
        }
    }

    // Shows the index what was appended, unless a rotation needs it as it is.
    private boolean follow() throws IOException {
        if (rotation != null || clock.nanoTime() - indexNotBefore < 0) {
            return false;
        }
        final RecordAppender appender = log.inFile();
        final long end = appender.position();
        try {
            if (index == null) {
                beginIndex();
            }
            if (tail.position() == end || canWait(end)) {
                return false;
            }
            if (bytes.length() < end) {
                bytes.remapTo(appender.supply().capacity());
            }
            tail.advance(end, TAIL_LENGTH, index);
        } catch (final IOException | RuntimeException | Error e) {
            indexNotBefore = clock.nanoTime() + MIN_WAIT_NANOS;
            forgetIndex(e);
            lastFailure = e;
            requestsAnswered = compactionsRequested;
            throw e;
        }
        liveBytes = index.liveBytes();
        requireToKeepUp(end - tail.position());
        return true;
    }

    // A little, with more to come and nobody who asks for it: a thread that has nothing to do meanwhile leaves its processor alone.
    private boolean canWait(final long end) {
        final boolean more = end != seenEnd;
        seenEnd = end;
        return more && end - tail.position() < WORTHWHILE_LENGTH && compactionsRequested == requestsAnswered;
    }

    // Behind a log that is being opened it may be, but not ever further.
    private void requireToKeepUp(final long lag) throws IOException {
        final long now = clock.nanoTime();
        if (now - lagNotBefore < 0) {
            return;
        }
        final boolean fallsBehind = lag > REPORTED_LAG && lastLag > 0 && lag > lastLag;
        lastLag = lag;
        lagNotBefore = now + (fallsBehind ? MAX_WAIT_NANOS : MIN_WAIT_NANOS);
        if (fallsBehind) {
            throw new IOException("the index cannot keep up with the writer, and without it nothing is compacted: file=" + paths.log()
                    + " behind=" + lag + " bytes; the log goes on as it is");
        }
    }

    private void beginIndex() throws IOException {
        openForReading();
        index = new LiveIndex(bytes);
        tail = new LogTail(file, RecordLayout.HEADER_LENGTH);
        lastLag = 0;
    }

    private void openForReading() throws IOException {
        file = context.storage().openForRead(paths.log());
        log.requireSameFile(file);
        bytes = LogBytes.map(file, 0);
    }

    private void forgetIndex(final Throwable because) {
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

    private boolean compact() throws IOException {
        try {
            return rotation == null ? isDue() && beginRotation() : stepRotation();
        } catch (final IOException | RuntimeException | Error e) {
            giveUpRotation(e);
            throw e;
        }
    }

    private boolean stepRotation() throws IOException {
        final boolean published = rotation.isPublished();
        final boolean worked = rotation.step();
        if (rotation.isPublished() && !published) {
            followPublished();
        }
        if (rotation.isDone()) {
            endRotation();
        }
        return worked;
    }

    private boolean isDue() {
        if (index == null || log.state() != WritableLog.State.OPEN || tail.position() < log.inFile().position() - MAX_LAG) {
            return false;
        }
        final boolean requested = compactionsRequested > requestsAnswered;
        return requested && tail.position() >= log.position(compactionTicket) || clock.nanoTime() - compactNotBefore >= 0 && isWorthIt();
    }

    private boolean isWorthIt() {
        final long live = index.liveBytes();
        final long dead = tail.position() - live;
        return dead >= context.compactionFloor() && dead >= live * context.compactionRatio();
    }

    private boolean beginRotation() throws IOException {
        final long requests = compactionsRequested; // first: the ticket of each was written before
        requestsInRotation = tail.position() >= log.position(compactionTicket) ? requests : requestsAnswered;
        if (bytes.length() < tail.position()) {
            bytes.remapTo(tail.position());
        }
        compactionEvent = LogEvents.beginCompaction();
        rotation = new Rotation(context, paths, log, index, file, bytes, tail.position());
        return true;
    }

    // The index has the new file's positions; what was appended since the rotation began it has not been shown yet.
    private void followPublished() throws IOException {
        final Throwable ignored = new IOException("closing what was replaced");
        closeReading(ignored);
        openForReading();
        index.moved(bytes, rotation.putBytes());
        tail = new LogTail(file, rotation.compactForm().length());
        lastLag = 0;
        liveBytes = index.liveBytes();
    }

    private void endRotation() {
        LogEvents.endCompaction(compactionEvent, paths.log(), rotation.startPosition(), rotation.compactForm().length(), rotation.reclaimed());
        compaction = compaction.next(clock.nanoTime() - rotation.startedNanos(), rotation.compactForm().length(), rotation.reclaimed());
        compactWait = MIN_WAIT_NANOS;
        lastFailure = null;
        requestsAnswered = requestsInRotation;
        rotation = null;
    }

    private void giveUpRotation(final Throwable because) {
        abandonRotation(because);
        forgetIndex(because); // its positions may be half the one file's, half the other's
        compactNotBefore = clock.nanoTime() + compactWait;
        compactWait = Math.min(2 * compactWait, MAX_WAIT_NANOS);
        compaction = compaction.failure();
        lastFailure = because;
        requestsAnswered = requestsInRotation;
    }

    @Override
    public synchronized void onClose() {
        if (!closed) {
            final Throwable because = new IOException("the log was closed, or its maintenance was ended");
            try {
                finishForce(because);
                abandonRotation(because);
                forgetIndex(because);
            } finally {
                closed = true;
            }
        }
    }

    // Nobody else would do what was asked for.
    private void finishForce(final Throwable because) {
        if (!log.isOver()) {
            FirstFailure.close(because, this::force);
        }
    }

    private void abandonRotation(final Throwable because) {
        if (rotation != null) { // it may not even have begun
            log.giveUp();
            rotation.abandon(because);
            LogEvents.failCompaction(compactionEvent, paths.log(), rotation.startPosition(), rotation.isPublished(), because);
            rotation = null;
        }
    }

    /** Whether nothing will be done any more. */
    boolean isClosed() {
        return closed;
    }

    CompactionStats compaction() {
        return compaction;
    }

    /** About how long the log would be in compact form; -1 as long as nothing is known. */
    long liveBytes() {
        return liveBytes;
    }
}
