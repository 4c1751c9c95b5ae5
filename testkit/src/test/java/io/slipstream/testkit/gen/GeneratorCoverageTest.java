package io.slipstream.testkit.gen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.model.ModelUpdate.Checkpoint;
import io.slipstream.testkit.model.ModelUpdate.Delete;
import io.slipstream.testkit.model.ModelUpdate.Purge;
import io.slipstream.testkit.model.ModelUpdate.Put;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.sessions.JqwikSession;
import org.junit.jupiter.api.Test;

/** Generators cannot go blind: nothing that they are to show may become rare. */
class GeneratorCoverageTest {
    private static final int SAMPLES = 20_000;
    private static final int SEED = 20_261_120;
    private static final int GEN_SIZE = 1000;
    private static final double MIN_PERCENT = 2;

    @Test
    void shouldShowEveryClassOfVerdictsInTwoPercentOfAllLogs() {
        final VerdictTable verdicts = new VerdictTable();
        forEachSample(Logs.any(), log -> verdicts.count(ModelJudge.judge(log.bytes())));

        assertTrue(verdicts.leastPercent() >= MIN_PERCENT, () -> "the generator goes blind:\n" + verdicts.lines());
    }

    @Test
    void shouldCollideOnKeysInTwoPercentOfAllSteps() {
        final Set<String> wanted = Set.of(
            "put of a dead key", "put of a live key", "delete of a live key", "delete of a dead key", "purge", "cursor", "next cursor",
            "cursor taken back", "no cursor after none", "compaction");
        final Map<String, Integer> counts = new HashMap<>();
        forEachSample(Updates.sequences(), updates -> {
            final ModelState state = new ModelState();
            updates.forEach(update -> {
                counts.merge(kind(state, update), 1, Integer::sum);
                state.apply(update);
            });
        });

        final int steps = counts.values().stream().mapToInt(Integer::intValue).sum();
        assertEquals(wanted, counts.keySet());
        assertTrue(counts.values().stream().allMatch(count -> 100.0 * count / steps >= MIN_PERCENT), () -> "the generator goes blind: " + counts);
    }

    @Test
    void shouldDrawEveryEdgeCaseOfKeys() {
        final Set<String> keys = drawn(Keys.any());
        final List<Integer> lengths = keys.stream().map(key -> Utf8.encode(key).length).toList();

        assertTrue(keys.containsAll(Set.of("", "\0", "a\0", "\uFFFD", "\uE000", "\uD83D\uDE00")));
        assertTrue(lengths.containsAll(List.of(Keys.MAX_LENGTH, Keys.MAX_LENGTH - 1)), "the longest key");
    }

    @Test
    void shouldDrawKeysWhoseBytesAreOrderedOtherwiseThanTheirTexts() {
        final List<String> keys = drawn(Keys.any()).stream().filter(key -> key.length() < 100).limit(300).toList();

        assertTrue(keys.stream().anyMatch(one -> keys.stream().anyMatch(other ->
            one.compareTo(other) < 0 && Arrays.compareUnsigned(Utf8.encode(one), Utf8.encode(other)) > 0)));
    }

    @Test
    void shouldDrawEveryEdgeCaseOfValues() {
        final Set<Integer> lengths = new HashSet<>();
        forEachSample(Values.any(), value -> lengths.add(value.length));

        assertTrue(lengths.contains(0), "an empty value");
        assertTrue(lengths.stream().anyMatch(length -> length > 4000 && length < 4096), "just below a page");
        assertTrue(lengths.stream().anyMatch(length -> length > 4096 && length < 4200), "just above a page");
        assertTrue(lengths.stream().anyMatch(length -> length > 65_500 && length < 65_536), "just below what two bytes can say");
        assertTrue(lengths.stream().anyMatch(length -> length >= 65_536), "more than two bytes can say");
    }

    @Test
    void shouldDrawEveryEdgeCaseOfTokens() {
        final Set<String> tokens = drawn(Tokens.any().map(Hex::of));
        final Set<Integer> lengths = tokens.stream().map(token -> token.length() / 2).collect(Collectors.toSet());

        assertTrue(tokens.containsAll(Set.of("", "0000000000000000", "ffffffffffffffff")), "no token, the smallest and the greatest revision");
        assertEquals(Set.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), lengths);
    }

    @Test
    void shouldDrawEveryDamage() {
        final Set<Class<?>> damages = new HashSet<>();
        forEachSample(Logs.any(), log -> log.damages().forEach(damage -> damages.add(damage.getClass())));

        assertEquals(Set.of(NamedDamage.class.getPermittedSubclasses()), damages);
    }

    @Test
    void shouldDrawSequencesWhoseLogIsCompact() {
        forEachSample(Updates.compactSequences(), updates ->
            assertTrue(ModelJudge.judge(new DamagedLog(updates, List.of()).bytes()).compact(), updates::toString));
    }

    private static String kind(final ModelState before, final ModelUpdate update) {
        if (update instanceof Put put) {
            return before.isLive(put.key()) ? "put of a live key" : "put of a dead key";
        } else if (update instanceof Delete delete) {
            return before.isLive(delete.key()) ? "delete of a live key" : "delete of a dead key";
        } else if (update instanceof Purge) {
            return "purge";
        } else if (update instanceof Checkpoint checkpoint) {
            return Stream.of("no cursor after none", "cursor taken back", "cursor", "next cursor")
                .toList().get((checkpoint.cursor().length > 0 ? 2 : 0) + (before.hasCursor() ? 1 : 0));
        }
        return "compaction";
    }

    private static <T> Set<T> drawn(final Arbitrary<T> arbitrary) {
        final Set<T> drawn = new HashSet<>();
        forEachSample(arbitrary, drawn::add);
        return drawn;
    }

    private static <T> void forEachSample(final Arbitrary<T> arbitrary, final Consumer<T> consumer) {
        JqwikSession.run(() -> {
            final RandomGenerator<T> generator = arbitrary.generator(GEN_SIZE, false);
            final Random random = new Random(SEED);
            for (int i = 0; i < SAMPLES; i++) {
                consumer.accept(generator.next(random).value());
            }
        });
    }
}
