package io.slipstream.cli;

/** The command line or its input is wrong: exit status 2. */
final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InputException(final String message) {
        super(message);
    }

    InputException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
