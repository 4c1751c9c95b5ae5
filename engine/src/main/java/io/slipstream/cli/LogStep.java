package io.slipstream.cli;

import io.slipstream.SnapshotLog;

import java.io.IOException;

/** What one line of updates asks for. */
@FunctionalInterface
interface LogStep {
    /**
     * Does it.
     *
     * @throws IllegalArgumentException if a key, value or token is too long; nothing was appended
     */
    void applyTo(SnapshotLog log) throws IOException;
}
