package io.slipstream.testkit.cli;

import io.slipstream.cli.Main;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Runs the command line inside this JVM. */
final class Cli {
    private Cli() {
    }

    /** Runs it with nothing on standard input. */
    static CliResult run(final Object... args) {
        return runWith("", args);
    }

    /** Runs it with a text on standard input. */
    static CliResult runWith(final String input, final Object... args) {
        return runWith(input.getBytes(StandardCharsets.UTF_8), args);
    }

    /** Runs it with bytes on standard input. */
    static CliResult runWith(final byte[] input, final Object... args) {
        return runWith(new ByteArrayInputStream(input), args);
    }

    /** Runs it with this standard input. */
    static CliResult runWith(final InputStream input, final Object... args) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        final int status = Main.run(Arrays.stream(args).map(Object::toString).toArray(String[]::new), input, out, err);
        return new CliResult(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
