package io.slipstream.cli;

import java.io.BufferedOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command reads and prints. Text is UTF-8 on both outputs, whatever the locale.
 *
 * @param in            standard input
 * @param out           standard output, buffered; flushed by {@link Main} at the end, and by whoever prints for a reader that waits
 * @param err           standard error
 * @param isErrTerminal whether a person watches standard error
 */
record Streams(InputStream in, OutputStream out, PrintStream err, boolean isErrTerminal) {
    private static final int OUT_BUFFER_LENGTH = 1 << 16;

    static Streams of(final InputStream in, final OutputStream out, final OutputStream err, final boolean isErrTerminal) {
        return new Streams(in, new BufferedOutputStream(out, OUT_BUFFER_LENGTH), new PrintStream(err, true, StandardCharsets.UTF_8), isErrTerminal);
    }

    /** Prints one line on standard error: control characters, line ends too, become spaces. */
    void message(final String text) {
        err.println("slipstream: " + text.replaceAll("\\p{Cntrl}+", " "));
    }
}
