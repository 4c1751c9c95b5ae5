package io.slipstream.testkit.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/** What must hold of a log whose writer was killed: docs/recovery.md, sections 9 and 11. */
final class AfterKill {
    private static final Set<RecoveryReport.Tail> WHAT_A_KILL_LEAVES = Set.of(
        RecoveryReport.Tail.NEW, RecoveryReport.Tail.CLEAN, RecoveryReport.Tail.SLACK, RecoveryReport.Tail.TORN);

    private final Path log;
    private final LongFunction<ModelUpdate> issued;

    /** A log whose writer issued these updates, counted from 1. */
    AfterKill(final Path log, final LongFunction<ModelUpdate> issued) {
        this.log = log;
        this.issued = issued;
    }

    /**
     * Checks the file as the kill left it, opens it twice, and answers how many updates it holds: the {@code acknowledged} ones,
     * and perhaps the one that was under way.
     */
    long check(final long acknowledged) throws IOException {
        if (!Files.exists(log)) {
            assertEquals(0, acknowledged, "there is no log");
            assertOpensAs(new ModelState());
            return 0;
        }
        final ModelVerdict verdict = verdictOnWhatIsLeft();
        final long kept = updatesIn(verdict.state(), acknowledged);
        assertOpensAs(verdict.state());
        return kept;
    }

    /** As {@link #check}, of a log that was never compacted: each record is compared with the update that was issued. */
    long checkRecords(final long acknowledged) throws IOException {
        final List<ModelUpdate> found = Files.exists(log) ? verdictOnWhatIsLeft().updates() : List.of();
        for (int i = 0; i < found.size(); i++) {
            assertEquals(issued.apply(i + 1L), found.get(i), "update " + (i + 1));
        }
        final long inProgress = found.size() - acknowledged;
        assertTrue(inProgress == 0 || inProgress == 1, () -> "acknowledged=" + acknowledged + " found=" + found.size());
        check(acknowledged);
        return found.size();
    }

    /** Whether the kill left an append that was never committed. */
    boolean isTorn() throws IOException {
        return Files.exists(log) && ModelJudge.judge(Files.readAllBytes(log)).row() == 8;
    }

    private ModelVerdict verdictOnWhatIsLeft() throws IOException {
        final ModelVerdict verdict = ModelJudge.judge(Files.readAllBytes(log));
        assertFalse(verdict.isError(), () -> "refused after a kill: " + verdict);
        assertTrue(verdict.row() == 1 || verdict.row() == 8, () -> "not what a kill leaves: " + verdict);
        return verdict;
    }

    private long updatesIn(final ModelState found, final long acknowledged) {
        final ModelState expected = new ModelState();
        LongStream.rangeClosed(1, acknowledged).mapToObj(issued).forEach(expected::apply);
        if (expected.equals(found)) {
            return acknowledged;
        }
        assertEquals(expected.apply(issued.apply(acknowledged + 1)), found, () -> "acknowledged=" + acknowledged);
        return acknowledged + 1;
    }

    // Nobody holds the lock, the engine finds what the model finds, and a second recovery changes nothing.
    private void assertOpensAs(final ModelState expected) throws IOException {
        openOnce(expected);
        final byte[] once = Files.readAllBytes(log);
        assertEquals(expected, ModelJudge.judge(once).state());
        openOnce(expected);
        assertArrayEquals(once, Files.readAllBytes(log), "the second recovery changed something");
    }

    private void openOnce(final ModelState expected) throws IOException {
        try (SnapshotLog reopened = SnapshotLog.open(log, new SnapshotLog.Context().segmentLength(1 << 16).recoveredView(true))) {
            final RecoveryReport recovery = reopened.recovery();
            assertTrue(WHAT_A_KILL_LEAVES.contains(recovery.tail()), recovery::toString);
            assertEquals(expected.keys(), keysOf(reopened.recoveredView()));
            assertFalse(Files.exists(log.resolveSibling(log.getFileName() + ".compact")), "a dead compaction's file was kept");
        }
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
