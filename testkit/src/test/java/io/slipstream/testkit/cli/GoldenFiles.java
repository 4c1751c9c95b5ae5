package io.slipstream.testkit.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** The golden files, as far as the tests of the command line need them. */
final class GoldenFiles {
    private GoldenFiles() {
    }

    /** The names of the logs. */
    static Stream<String> names() {
        return new String(bytes("expected.tsv"), StandardCharsets.UTF_8).lines()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.substring(0, line.indexOf('\t')));
    }

    static byte[] bytes(final String name) {
        try (InputStream in = GoldenFiles.class.getResourceAsStream("/golden/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("no such resource: " + name);
            }
            return in.readAllBytes();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
