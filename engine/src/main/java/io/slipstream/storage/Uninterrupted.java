package io.slipstream.storage;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/** Runs channel operations to their end although the thread is interrupted, and keeps its interrupt status. */
final class Uninterrupted {
    @FunctionalInterface
    interface Operation<T> {
        T run() throws IOException;
    }

    private Uninterrupted() {
    }

    /** Runs an operation that opens its own channel, again from the start if an interrupt closed that channel. */
    static <T> T call(final Operation<T> operation) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                interrupted |= Thread.interrupted();
                try {
                    return operation.run();
                } catch (final ClosedByInterruptException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
