package io.slipstream;

import io.slipstream.storage.FirstFailure;
import io.slipstream.storage.IoFaults;
import io.slipstream.storage.LogPaths;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;

import java.io.IOException;

/**
 * What is done for a log beside its writer: forces that were asked for, segments ahead of need, unmapping, the index of what is live, compaction.
 *
 * <p>Any thread may call {@link #doWork()}, one at a time; the writer calls {@link #requestForce()} and {@link #requestCompaction()}; the figures are for
 * any thread.
 */
final class Maintenance implements Agent {
    /*
     * Each call does a little of everything that there is to do, the most urgent first. What fails is reported by the exception of the call, and is not
     * tried again at once; the rest goes on. Here it is decided what comes when, and what a failure of the one means for the other; who holds the monitor
     * is maintenance's one thread, of which the classes beneath speak.
     */
    private final LogPaths paths;
    private final WritableLog log;
    private final ForceRequests forces;
    private final SegmentsAhead segments;
    private final IndexFollower index;
    private final RetryWait indexWait;
    private final CompactionRequests compactionRequests;
    private final Compactor compactor;

    private volatile boolean closed; // written under the monitor

    Maintenance(final SnapshotLog.Context context, final LogPaths paths, final WritableLog log) {
        final NanoClock clock = context.nanoClock();
        this.paths = paths;
        this.log = log;
        this.forces = new ForceRequests(log, clock);
        this.segments = new SegmentsAhead(log, clock);
        this.index = new IndexFollower(context.storage(), paths, log, clock);
        this.indexWait = RetryWait.ofASecond(clock);
        this.compactionRequests = new CompactionRequests(log);
        this.compactor = new Compactor(context, paths, log, index, compactionRequests);
    }

    /** The writer's: what was appended so far shall be forced. What it answers is done once {@link WritableLog#isForced} says so. */
    long requestForce() {
        return forces.add();
    }

    /** The writer's: the log shall be compacted. What it answers is done once {@link #isAnswered} says so. */
    long requestCompaction() {
        return compactionRequests.add();
    }

    /** Whether the compaction of that request has ended; {@link #lastFailure} tells how. */
    boolean isAnswered(final long request) {
        return compactionRequests.isAnswered(request);
    }

    Throwable lastFailure() {
        return compactionRequests.lastFailure();
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
            return (forces.serve() ? 1 : 0) + (segments.grow() ? 1 : 0) + (log.inFile().supply().releaseOne() ? 1 : 0) + (follow() ? 1 : 0)
                    + (compactor.step() ? 1 : 0);
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
        if (compactor.isAtWork()) {
            compactor.giveUp(new IOException("compaction was given up, for the log was closed or poisoned: file=" + paths.log()));
        }
    }

    // Shows the index what was appended, unless a rotation needs it as it is.
    private boolean follow() throws IOException {
        if (compactor.isAtWork() || !indexWait.isOver()) {
            return false;
        }
        try {
            if (!index.follow(compactionRequests.areOpen())) {
                return false;
            }
        } catch (final IOException | RuntimeException | Error e) {
            indexWait.begin();
            index.forget(e);
            compactionRequests.failAll(e);
            throw e;
        }
        index.requireToKeepUp(compactor.isWanted());
        return true;
    }

    @Override
    public synchronized void onClose() {
        if (!closed) {
            final Throwable because = new IOException("the log was closed, or its maintenance was ended");
            try {
                compactor.close(because);
                index.forget(because);
            } finally {
                closed = true; // before the last look: who asked for something and did not see this, is seen now
                compactor.failOpenRequests();
                finishForce(because);
            }
        }
    }

    // Nobody else would do what was asked for.
    private void finishForce(final Throwable because) {
        if (!log.isOver()) {
            FirstFailure.close(because, forces::serve);
        }
    }

    /** Whether nothing will be done any more. */
    boolean isClosed() {
        return closed;
    }

    /** What came of the compactions so far. */
    CompactionStats compaction() {
        return compactor.stats();
    }

    /** About how long the log would be in compact form; -1 as long as nothing is known. */
    long liveBytes() {
        return index.liveBytes();
    }
}
