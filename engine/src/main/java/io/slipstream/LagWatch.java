package io.slipstream;

import org.agrona.concurrent.NanoClock;

/**
 * Tells an index that comes nearer to the writer, however long that takes, from one that stays behind. Single thread at a time: that of maintenance, which
 * writes each field.
 */
final class LagWatch {
    /** So many bytes behind the writer an index is as good as up to date: a compaction may begin. */
    static final long MAX_LAG = 8L << 20;

    /*
     * Behind a log that was just opened an index may be by any length, and beside a writer whose appends come in bursts it may fall back at times. So what
     * counts is whether it was ever nearer, and not whether it is nearer than a moment ago.
     */
    private static final long MAX_UNWANTED_LAG = 64L << 20;
    private static final int MAX_LOOKS_IN_VAIN = 16;

    private final NanoClock clock;
    private long notBefore;
    private long leastLag = Long.MAX_VALUE;
    private int looksInVain;

    LagWatch(final NanoClock clock) {
        this.clock = clock;
        this.notBefore = clock.nanoTime();
    }

    /** The index begins, or goes on elsewhere: what it was behind by is no measure any more. */
    void reset() {
        leastLag = Long.MAX_VALUE;
        looksInVain = 0;
    }

    /**
     * Takes note of how far behind the index is; looks once a second.
     *
     * @param isWanted whether a compaction would begin if the index were up to date
     * @return whether it did not come nearer for so long that somebody should know; then not again for {@link RetryWait#MAX_NANOS}
     */
    boolean staysBehind(final long lag, final boolean isWanted) {
        if (lag <= MAX_LAG) {
            reset();
            return false;
        }
        final long now = clock.nanoTime();
        if (now - notBefore < 0) {
            return false;
        }
        notBefore = now + RetryWait.MIN_NANOS;
        final boolean matters = isWanted || lag > MAX_UNWANTED_LAG;
        if (matters && lag >= leastLag) {
            looksInVain++;
        } else {
            leastLag = lag;
            looksInVain = 0;
        }
        if (looksInVain < MAX_LOOKS_IN_VAIN) {
            return false;
        }
        notBefore = now + RetryWait.MAX_NANOS;
        reset();
        return true;
    }
}
