package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

/**
 * How a run of the command line ended.
 *
 * @param status its exit status
 * @param out    what it printed on standard output
 * @param err    what it printed on standard error
 */
record CliResult(int status, String out, String err) {
    /** It did what it was asked, and had nothing to add. */
    CliResult isDone() {
        assertEquals("", err);
        assertEquals(0, status, () -> out);
        return this;
    }

    /** It failed with one line of explanation, which says all of this. */
    CliResult failed(final int expectedStatus, final String... said) {
        assertEquals(expectedStatus, status, () -> out + err);
        assertEquals(1, err.lines().count(), err);
        assertTrue(err.startsWith("slipstream: "), err);
        for (final String words : said) {
            assertTrue(err.contains(words), () -> "expected: " + words + "\nactual:   " + err);
        }
        return this;
    }

    CliResult printedNothing() {
        assertEquals("", out);
        return this;
    }

    /** The lines of standard output, each of which has its end. */
    List<String> lines() {
        assertFalse(!out.isEmpty() && !out.endsWith("\n"), () -> "the last line has no end: " + out);
        return out.lines().toList();
    }

    /** The lines of standard output, as JSON objects. */
    List<Map<String, Object>> objects() {
        return lines().stream().map(JsonLine::parse).toList();
    }
}
