package io.slipstream.testkit.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.RecoveryReport;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.model.ModelVerdict;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL at random instants. The log must open, hold every update whose call had returned, and be a prefix of what was
 * issued. A run prints its seed; {@code -Dslipstream.kill.seed=N} repeats it, as far as the instant of a kill can be
 * repeated: it is told by how far the child has come.
 */
class KillTest {
    private static final int KILLS_A_LOG = 5;
    private static final int MAX_UPDATES_BEFORE_A_KILL = 8_000;

    @TempDir
    Path directory;

    private Path log;
    private Path ackFile;
    private MappedByteBuffer acks;

    private static long newSeed(final String what) {
        final long seed = Long.getLong("slipstream.kill.seed", System.nanoTime());
        System.out.println("KillTest " + what + ": slipstream.kill.seed=" + seed);
        return seed;
    }

    private void nameFiles(final int number) throws IOException {
        final Path fresh = Files.createDirectory(directory.resolve("log-" + number));
        log = fresh.resolve("kv.log");
        ackFile = fresh.resolve("acks");
        acks = KillVictim.mapAcks(ackFile);
    }

    /** Runs a child from update {@code first} on, until it has come so far and a bit, and kills it; its last ack. */
    private long runAndKill(
        final long seed, final long first, final long until, final int segmentLength, final int compactEvery,
        final long delayNanos) throws IOException {
        acks.putLong(0, first - 1);
        try (ChildJvm child = ChildJvm.start(KillVictim.class, log, ackFile, seed, first, segmentLength, compactEvery)) {
            while (acks.getLong(0) < until && child.isAlive()) {
                Thread.onSpinWait();
            }
            final long killAt = System.nanoTime() + delayNanos;
            while (System.nanoTime() - killAt < 0 && child.isAlive()) {
                Thread.onSpinWait();
            }
            assertTrue(child.isAlive(), "the child ended by itself");
            child.kill();
        }
        return acks.getLong(0);
    }

    private static int segmentLength(final Random random) {
        return random.nextBoolean() ? SnapshotLog.Context.MIN_SEGMENT_LENGTH : 1 << 20;
    }

    @Test
    void shouldKeepEveryAcknowledgedAppendWhenKilledWhileAppending() throws IOException {
        final long seed = newSeed("while appending");
        final Random random = new Random(seed);
        for (int number = 0; number < 5; number++) {
            nameFiles(number);
            long kept = 0;
            for (int kill = 0; kill < KILLS_A_LOG; kill++) {
                final long until = kept + 1 + random.nextInt(MAX_UPDATES_BEFORE_A_KILL);
                final long acknowledged = runAndKill(seed, kept + 1, until, segmentLength(random), 0, random.nextInt(500_000));
                kept = checkRecords(new Feed(seed), acknowledged);
                checkEngineAgrees();
            }
        }
    }

    /** Every record in the file, one by one; answers how many there are. */
    private long checkRecords(final Feed feed, final long acknowledged) throws IOException {
        final ModelVerdict verdict = ModelJudge.judge(Files.readAllBytes(log));
        assertFalse(verdict.isError(), () -> "refused after a kill: " + verdict);
        assertTrue(verdict.row() == 1 || verdict.row() == 8, () -> "not what a kill leaves: " + verdict);
        final List<ModelUpdate> found = verdict.updates();
        assertTrue(found.size() == acknowledged || found.size() == acknowledged + 1,
            () -> "acknowledged=" + acknowledged + " found=" + found.size());
        for (int i = 0; i < found.size(); i++) {
            assertEquals(feed.update(i + 1L), found.get(i), "update " + (i + 1));
        }
        return found.size();
    }

    @Test
    void shouldKeepEveryAcknowledgedAppendWhenKilledWhileCompacting() throws IOException {
        final long seed = newSeed("while compacting");
        final Random random = new Random(seed);
        int leftovers = 0;
        for (int number = 0; number < 5; number++) {
            nameFiles(number);
            long kept = 0;
            for (int kill = 0; kill < KILLS_A_LOG; kill++) {
                final long until = kept + 1 + random.nextInt(400);
                final long acknowledged = runAndKill(
                    seed, kept + 1, until, segmentLength(random), 1 + random.nextInt(20), random.nextInt(5_000_000));
                leftovers += Files.exists(log.resolveSibling("kv.log.compact")) ? 1 : 0;
                kept = checkState(new Feed(seed), acknowledged);
                checkEngineAgrees();
                assertFalse(Files.exists(log.resolveSibling("kv.log.compact")), "a dead compaction's file was kept");
            }
        }
        System.out.println("KillTest: killed in the middle of a compaction " + leftovers + " times of 25");
    }

    /** What the file says; compaction has dropped what was superseded. Answers how many updates it reflects. */
    private long checkState(final Feed feed, final long acknowledged) throws IOException {
        final ModelVerdict verdict = ModelJudge.judge(Files.readAllBytes(log));
        assertFalse(verdict.isError(), () -> "refused after a kill: " + verdict);
        assertTrue(verdict.row() == 1 || verdict.row() == 8, () -> "not what a kill leaves: " + verdict);
        final ModelState expected = new ModelState();
        LongStream.rangeClosed(1, acknowledged).mapToObj(feed::update).forEach(expected::apply);
        if (expected.equals(verdict.state())) {
            return acknowledged;
        }
        assertEquals(expected.apply(feed.update(acknowledged + 1)), verdict.state(), "acknowledged=" + acknowledged);
        return acknowledged + 1;
    }

    /** The engine itself, once it has cut what the kill left. */
    private void checkEngineAgrees() throws IOException {
        final ModelState expected = ModelJudge.judge(Files.readAllBytes(log)).state();
        try (SnapshotLog reopened = SnapshotLog.open(log, new SnapshotLog.Context().recoveredView(true))) {
            assertTrue(List.of(RecoveryReport.Tail.CLEAN, RecoveryReport.Tail.SLACK, RecoveryReport.Tail.TORN)
                .contains(reopened.recovery().tail()), reopened.recovery().toString());
            final SnapshotView view = reopened.recoveredView();
            assertEquals(expected.keys(), keysOf(view));
        }
        assertEquals(expected, ModelJudge.judge(Files.readAllBytes(log)).state());
    }

    private static List<String> keysOf(final SnapshotView view) {
        final List<String> keys = new ArrayList<>();
        view.forEach(entry -> {
            final byte[] key = new byte[entry.key().capacity()];
            entry.key().getBytes(0, key);
            keys.add(Utf8.decode(key));
        });
        return keys;
    }
}
