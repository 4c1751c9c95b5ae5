package io.slipstream;

import io.slipstream.writer.RecordAppender;
import org.agrona.concurrent.NanoClock;

import java.io.IOException;
import java.lang.invoke.VarHandle;

/**
 * Forces that the writer asked for. They are not queued: one covers all that were asked for before it.
 *
 * <p>{@link #add()} is the writer's, who writes every field but the wait; {@link #serve()} is for one thread of maintenance at a time.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // written by one thread
final class ForceRequests {
    /*
     * The writer alone can tell at once where its last record ends and what crc it has: two fields that are read under a version, odd while they are
     * being written.
     */
    private final WritableLog log;
    private final RetryWait wait;

    private volatile long version;
    private long ticket;
    private int crc;

    ForceRequests(final WritableLog log, final NanoClock clock) {
        this.log = log;
        this.wait = RetryWait.ofASecond(clock);
    }

    /** The writer's: what was appended so far shall be forced. What it answers is done once {@link WritableLog#isForced} says so. */
    long add() {
        final RecordAppender appender = log.open();
        final long latest = log.ticket();
        final long before = version;
        version = before + 1;
        VarHandle.releaseFence();
        ticket = latest;
        crc = appender.lastCrc();
        version = before + 2;
        return latest;
    }

    /**
     * Maintenance: forces what was asked for, if anything was that is not forced yet.
     *
     * @return whether there was anything to do
     */
    boolean serve() throws IOException {
        final long before = version;
        final long latest = ticket;
        final int latestCrc = crc;
        VarHandle.acquireFence();
        if ((before & 1) != 0 || before != version || before == 0 || log.isForced(latest) || !wait.isOver()) {
            return false;
        }
        try {
            log.forceUpTo(latest, latestCrc);
            return true;
        } catch (final IOException e) {
            wait.begin();
            throw e;
        }
    }
}
