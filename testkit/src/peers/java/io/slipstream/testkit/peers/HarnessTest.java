package io.slipstream.testkit.peers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The harness in small. Contestants that need flags of the JVM are checked by every run: a restart with wrong answers is reported as failed. */
class HarnessTest {
    private static final int KEYS = 700;
    private static final int UPDATES = 2_100;

    @TempDir
    private Path directory;

    private static long answers(final Contestant contestant, final Path store) throws IOException {
        final Workload workload = Workload.probes(KEYS);
        final Workload.Answers answers = new Workload.Answers();
        try (contestant) {
            contestant.open(store);
            for (int i = 0; i < Workload.PROBES; i++) {
                workload.nextKey();
                answers.add(contestant.get(workload.key, workload.value), workload.value);
            }
        }
        return answers.sum();
    }

    private static void write(final String name, final Path store) throws IOException {
        try (Contestant contestant = Contestants.of(name)) {
            contestant.create(store, KEYS, UPDATES, false);
            Appending.append(contestant, Workload.updates(KEYS), UPDATES);
        }
    }

    private static long expected() {
        return Workload.expectedAnswers(Workload.lastRevisions(KEYS, UPDATES)).sum();
    }

    @ParameterizedTest
    @ValueSource(strings = {Contestants.SLIPSTREAM, Contestants.BUFFERED, Contestants.WRITE, Contestants.ROCKSDB, Contestants.MAPDB})
    void shouldAnswerAsTheModelDoes(final String name) throws IOException {
        write(name, directory);

        assertEquals(expected(), answers(Contestants.of(name), directory));
    }

    @ParameterizedTest
    @ValueSource(strings = {Contestants.SLIPSTREAM, Contestants.BUFFERED, Contestants.ROCKSDB, Contestants.MAPDB})
    void shouldAnswerTheSameOnceCompacted(final String name) throws IOException {
        final Path bloated = Files.createDirectory(directory.resolve("bloated"));
        final Path compact = Files.createDirectory(directory.resolve("compact"));
        write(name, bloated);
        Contestants.of(name).compact(bloated, compact);

        assertEquals(expected(), answers(Contestants.of(name), compact));
    }

    @Test
    void shouldNotTakeOneMissingUpdateForTheWhole() {
        final long[] revisions = Workload.lastRevisions(KEYS, UPDATES);
        final long all = Workload.expectedAnswers(revisions).sum();
        final Workload probe = Workload.probes(KEYS);
        probe.nextKey();
        final int number = Integer.parseInt(new String(probe.key, Workload.KEY_LENGTH - 8, 8, StandardCharsets.US_ASCII));
        revisions[number]--;

        assertNotEquals(all, Workload.expectedAnswers(revisions).sum());
    }

    @Test
    void shouldReadBackAResult() throws IOException {
        final Result result = new Result("append", "write", "memory", 2, null, Map.of("readyNs", 12.5, "put.p50", 80.0), Map.of("answers", "-7"));
        result.write(directory);

        assertEquals(result, Result.read(directory.resolve("append.write.memory.2.json")));
    }

    @Test
    void shouldTakeTheMedianOfRatiosWithinOneRound() {
        final List<Result> results = List.of(
                one("slipstream", 1, 10), one("write", 1, 100), one("slipstream", 2, 40), one("write", 2, 80), one("slipstream", 3, 20),
                one("write", 3, 100));

        assertEquals(0.2, new Figures(results).ratio("append", "write", "memory", "readyNs"));
    }

    @Test
    void shouldNameTheSafepointsThatACallRanInto() {
        final List<String> lines = List.of(
                "[1000ns] Safepoint \"Cleanup\", Time since last: 5 ns, Reaching safepoint: 60 ns, At safepoint: 40 ns, Total: 100 ns",
                "[5000ns] Safepoint \"G1CollectForAllocation\", Time since last: 5 ns, Reaching safepoint: 1 ns, At safepoint: 2 ns, Total: 3 ns");

        assertEquals("Cleanup 100 ns", Safepoints.during(lines, 950, 1_200));
        assertEquals("no safepoint", Safepoints.during(lines, 1_000, 4_997));
    }

    @Test
    void shouldCountThePagesThatAThreadMisses() throws IOException {
        try (RunDelay delay = new RunDelay()) {
            final long[] untouched = new long[1 << 24];
            untouched[1 << 23] = 1;

            assertTrue(delay.faultsSince() > 0, "faults");
            assertTrue(delay.sinceNs() >= 0, "run delay");
        }
    }

    private static Result one(final String contestant, final int round, final double ns) {
        return new Result("append", contestant, "memory", round, null, Map.of("readyNs", ns), Map.of());
    }
}
