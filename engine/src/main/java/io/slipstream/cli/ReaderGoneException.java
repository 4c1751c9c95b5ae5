package io.slipstream.cli;

import java.io.IOException;

/** Nobody reads standard output any more: {@code dump | head -1}. Nothing is left to do, and nothing to complain of. */
final class ReaderGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    ReaderGoneException(final IOException cause) {
        super("standard output was closed", cause);
    }
}
