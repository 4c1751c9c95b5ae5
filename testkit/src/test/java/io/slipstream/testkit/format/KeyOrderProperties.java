package io.slipstream.testkit.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.slipstream.Snapshot;
import io.slipstream.SnapshotView;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.recovery.EngineState;
import io.slipstream.testkit.recovery.LogFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;

/**
 * The order of keys against that of a {@link TreeSet} of unsigned bytes, on keys made to be mixed up: long prefixes in common,
 * zeros at their ends, and characters at the edges of what one, two, three and four bytes can say.
 */
class KeyOrderProperties {
    private static final int[] EDGES = {
        0, 1, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x1_0000, 0x10_FFFF};
    // One for each property: jqwik may still be shrinking a failed one, in a thread of its own, when the next begins.
    private final LogFile log = LogFile.temporary();

    @AfterProperty
    void deleteLogFile() throws IOException {
        log.close();
    }

    @Property(tries = 1000)
    void aViewShowsKeysInTheOrderOfTheirBytes(@ForAll("keySets") final Set<String> keys, @ForAll final long seed)
        throws IOException {
        assertShownInOrder(keys, seed);
    }

    @Property(tries = 300)
    void aRewriteIsSortedByTheBytesOfTheKeys(@ForAll("keySets") final Set<String> keys, @ForAll final long seed)
        throws IOException {
        final LogBuilder file = written(keys, seed).cursor(1).cursor(2);
        log.holds(file);
        Snapshot.load(log.path());
        assertArrayEquals(ModelJudge.judge(file.toBytes()).state().compactForm(), log.bytes());
    }

    /** So many that ranges are split and split again before they are short enough for a simpler way. */
    @Property(tries = 100)
    void manyKeysAreShownInTheOrderOfTheirBytes(
        @ForAll final long seed,
        @ForAll @IntRange(min = 0, max = 3_000) final int count,
        @ForAll @IntRange(min = 1, max = 24) final int maxLength,
        @ForAll @IntRange(min = 1, max = 11) final int letters) throws IOException {
        final Random random = new Random(seed);
        final Set<String> keys = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            final StringBuilder key = new StringBuilder();
            for (int length = random.nextInt(maxLength + 1); length > 0; length--) {
                key.appendCodePoint(EDGES[random.nextInt(letters)]);
            }
            keys.add(key.toString());
        }
        assertShownInOrder(keys, seed);
    }

    @Provide
    Arbitrary<Set<String>> keySets() {
        final Arbitrary<String> prefixes = Arbitraries.of(
            "", "a", "\0", "\0\0\0\0\0\0\0", "1234567", "12345678", "k".repeat(100), "日".repeat(50), "\0".repeat(64));
        final Arbitrary<String> middles = Arbitraries.integers().between(0, EDGES.length - 1)
            .map(i -> Character.toString(EDGES[i])).list().ofMaxSize(5).map(letters -> String.join("", letters));
        final Arbitrary<String> ends = Arbitraries.frequencyOf(
            Tuple.of(2, Arbitraries.just("")),
            Tuple.of(2, Arbitraries.integers().between(0, 17).map("\0"::repeat)),
            Tuple.of(1, Arbitraries.integers().between(0, 17).map("\uDBFF\uDFFF"::repeat)));
        return Combinators.combine(prefixes, middles, ends).as((prefix, middle, end) -> prefix + middle + end)
            .set().ofMaxSize(60);
    }

    private void assertShownInOrder(final Collection<String> keys, final long seed) throws IOException {
        log.holds(written(keys, seed));
        final TreeSet<byte[]> expected = new TreeSet<>(Arrays::compareUnsigned);
        keys.forEach(key -> expected.add(Utf8.encode(key)));
        final List<String> shown = new ArrayList<>();
        try (SnapshotView view = SnapshotView.open(log.path())) {
            view.forEach(entry -> shown.add(Hex.of(EngineState.copy(entry.key()))));
        }
        assertEquals(expected.stream().map(Hex::of).toList(), shown);
    }

    private static LogBuilder written(final Collection<String> keys, final long seed) {
        final List<String> shuffled = new ArrayList<>(keys);
        Collections.shuffle(shuffled, new Random(seed));
        final LogBuilder file = new LogBuilder().header();
        shuffled.forEach(key -> file.put(key, Utf8.encode(key), Token.none()));
        return file;
    }
}
