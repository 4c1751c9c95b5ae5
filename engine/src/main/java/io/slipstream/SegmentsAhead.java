package io.slipstream;

import io.slipstream.writer.ForceFailedException;
import io.slipstream.writer.RecordAppender;
import org.agrona.concurrent.NanoClock;

import java.io.IOException;

/** Has the next segment ready before the writer needs it. For one thread of maintenance at a time. */
final class SegmentsAhead {
    private final WritableLog log;
    private final RetryWait wait;

    SegmentsAhead(final WritableLog log, final NanoClock clock) {
        this.log = log;
        this.wait = RetryWait.ofASecond(clock);
    }

    /**
     * Makes the next segment, or touches some of what lies ahead of the writer.
     *
     * @return whether there was anything to do
     */
    boolean grow() throws IOException {
        if (!wait.isOver()) {
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
            return appender.supply().makeReady(appender.position(), log.isForcedAtAll());
        } catch (final ForceFailedException e) {
            throw log.failedForceReady(e.getCause());
        } catch (final IOException e) {
            wait.begin();
            throw new IOException("cannot make the next segment ready: " + appender.supply() + "; the writer tries itself when it needs one: "
                    + e.getMessage(), e);
        }
    }
}
