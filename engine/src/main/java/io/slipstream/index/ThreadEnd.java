package io.slipstream.index;

/** Waiting for the end of a thread, whatever interrupts. */
final class ThreadEnd {
    private ThreadEnd() {
    }

    /** Returns once {@code thread} has ended. An interrupt is kept for later. */
    static void await(final Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
