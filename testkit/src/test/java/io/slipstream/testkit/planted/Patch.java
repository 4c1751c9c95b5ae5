package io.slipstream.testkit.planted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A change to one source file of the engine.
 *
 * @param file        the file, from the root package on: {@code writer/RecordAppender.java}
 * @param find        the text to replace
 * @param times       how often it must stand there, exactly; {@link #ANY} for once or more
 * @param replacement what stands there instead
 */
record Patch(String file, String find, int times, String replacement) {
    /** As often as it stands there, but at least once. */
    static final int ANY = 0;

    private static final Path SOURCES = Path.of(System.getProperty("slipstream.engine.sources", "../engine/src/main/java")).resolve("io/slipstream");

    Path path() {
        return SOURCES.resolve(file);
    }

    static String source(final Path path) {
        try {
            return Files.readString(path);
        } catch (final IOException e) {
            throw new AssertionError("no such source file: " + path + "; the planted bug must follow the engine", e);
        }
    }

    /** The source with this change. Fails if the sources moved on. */
    String applyTo(final String source) {
        final int found = count(source);
        if (found == 0 || times != ANY && found != times) {
            throw new AssertionError("found " + found + " times instead of " + (times == ANY ? "at least once" : times) + " in " + file
                    + ": the planted bug must follow the engine. Sought:\n" + find);
        }
        return source.replace(find, replacement);
    }

    private int count(final String source) {
        int count = 0;
        for (int at = source.indexOf(find); at >= 0; at = source.indexOf(find, at + find.length())) {
            count++;
        }
        return count;
    }
}
