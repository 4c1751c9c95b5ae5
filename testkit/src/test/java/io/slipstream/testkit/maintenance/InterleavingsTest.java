package io.slipstream.testkit.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.MaintenanceMode;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.faults.MemoryDir;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.recovery.EngineState;
import io.slipstream.testkit.soak.Campaign;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Appends and maintenance in every order that dice give. At every moment the one file at the log's name holds all that returned: what a process that
 * is killed then leaves.
 */
class InterleavingsTest {
    private static final int RUNS = 60;
    private static final int RUNS_IN_A_SOAK = 6_000;
    private static final int STEPS = 300;
    private static final int KEYS = 8;
    private static final int LONG_KEY_LENGTH = 300;

    @TempDir(factory = MemoryDir.class)
    Path directory;

    private final List<Throwable> failures = new ArrayList<>();
    private SnapshotLog log;
    private AgentInvoker maintenance;
    private ModelState model;
    private long revision;
    private long compactions;
    private long worked;

    @Test
    void shouldHoldEverythingAtTheLogsNameAtEveryMoment() throws IOException {
        run(Campaign.ofBuild("interleavings"), RUNS);
    }

    @Test
    @Tag(Campaign.SOAK)
    void shouldHoldEverythingAtTheLogsNameAtEveryMomentAgainAndAgain() throws IOException {
        run(Campaign.ofSoak("interleavings"), RUNS_IN_A_SOAK);
    }

    private void run(final Campaign campaign, final int runs) throws IOException {
        compactions = 0;
        worked = 0;
        for (int i = 0; i < runs; i++) {
            final long seed = campaign.seedOf(i);
            try {
                live(directory.resolve("kv-" + i + ".log"), new Random(seed));
            } catch (final IOException | RuntimeException | AssertionError e) {
                throw new AssertionError(campaign + " run=" + i + " seed=" + seed, e);
            }
        }
        assertTrue(compactions > runs, "compactions=" + compactions);
        assertTrue(worked > 20L * runs, "worked=" + worked);
        campaign.report(runs, "compactions=" + compactions + " worked=" + worked);
    }

    private void live(final Path path, final Random random) throws IOException {
        model = new ModelState();
        final SnapshotLog.Context context = new SnapshotLog.Context().segmentLength(SnapshotLog.Context.MIN_SEGMENT_LENGTH)
            .maintenance(MaintenanceMode.INVOKER).compactionFloor(random.nextInt(20_000)).errorHandler(failures::add);
        log = SnapshotLog.open(path, context);
        maintenance = log.maintenanceInvoker();
        for (int i = 0; i < STEPS; i++) {
            step(random);
            assertEquals(model, stateOf(path), "step " + i);
            assertEquals(List.of(), failures, "step " + i);
        }
        compactions += log.stats().compactions();
        log.close();
        assertEquals(model, EngineState.of(Snapshot.load(path)));
    }

    private static ModelState stateOf(final Path path) throws IOException {
        try (SnapshotView view = SnapshotView.open(path)) {
            return EngineState.of(view);
        }
    }

    private void step(final Random random) throws IOException {
        final int dice = random.nextInt(100);
        if (dice < 60) {
            worked += maintenance.invoke();
        } else if (dice < 90) {
            put(random);
        } else if (dice < 94) {
            final byte[] key = key(random);
            log.delete(Utf8.decode(key), VersionToken.of(++revision));
            model.apply(ModelUpdate.delete(Utf8.decode(key), revision));
        } else if (dice < 97) {
            log.checkpoint(WatchCursor.of(++revision));
            model.cursor(Token.of(revision));
        } else if (dice < 98) {
            log.force();
        } else if (dice < 99) {
            log.requestForce();
        } else if (random.nextInt(4) == 0) {
            log.compact();
        }
    }

    private void put(final Random random) {
        final byte[] key = key(random);
        final byte[] value = new byte[random.nextInt(20) == 0 ? random.nextInt(20_000) : random.nextInt(300)];
        random.nextBytes(value);
        final byte[] version = Token.of(++revision);
        if (random.nextBoolean()) {
            log.put(new UnsafeBuffer(key), 0, key.length, new UnsafeBuffer(value), 0, value.length, ByteBuffer.wrap(version).getLong());
        } else {
            log.put(Utf8.decode(key), value, VersionToken.of(version));
        }
        model.put(key, value, version);
    }

    private static byte[] key(final Random random) {
        final String key = "key-" + random.nextInt(KEYS);
        return Utf8.encode(random.nextInt(4) == 0 ? "x".repeat(LONG_KEY_LENGTH) + key : key);
    }
}
