package io.slipstream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A line on standard error that tells a person how far an append is. Prints nothing where no person watches. Single thread. */
final class Progress implements AutoCloseable {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final double MIB = 1 << 20;
    private static final Path ERR = Path.of("/proc/self/fd/2");

    private final Streams streams;
    private long lines;
    private long bytes;
    private long printedNanos = System.nanoTime();

    /** Whether standard error is a terminal, as far as Linux tells; elsewhere it counts as none. */
    static boolean isErrTerminal() {
        try {
            final String device = Files.readSymbolicLink(ERR).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
        } catch (final IOException e) {
            return false;
        }
    }

    Progress(final Streams streams) {
        this.streams = streams;
    }

    void onAppended(final long lineNumber, final int lineLength) {
        if (!streams.isErrTerminal()) {
            return;
        }
        lines = lineNumber;
        bytes += lineLength + 1L;
        final long now = System.nanoTime();
        if (now - printedNanos >= INTERVAL_NANOS) {
            printedNanos = now;
            print();
        }
    }

    private void print() {
        streams.err().printf(Locale.ROOT, "\r%,d lines, %.1f MiB", lines, bytes / MIB);
        streams.err().flush();
    }

    /** Completes the line. */
    @Override
    public void close() {
        if (lines > 0) {
            print();
            streams.err().println();
        }
    }
}
