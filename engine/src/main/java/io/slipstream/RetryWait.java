package io.slipstream;

import org.agrona.concurrent.NanoClock;

/** How long what failed is left alone before it is tried again. Single thread at a time: that of maintenance, which writes each field. */
final class RetryWait {
    /** The first wait, and the only length of one that does not grow. */
    static final long MIN_NANOS = 1_000_000_000L;
    /** The longest wait. */
    static final long MAX_NANOS = 64 * MIN_NANOS;

    private final NanoClock clock;
    private final long maxNanos;
    private long nextNanos = MIN_NANOS;
    private long notBefore;

    private RetryWait(final NanoClock clock, final long maxNanos) {
        this.clock = clock;
        this.maxNanos = maxNanos;
        this.notBefore = clock.nanoTime();
    }

    /** A second after each failure. */
    static RetryWait ofASecond(final NanoClock clock) {
        return new RetryWait(clock, MIN_NANOS);
    }

    /** After each further failure in a row twice as long, up to {@link #MAX_NANOS}. */
    static RetryWait doubling(final NanoClock clock) {
        return new RetryWait(clock, MAX_NANOS);
    }

    /** Whether it may be tried. */
    boolean isOver() {
        return clock.nanoTime() - notBefore >= 0;
    }

    /** It failed. */
    void begin() {
        notBefore = clock.nanoTime() + nextNanos;
        nextNanos = Math.min(2 * nextNanos, maxNanos);
    }

    /** It succeeded: the next failure is the first in a row. */
    void reset() {
        nextNanos = MIN_NANOS;
    }
}
