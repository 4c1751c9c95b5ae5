package io.slipstream.storage;

import java.io.IOException;

/**
 * A file was replaced or cut short while it was read. Beside a writer that compacts or closes this is nothing unusual: open the file
 * again.
 */
public final class FileChangedException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception with what happened to which file. */
    public FileChangedException(final String message) {
        super(message);
    }
}
