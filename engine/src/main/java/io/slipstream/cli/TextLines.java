package io.slipstream.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What the command line prints for people to read, in UTF-8. Single thread. */
final class TextLines {
    private final OutputStream out;

    TextLines(final OutputStream out) {
        this.out = out;
    }

    /** Prints one line and hands it on. */
    void line(final String format, final Object... arguments) throws IOException {
        out.write((String.format(Locale.ROOT, format, arguments) + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
