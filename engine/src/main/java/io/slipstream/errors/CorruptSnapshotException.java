package io.slipstream.errors;

import java.nio.file.Path;

/**
 * A log is damaged before its end: records that were there cannot be trusted. Rebuild it from the store, repair it, or open with a policy
 * that sets it aside.
 */
public final class CorruptSnapshotException extends SnapshotDamageException {
    private static final long serialVersionUID = 1L;

    private final long survivors;

    /** Creates the exception for damage at {@code offset}, told by row {@code rule}, with {@code survivors} sound records after it. */
    public CorruptSnapshotException(final String message, final Path file, final long offset, final int rule, final long survivors) {
        super(message, file, offset, rule);
        this.survivors = survivors;
    }

    /** Number of sound records found after the damage, counted without overlap. */
    public long survivors() {
        return survivors;
    }
}
