package io.slipstream.testkit.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.MaintenanceMode;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.faults.MemoryDir;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.recovery.EngineState;
import io.slipstream.testkit.soak.Campaign;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A writer as fast as it can, with maintenance on a thread of its own: segments of a few records, and one compaction after the other. */
class BesideARunnerTest {
    private static final int UPDATES = 300_000;
    private static final int UPDATES_IN_A_SOAK = 100_000_000;
    private static final int KEYS = 100;
    private static final int LOOK_EVERY = 50_000;
    private static final int FORCE_EVERY = 10_000;

    @TempDir(factory = MemoryDir.class)
    Path directory;

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    @Test
    void shouldLoseNothingWhileSegmentsAreMadeReadyAndTheLogIsCompacted() throws IOException {
        run(Campaign.ofBuild("beside-a-runner"), UPDATES);
    }

    @Test
    @Tag(Campaign.SOAK)
    void shouldLoseNothingWhileSegmentsAreMadeReadyAndTheLogIsCompactedForLong() throws IOException {
        run(Campaign.ofSoak("beside-a-runner"), UPDATES_IN_A_SOAK);
    }

    private void run(final Campaign campaign, final int updates) throws IOException {
        final Random random = new Random(campaign.seed());
        final Path path = directory.resolve("kv.log");
        final ModelState model = new ModelState();
        final long compactions;
        final long growths;
        try (SnapshotLog log = SnapshotLog.open(path, context())) {
            for (int i = 1; i <= updates; i++) {
                put(log, model, random, i);
                if (i % FORCE_EVERY == 0) {
                    awaitForce(log);
                }
                if (i % LOOK_EVERY == 0) {
                    assertEquals(model, stateOf(path), campaign + " update=" + i);
                }
            }
            compactions = log.stats().compactions();
            growths = log.stats().growths();
        }
        assertEquals(model, stateOf(path));
        assertTrue(failures.isEmpty(), () -> failures.toString());
        assertTrue(compactions > 0, "compactions=" + compactions);
        campaign.report(updates, "compactions=" + compactions + " growths=" + growths);
    }

    private SnapshotLog.Context context() {
        return new SnapshotLog.Context().segmentLength(SnapshotLog.Context.MIN_SEGMENT_LENGTH).maintenance(MaintenanceMode.RUNNER)
            .compactionFloor(100_000).errorHandler(failures::add).idleStrategy(new YieldingIdleStrategy());
    }

    private static void put(final SnapshotLog log, final ModelState model, final Random random, final int revision) {
        final byte[] key = {(byte) ('0' + random.nextInt(KEYS))};
        key[0] &= 0x7F;
        final byte[] value = new byte[random.nextInt(200)];
        random.nextBytes(value);
        log.put(new UnsafeBuffer(key), 0, key.length, new UnsafeBuffer(value), 0, value.length, revision);
        model.put(key, value, Token.of(revision));
    }

    private static void awaitForce(final SnapshotLog log) throws IOException {
        final long ticket = log.requestForce();
        while (!log.isForced(ticket)) {
            Thread.onSpinWait();
        }
    }

    private static ModelState stateOf(final Path path) throws IOException {
        try (SnapshotView view = SnapshotView.open(path)) {
            return EngineState.of(view);
        }
    }
}
