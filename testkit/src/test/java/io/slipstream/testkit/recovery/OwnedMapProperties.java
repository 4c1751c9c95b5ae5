package io.slipstream.testkit.recovery;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.RecoveryPolicy;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.gen.DamagedLog;
import io.slipstream.testkit.gen.Logs;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelVerdict;
import java.io.IOException;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;

/** The entries of an owned snapshot against a {@link java.util.HashMap} of what the model makes of the same bytes, from every door that owns. */
class OwnedMapProperties {
    // One for each property: jqwik may still be shrinking a failed one, in a thread of its own, when the next begins.
    private final LogFile file = LogFile.temporary();

    @AfterProperty
    void deleteLogFile() throws IOException {
        file.close();
    }

    @Provide
    Arbitrary<DamagedLog> logs() {
        return Logs.any();
    }

    @Property(tries = 1_000)
    void entriesOfAnyLogEqualTheMapOfTheModel(@ForAll("logs") final DamagedLog log) throws IOException {
        assertOwned(log.bytes());
    }

    /** Values around the length from which on each has an array of its own, keys in order or in none, each put once or more. */
    @Property(tries = 60)
    void entriesOfLongRecordsEqualTheMapOfTheModel(
        @ForAll final long seed, @ForAll @IntRange(min = 1, max = 12) final int keys, @ForAll final boolean inOrder,
        @ForAll @IntRange(min = 0, max = 8) final int updates) throws IOException {
        final Random random = new Random(seed);
        final LogBuilder log = new LogBuilder().header();
        for (int i = 0; i < keys + updates; i++) {
            final String key = "key-" + (i < keys ? 10 + (inOrder ? i : i * 7 % 13) : 10 + random.nextInt(keys));
            log.put(key, "v".repeat(length(random)), i);
        }
        if (random.nextBoolean()) {
            log.cursor(keys);
        }
        assertOwned(log.toBytes());
    }

    private static int length(final Random random) {
        final int[] around = {0, 1 << 16, 1 << 17, 1 << 18, 1 << 20};
        return Math.max(0, around[random.nextInt(around.length)] - 30 + random.nextInt(60));
    }

    private void assertOwned(final byte[] bytes) throws IOException {
        final ModelVerdict verdict = ModelJudge.judge(bytes);
        if (verdict.isError()) {
            return;
        }
        file.holds(bytes);
        try (SnapshotView view = SnapshotView.open(file.path(), RecoveryPolicy.PROVEN)) {
            OwnedMap.assertLike(verdict.state(), view.toOwned(), "owned from a view");
        }
        final Snapshot loaded = Snapshot.load(file.path()).orElse(null);
        if (loaded != null) {
            OwnedMap.assertLike(verdict.state(), loaded, "loaded");
            OwnedMap.assertLike(verdict.state(), Snapshot.load(file.path(), new SnapshotLog.Context()).orElseThrow(), "loaded again");
        } else {
            assertTrue(verdict.state().isEmpty());
        }
    }
}
