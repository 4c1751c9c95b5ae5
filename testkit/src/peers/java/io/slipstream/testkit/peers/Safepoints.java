package io.slipstream.testkit.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The moments at which the JVM held up all threads, from its own log, which is at the path in the system property {@link #PROPERTY}. */
final class Safepoints {
    static final String PROPERTY = "peers.safepoints";

    private static final Pattern LINE = Pattern.compile("\\[(\\d+)ns].*Safepoint \"(\\w+)\".* Total: +(\\d+) ns");

    private Safepoints() {
    }

    /** What for, and for how long, of those between two readings of the clock. */
    static String during(final long from, final long to) {
        return during(lines(), from, to);
    }

    static String during(final List<String> lines, final long from, final long to) {
        final StringJoiner found = new StringJoiner(" ");
        for (final String line : lines) {
            final Matcher matcher = LINE.matcher(line);
            if (matcher.find()) {
                final long end = Long.parseLong(matcher.group(1));
                final long length = Long.parseLong(matcher.group(3));
                if (end > from && end - length < to) {
                    found.add(matcher.group(2) + " " + length + " ns");
                }
            }
        }
        return found.length() == 0 ? "no safepoint" : found.toString();
    }

    private static List<String> lines() {
        final String file = System.getProperty(PROPERTY, "");
        try {
            return file.isEmpty() ? List.of() : Files.readAllLines(Path.of(file), StandardCharsets.UTF_8);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
