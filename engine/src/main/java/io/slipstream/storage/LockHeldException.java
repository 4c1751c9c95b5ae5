package io.slipstream.storage;

import java.io.IOException;

/** A lock is held by somebody else. */
public final class LockHeldException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What {@link #pid()} answers when the holder did not say. */
    public static final long UNKNOWN_PID = -1;

    private final long pid;

    /** Creates the exception for a lock held by {@code pid}. */
    public LockHeldException(final String lockFile, final long pid) {
        super("lock held: file=" + lockFile + " pid=" + (pid == UNKNOWN_PID ? "unknown" : Long.toString(pid)));
        this.pid = pid;
    }

    /** Process id of the holder, or {@link #UNKNOWN_PID}. */
    public long pid() {
        return pid;
    }
}
