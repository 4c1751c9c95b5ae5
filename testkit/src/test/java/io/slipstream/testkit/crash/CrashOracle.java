package io.slipstream.testkit.crash;

import io.slipstream.LogInspection;
import io.slipstream.RecoveryReport;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.errors.SnapshotDamageException;
import io.slipstream.testkit.disk.SimulatedDisk;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.recovery.EngineState;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What must hold of a log after a crash: it opens; what is there is what the updates up to some number leave; nothing that was promised is missing;
 * reading changes nothing; recovering twice is recovering once; and where it may be refused, the file stays as it is.
 */
final class CrashOracle {
    private final Map<RecoveryReport.Tail, Long> tails = new EnumMap<>(RecoveryReport.Tail.class);
    private long refused;

    /** What a recovery gave: how many updates survived; negative if the log was refused, as it may be. */
    record Recovered(int updates) {
        boolean isRefused() {
            return updates < 0;
        }
    }

    /** Fails if the crashes so far never left one of the ends that a crash leaves: they would have shown nothing of it. */
    void requireEveryTail() {
        for (final RecoveryReport.Tail tail : List.of(RecoveryReport.Tail.CLEAN, RecoveryReport.Tail.SLACK, RecoveryReport.Tail.TORN,
                RecoveryReport.Tail.POWER_LOSS)) {
            if (!tails.containsKey(tail)) {
                throw new AssertionError("no crash left a log that ends so: " + tail + ", only " + tails);
            }
        }
    }

    /** What came of the crashes so far, by how the log ended. */
    String figures() {
        return "tails=" + tails + " refused=" + refused;
    }

    /** Checks what a process that died at {@code moment} left. */
    Recovered checkProcessDeath(final SimulatedDisk disk, final History history, final int moment) throws IOException {
        return check(disk, history, history.returnedAt(moment), history.issuedAt(moment), history.existsAt(moment), false);
    }

    /** Checks what a power cut at {@code moment} left. */
    Recovered checkPowerLoss(final SimulatedDisk disk, final History history, final int moment) throws IOException {
        return check(disk, history, history.forcedAt(moment), history.issuedAt(moment), history.existsAt(moment), !history.isWarmAt(moment));
    }

    private Recovered check(
            final SimulatedDisk disk, final History history, final int promised, final int issued, final boolean exists, final boolean mayRefuse)
            throws IOException {
        final Path path = disk.path(CrashRun.NAME);
        final byte[] before = disk.file(path);
        if (before == null && exists) {
            throw new AssertionError("the log is gone: files=" + disk.files());
        }
        final Map<String, String> hashes = disk.contentHashes();
        final LogInspection inspected = LogInspection.of(disk, path);
        if (!hashes.equals(disk.contentHashes())) {
            throw new AssertionError("inspecting changed a file");
        }
        final Map.Entry<ModelState, RecoveryReport> recovered;
        try {
            recovered = open(disk, path);
        } catch (final SnapshotDamageException e) {
            if (!mayRefuse) {
                throw new AssertionError("refused: promised=" + promised + " issued=" + issued + ": " + e.getMessage(), e);
            }
            if (!Arrays.equals(before, disk.file(path))) {
                throw new AssertionError("refused, and changed: " + e.getMessage(), e);
            }
            refused++;
            return new Recovered(-1);
        }
        tails.merge(recovered.getValue().tail(), 1L, Long::sum);
        final int updates = find(recovered.getKey(), history.states(), promised, issued);
        requireSameAsInspected(inspected, recovered.getKey());
        requireSameAgain(disk, recovered.getKey());
        return new Recovered(updates);
    }

    // The later of two equal states is as good: nothing tells them apart.
    private static int find(final ModelState found, final List<ModelState> states, final int promised, final int issued) {
        for (int updates = issued; updates >= promised; updates--) {
            if (states.get(updates).equals(found)) {
                return updates;
            }
        }
        throw new AssertionError("no honest prefix: promised=" + promised + " issued=" + issued + " found " + nearest(found, states) + "\n" + found);
    }

    private static String nearest(final ModelState found, final List<ModelState> states) {
        for (int updates = 0; updates < states.size(); updates++) {
            if (states.get(updates).equals(found)) {
                return "the state after " + updates;
            }
        }
        return "a state that never was";
    }

    private static void requireSameAsInspected(final LogInspection inspected, final ModelState opened) {
        final boolean same = inspected.compactSha256() != null && inspected.compactSha256().equals(opened.sha256());
        if (!same && !(inspected.result() == LogInspection.Result.INVALID && opened.isEmpty())) {
            throw new AssertionError("a reader is told something else: " + inspected);
        }
    }

    private static void requireSameAgain(final SimulatedDisk disk, final ModelState first) throws IOException {
        final SimulatedDisk again = disk.afterProcessDeath();
        final Map.Entry<ModelState, RecoveryReport> second = open(again, again.path(CrashRun.NAME));
        if (!second.getKey().equals(first)) {
            throw new AssertionError("recovered twice is not recovered once: first\n" + first + "then\n" + second.getKey());
        }
        if (second.getValue().droppedLength() != 0) {
            throw new AssertionError("something was dropped again: " + second.getValue());
        }
        final SimulatedDisk loaded = disk.afterProcessDeath();
        if (!EngineState.of(Snapshot.load(loaded.path(CrashRun.NAME), CrashRun.context(loaded))).equals(first)) {
            throw new AssertionError("a load gives something else than an open");
        }
    }

    private static Map.Entry<ModelState, RecoveryReport> open(final SimulatedDisk disk, final Path path) throws IOException {
        final SnapshotLog log = SnapshotLog.open(path, CrashRun.context(disk));
        final SnapshotView view = log.recoveredView();
        return Map.entry(EngineState.of(view), log.recovery());
    }
}
