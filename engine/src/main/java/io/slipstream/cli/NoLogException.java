package io.slipstream.cli;

import java.io.IOException;

/** There is no log where a command needs one: exit status 1. */
final class NoLogException extends IOException {
    private static final long serialVersionUID = 1L;

    NoLogException(final String name) {
        super("no such log: file=" + name);
    }
}
