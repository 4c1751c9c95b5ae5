package io.slipstream.errors;

import java.nio.file.Path;

/** A file is no PGSS v2 log, or holds a record this version cannot mean. */
public final class InvalidSnapshotFormatException extends SnapshotDamageException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception for what was found at {@code offset}, told by row {@code rule}; both 0 for the header. */
    public InvalidSnapshotFormatException(final String message, final Path file, final long offset, final int rule) {
        super(message, file, offset, rule);
    }
}
