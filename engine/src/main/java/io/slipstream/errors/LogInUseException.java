package io.slipstream.errors;

import java.io.IOException;
import java.nio.file.Path;

/** Another writer, in this or another process, holds the log. */
public final class LogInUseException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final long pid;

    /** Creates the exception; {@code pid} is that of the holder, or -1 if it did not say. */
    public LogInUseException(final Path file, final long pid) {
        super("log in use: file=" + file + " pid=" + (pid < 0 ? "unknown" : Long.toString(pid))
                + "; close that writer first, there is one writer at a time");
        this.file = file;
        this.pid = pid;
    }

    /** The log. */
    public Path file() {
        return file;
    }

    /** Process id of the holder, or -1 if unknown. */
    public long pid() {
        return pid;
    }
}
