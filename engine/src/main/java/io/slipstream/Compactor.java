package io.slipstream;

import io.slipstream.events.CompactionEvent;
import io.slipstream.events.LogEvents;
import io.slipstream.storage.LogPaths;

import java.io.IOException;

/**
 * Decides when the log is compacted beside its writer, and has it done: one rotation at a time, and a wait after each that failed.
 *
 * <p>For one thread of maintenance at a time, which writes each field; {@link #stats()} from any thread.
 */
final class Compactor {
    private final SnapshotLog.Context context;
    private final LogPaths paths;
    private final WritableLog log;
    private final IndexFollower index;
    private final CompactionRequests requests;
    private final RetryWait wait;

    private Rotation rotation; // null: none is under way
    private CompactionEvent event;
    private volatile CompactionStats stats = CompactionStats.NONE;

    Compactor(
            final SnapshotLog.Context context, final LogPaths paths, final WritableLog log, final IndexFollower index, final CompactionRequests requests) {
        this.context = context;
        this.paths = paths;
        this.log = log;
        this.index = index;
        this.requests = requests;
        this.wait = RetryWait.doubling(context.nanoClock());
    }

    /** Whether a rotation is under way. It needs the index as it is. */
    boolean isAtWork() {
        return rotation != null;
    }

    /**
     * Begins a compaction if one is due, or does some of the one that is under way.
     *
     * @return whether there was anything to do
     * @throws IOException if it failed and was given up, or if it was published and the index cannot go on there: that is begun anew
     */
    boolean step() throws IOException {
        final boolean published = isPublished();
        final boolean worked = beginOrProceed();
        if (isPublished() && !published) {
            goOnInPublished();
        }
        return worked;
    }

    private boolean isPublished() {
        return rotation != null && rotation.isPublished();
    }

    private boolean beginOrProceed() throws IOException {
        try {
            return rotation == null ? isDue() && begin() : proceed();
        } catch (final IOException | RuntimeException | Error e) {
            giveUp(e);
            throw e;
        }
    }

    private boolean isDue() {
        if (!index.isBegun() || log.state() != WritableLog.State.OPEN || index.position() < log.inFile().position() - LagWatch.MAX_LAG) {
            return false;
        }
        return requests.areOpenUpTo(index.position()) || wait.isOver() && isWorthIt();
    }

    /** Whether a compaction would begin, sooner or later, if the index came nearer to the writer. There is an index. */
    boolean isWanted() {
        return requests.areOpen() || wait.isOver() && isWorthIt();
    }

    private boolean isWorthIt() {
        final long live = index.index().liveBytes();
        final long dead = index.position() - live;
        return dead >= context.compactionFloor() && dead >= live * context.compactionRatio();
    }

    private boolean begin() throws IOException {
        final long position = index.position();
        requests.begin(position);
        event = LogEvents.beginCompaction();
        rotation = new Rotation(context, paths, log, index.index(), index.file(), index.bytes(), position);
        return true;
    }

    private boolean proceed() throws IOException {
        final boolean worked = rotation.step();
        if (rotation.isDone()) {
            end();
        }
        return worked;
    }

    // What was appended since it began was not shown yet. The compaction itself has succeeded, whatever comes of this.
    private void goOnInPublished() throws IOException {
        try {
            index.goOnInPublished(rotation.compactForm().length(), rotation.putBytes());
        } catch (final IOException | RuntimeException | Error e) {
            index.forget(e);
            throw e;
        }
    }

    private void end() {
        final long compactLength = rotation.compactForm().length();
        LogEvents.endCompaction(event, paths.log(), rotation.startPosition(), compactLength, rotation.reclaimed());
        stats = stats.next(context.nanoClock().nanoTime() - rotation.startedNanos(), compactLength, rotation.reclaimed());
        wait.reset();
        requests.succeed();
        rotation = null;
    }

    /** Gives up the compaction that is under way, or could not begin. */
    void giveUp(final Throwable because) {
        abandon(because);
        index.forget(because); // its positions may be half the one file's, half the other's
        wait.begin();
        stats = stats.failure();
        requests.fail(because);
    }

    /** Nothing will be done any more. A compaction that was published has succeeded: the writer adopts it all the same. */
    void close(final Throwable because) {
        if (isPublished()) {
            rotation.abandon(because);
            end();
        } else {
            abandon(because);
        }
    }

    /** When nothing will be done any more: requests that are still open have failed. They are not answered: who waits does it himself. */
    void failOpenRequests() {
        if (requests.areOpen()) {
            stats = stats.failure();
        }
    }

    // Cleans up after the compaction that is under way, if there is one.
    private void abandon(final Throwable because) {
        if (rotation != null) {
            log.giveUp();
            rotation.abandon(because);
            LogEvents.failCompaction(event, paths.log(), rotation.startPosition(), rotation.isPublished(), because);
            rotation = null;
        }
    }

    /** What came of the compactions so far. */
    CompactionStats stats() {
        return stats;
    }
}
