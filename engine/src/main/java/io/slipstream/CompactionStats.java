package io.slipstream;

/**
 * What came of the compactions of one writer.
 *
 * @param count     those published
 * @param failed    those given up, or asked for in vain
 * @param nanos     duration of the last one published
 * @param bytes     length of the compact form it wrote
 * @param reclaimed bytes by which it shortened the log
 */
record CompactionStats(long count, long failed, long nanos, long bytes, long reclaimed) {
    static final CompactionStats NONE = new CompactionStats(0, 0, 0, 0, 0);

    CompactionStats next(final long nextNanos, final long nextBytes, final long nextReclaimed) {
        return new CompactionStats(count + 1, failed, nextNanos, nextBytes, nextReclaimed);
    }

    /** These, and what came of compactions after them. */
    CompactionStats and(final CompactionStats later) {
        final CompactionStats last = later.count > 0 ? later : this;
        return new CompactionStats(count + later.count, failed + later.failed, last.nanos, last.bytes, last.reclaimed);
    }

    CompactionStats failure() {
        return new CompactionStats(count, failed + 1, nanos, bytes, reclaimed);
    }
}
