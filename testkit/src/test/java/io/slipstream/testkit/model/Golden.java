package io.slipstream.testkit.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** The golden files, as far as the tests of the model need them. */
final class Golden {
    private Golden() {
    }

    /** One line of {@code expected.tsv}; {@code null} stands for its "-". */
    record Expected(
        String file, String result, String cursor, int entries, boolean rewritten,
        int afterLength, String afterSha256, String stateSha256, boolean repairAllowed) {

        byte[] bytes() {
            return Golden.bytes(file);
        }

        @Override
        public String toString() {
            return file;
        }
    }

    static Stream<Expected> expected() {
        return text("expected.tsv").lines().filter(line -> !line.startsWith("#")).map(Golden::parse);
    }

    /** The names of the logs that have a script, without their suffix. */
    static Stream<String> namesWithScript() {
        return expected()
            .map(line -> line.file().substring(0, line.file().lastIndexOf('.')))
            .filter(name -> Golden.class.getResource("/golden/ops/" + name + ".tsv") != null);
    }

    static byte[] bytes(final String name) {
        return resource("/golden/" + name);
    }

    static String text(final String name) {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    static byte[] resource(final String path) {
        try (InputStream in = Golden.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalArgumentException("no such resource: " + path);
            }
            return in.readAllBytes();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Expected parse(final String line) {
        final String[] columns = line.split("\t", -1);
        return new Expected(
            columns[0], columns[1], orNull(columns[2]), Integer.parseInt(columns[3]), Boolean.parseBoolean(columns[4]),
            Integer.parseInt(columns[5]), columns[6], orNull(columns[7]), Boolean.parseBoolean(columns[8]));
    }

    private static String orNull(final String column) {
        return column.equals("-") ? null : column;
    }
}
