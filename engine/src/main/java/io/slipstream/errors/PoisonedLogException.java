package io.slipstream.errors;

/**
 * The writer can no longer vouch for its file, because a force or a rotation failed: the cause says why. Close the log and open it
 * again.
 */
public final class PoisonedLogException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public PoisonedLogException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
