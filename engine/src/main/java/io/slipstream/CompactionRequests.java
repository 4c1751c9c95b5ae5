package io.slipstream;

/**
 * Compactions that the writer asked for, and what came of them. One compaction answers all that were asked for before it began.
 *
 * <p>{@link #add()} is the writer's; {@link #isAnswered} and {@link #lastFailure()} are for any thread, the rest for one thread of maintenance at a time.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // each is written by one thread at a time
final class CompactionRequests {
    private final WritableLog log;

    // Written by the writer.
    private volatile long ticket; // of the latest
    private volatile long made;

    // Written by maintenance.
    private long begun; // those that the compaction under way answers
    private volatile long answered;
    private volatile Throwable lastFailure;

    CompactionRequests(final WritableLog log) {
        this.log = log;
    }

    /** The writer's: the log shall be compacted. What it answers is done once {@link #isAnswered} says so. */
    long add() {
        ticket = log.ticket();
        return ++made;
    }

    /** Whether the compaction of that request has ended; {@link #lastFailure} tells how. */
    boolean isAnswered(final long request) {
        return answered >= request;
    }

    /** Why the last compaction that answered any of them, or the index that it needs, failed; null if it did not. */
    Throwable lastFailure() {
        return lastFailure;
    }

    /** Whether there are some that were not answered yet. */
    boolean areOpen() {
        return made > answered;
    }

    /** Whether there are some, and a compaction of what lies before {@code position} would answer them. */
    boolean areOpenUpTo(final long position) {
        return areOpen() && isBehindLatest(position);
    }

    private boolean isBehindLatest(final long position) {
        return position >= log.position(ticket);
    }

    /** A compaction of what lies before {@code position} begins. */
    void begin(final long position) {
        final long latest = made; // first: the ticket of each was written before
        begun = isBehindLatest(position) ? latest : answered;
    }

    /** The compaction that began last was published. */
    void succeed() {
        lastFailure = null;
        answered = begun;
    }

    /** The compaction that began last failed. */
    void fail(final Throwable because) {
        failUpTo(begun, because);
    }

    /** None can be answered but by a failure. */
    void failAll(final Throwable because) {
        failUpTo(made, because);
    }

    // Who has not looked yet at the answer to the latest request shall not find a later failure.
    private void failUpTo(final long request, final Throwable because) {
        if (request > answered) {
            lastFailure = because;
            answered = request;
        }
    }
}
