package io.slipstream.testkit.process;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.MaintenanceMode;
import io.slipstream.SnapshotLog;
import io.slipstream.testkit.faults.MemoryDir;
import io.slipstream.testkit.soak.Campaign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL at random instants. The log must open, hold every update whose call had returned, and be a prefix of what was
 * issued. The instant of a kill can be repeated only as far as it is told by how far the child has come.
 */
class KillTest {
    private static final int KILLS_A_LOG = 5;
    private static final int LOGS_IN_A_BUILD = 4;
    private static final int LOGS_IN_A_SOAK = 500;

    @TempDir(factory = MemoryDir.class)
    Path directory;

    /** What the child is doing when it is killed. */
    private enum Mood {
        /** It only appends; most kills fall into an append, some into the growth of the log. */
        APPENDING(3_000, 0, 500_000),
        /** It compacts, closes, loads and opens again and again. */
        RESTLESS(400, 20, 5_000_000),
        /** It only appends; beside it segments are made ready, forced and compacted. */
        MAINTAINED(6_000, 0, 5_000_000);

        private final int maxUpdates;
        private final int maxUpdatesBeforeRest;
        private final int maxDelayNanos;

        Mood(final int maxUpdates, final int maxUpdatesBeforeRest, final int maxDelayNanos) {
            this.maxUpdates = maxUpdates;
            this.maxUpdatesBeforeRest = maxUpdatesBeforeRest;
            this.maxDelayNanos = maxDelayNanos;
        }

        private MaintenanceMode maintenance() {
            return this == MAINTAINED ? MaintenanceMode.RUNNER : MaintenanceMode.INLINE;
        }
    }

    /** One log, and its child of the moment. */
    private static final class Victim {
        private final Mood mood;
        private final Random random;
        private final long seed;
        private final Path log;
        private final Path ackFile;
        private final Acks acks;

        Victim(final Path fresh, final Mood mood, final long seed) throws IOException {
            this.mood = mood;
            this.seed = seed;
            random = new Random(seed);
            log = fresh.resolve("kv.log");
            ackFile = fresh.resolve("acks");
            acks = Acks.map(ackFile);
        }

        /** Runs a child from update {@code first} on, until it has come so far and a bit, and kills it; its last ack. */
        long runAndKill(final long first) throws IOException {
            final long until = first + random.nextInt(mood.maxUpdates);
            final int segmentLength = random.nextBoolean() ? SnapshotLog.Context.MIN_SEGMENT_LENGTH : 1 << 20;
            final int restEvery = mood.maxUpdatesBeforeRest == 0 ? 0 : 1 + random.nextInt(mood.maxUpdatesBeforeRest);
            acks.set(Acks.Slot.RETURNED, first - 1);
            try (ChildJvm child = ChildJvm.startWith(
                Children.SHORT_LIVED, KillVictim.class, log, ackFile, seed, first, segmentLength, restEvery, mood.maintenance())) {
                if (random.nextInt(20) > 0) {
                    child.expectLine("open"); // else anywhere in its first open, or before
                    waitUntil(() -> acks.get(Acks.Slot.RETURNED) >= until, child);
                }
                final long killAt = System.nanoTime() + random.nextInt(mood.maxDelayNanos);
                waitUntil(() -> System.nanoTime() - killAt >= 0, child);
                assertTrue(child.isAlive(), "the child ended by itself");
                child.kill();
            }
            return acks.get(Acks.Slot.RETURNED);
        }

        private static void waitUntil(final BooleanSupplier condition, final ChildJvm child) {
            while (!condition.getAsBoolean() && child.isAlive()) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void shouldKeepEveryAcknowledgedAppendWhenKilledWhileAppending() throws InterruptedException {
        killWhile(Mood.APPENDING, LOGS_IN_A_BUILD, Campaign.ofBuild("kill-appending"));
    }

    @Test
    void shouldKeepEveryAcknowledgedAppendWhenKilledWhileCompactingAndReopening() throws InterruptedException {
        killWhile(Mood.RESTLESS, LOGS_IN_A_BUILD, Campaign.ofBuild("kill-restless"));
    }

    @Test
    void shouldKeepEveryAcknowledgedAppendWhenKilledWhileMaintained() throws InterruptedException {
        killWhile(Mood.MAINTAINED, LOGS_IN_A_BUILD, Campaign.ofBuild("kill-maintained"));
    }

    @Test
    @Tag(Campaign.SOAK)
    void shouldKeepEveryAcknowledgedAppendWhenKilledWhileMaintainedForLong() throws InterruptedException {
        killWhile(Mood.MAINTAINED, LOGS_IN_A_SOAK, Campaign.ofSoak("kill-maintained"));
    }

    @Test
    @Tag(Campaign.SOAK)
    void shouldKeepEveryAcknowledgedAppendWhenKilledWhileAppendingForLong() throws InterruptedException {
        killWhile(Mood.APPENDING, LOGS_IN_A_SOAK, Campaign.ofSoak("kill-appending"));
    }

    @Test
    @Tag(Campaign.SOAK)
    void shouldKeepEveryAcknowledgedAppendWhenKilledWhileCompactingAndReopeningForLong() throws InterruptedException {
        killWhile(Mood.RESTLESS, LOGS_IN_A_SOAK, Campaign.ofSoak("kill-restless"));
    }

    private void killWhile(final Mood mood, final int logs, final Campaign campaign) throws InterruptedException {
        final AtomicInteger torn = new AtomicInteger();
        final AtomicInteger leftovers = new AtomicInteger();
        Children.runAll(IntStream.range(0, logs).mapToObj(number -> new Children.Case(campaign + " log " + number, () -> {
            final Path fresh = Files.createDirectory(directory.resolve(mood + "-" + number));
            final Victim victim = new Victim(fresh, mood, campaign.seedOf(number));
            final AfterKill afterKill = new AfterKill(victim.log, new Feed(victim.seed)::update);
            long kept = 0;
            for (int kill = 0; kill < KILLS_A_LOG; kill++) {
                final long acknowledged = victim.runAndKill(kept + 1);
                torn.addAndGet(afterKill.isTorn() ? 1 : 0);
                leftovers.addAndGet(Files.exists(fresh.resolve("kv.log.compact")) ? 1 : 0);
                kept = mood == Mood.APPENDING ? afterKill.checkRecords(acknowledged) : afterKill.check(acknowledged);
            }
            Children.deleteAll(fresh);
        })).toList());
        campaign.report((long) logs * KILLS_A_LOG, "torn=" + torn + " inCompaction=" + leftovers);
    }
}
