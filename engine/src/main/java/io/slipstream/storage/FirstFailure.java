package io.slipstream.storage;

/** Cleans up after a failure, which stays the one that is thrown: later ones are suppressed onto it. */
public final class FirstFailure {
    private FirstFailure() {
    }

    /** Closes {@code resource} because of {@code failure}. */
    public static void close(final Throwable failure, final AutoCloseable resource) {
        try {
            resource.close();
        } catch (final Exception | InternalError e) {
            failure.addSuppressed(e);
        }
    }
}
