package io.slipstream.testkit.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.EntryView;
import io.slipstream.SnapshotView;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.recovery.LogFile;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Lookups through a view against a {@link HashMap}: keys put, deleted and put again in any order, few enough to meet again
 * and again, or so many that the table grows.
 */
class KeyTableProperties {
    // One for each property: jqwik may still be shrinking a failed one, in a thread of its own, when the next begins.
    private final LogFile log = LogFile.temporary();

    @AfterProperty
    void deleteLogFile() throws IOException {
        log.close();
    }

    @Property(tries = 400)
    void lookupsOfFewKeysEqualTheMaps(
        @ForAll final long seed,
        @ForAll @IntRange(min = 1, max = 40) final int keys,
        @ForAll @IntRange(min = 0, max = 400) final int steps,
        @ForAll @IntRange(min = 10, max = 90) final int deletePercent) throws IOException {
        assertLookupsEqualTheMaps(seed, keys, steps, deletePercent);
    }

    /** The table doubles for the first time at 513 keys, and for the second at 1,025. */
    @Property(tries = 60)
    void lookupsInATableThatGrowsEqualTheMaps(
        @ForAll final long seed,
        @ForAll @IntRange(min = 400, max = 5_000) final int keys,
        @ForAll @IntRange(min = 0, max = 60) final int deletePercent) throws IOException {
        assertLookupsEqualTheMaps(seed, keys, keys * 3, deletePercent);
    }

    /** Nearly full, over and over: every removal closes a gap in a run. */
    @Property(tries = 60)
    void lookupsInATableThatStaysHalfFullEqualTheMaps(
        @ForAll final long seed, @ForAll @IntRange(min = 480, max = 530) final int keys) throws IOException {
        assertLookupsEqualTheMaps(seed, keys, 6_000, 15);
    }

    private void assertLookupsEqualTheMaps(
        final long seed, final int keys, final int steps, final int deletePercent) throws IOException {
        final Map<String, Long> expected = new HashMap<>();
        final LogBuilder file = new LogBuilder().header();
        final Random random = new Random(seed);
        for (long revision = 1; revision <= steps; revision++) {
            final String key = key(random.nextInt(keys));
            if (random.nextInt(100) < deletePercent) {
                file.delete(key, revision);
                expected.remove(key);
            } else {
                file.put(key, "value of " + revision, revision);
                expected.put(key, revision);
            }
        }
        log.holds(file);
        try (SnapshotView view = SnapshotView.open(log.path())) {
            assertEquals(expected.size(), view.length());
            final EntryView entry = new EntryView();
            for (int number = 0; number < keys; number++) {
                assertFound(view, entry, key(number), expected.get(key(number)));
            }
        }
    }

    private static void assertFound(
        final SnapshotView view, final EntryView entry, final String key, final Long revision) {
        final byte[] bytes = Utf8.encode(' ' + key);
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        final boolean found = view.lookup(buffer, 1, bytes.length - 1, entry);
        if (revision == null) {
            assertFalse(found, key);
        } else {
            assertTrue(found, key);
            assertEquals(revision, entry.revision(), key);
            assertEquals(key, entry.toOwned().key());
            assertEquals("value of " + revision, Utf8.decode(entry.toOwned().value()));
        }
    }

    /** Keys of every length from 0 on, many of which begin alike. */
    private static String key(final int number) {
        return "k".repeat(number % 23) + (number < 23 ? "" : Integer.toString(number / 23, Character.MAX_RADIX));
    }
}
