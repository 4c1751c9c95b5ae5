package io.slipstream.errors;

import java.io.IOException;
import java.nio.file.Path;

/** A log was refused for what it contains. The file is exactly as it was. Source: docs/recovery.md, the verdict table. */
public abstract sealed class SnapshotDamageException extends IOException
        permits CorruptSnapshotException, InvalidSnapshotFormatException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final long offset;
    private final int rule;

    SnapshotDamageException(final String message, final Path file, final long offset, final int rule) {
        super(message);
        this.file = file;
        this.offset = offset;
        this.rule = rule;
    }

    /** The refused log. */
    public Path file() {
        return file;
    }

    /** Offset of the damage in bytes from the start of the file; 0 for the header. */
    public long offset() {
        return offset;
    }

    /** Row of the verdict table in docs/recovery.md, 3 to 10; 0 for the header. */
    public int rule() {
        return rule;
    }
}
