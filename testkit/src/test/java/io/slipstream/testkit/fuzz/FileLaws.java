package io.slipstream.testkit.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.EntryView;
import io.slipstream.LogInspection;
import io.slipstream.LogRepair;
import io.slipstream.RecoveryPolicy;
import io.slipstream.RecoveryReport;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.errors.CorruptSnapshotException;
import io.slipstream.errors.InvalidSnapshotFormatException;
import io.slipstream.errors.SnapshotDamageException;
import io.slipstream.storage.FileIdentity;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.disk.SimulatedDisk;
import io.slipstream.testkit.model.ModelEntry;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelLog;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.model.ModelVerdict.Kind;
import io.slipstream.testkit.recovery.EngineState;
import io.slipstream.testkit.recovery.Findings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.function.Executable;

/**
 * What holds for any file whatsoever, through every door of the engine: nothing but the documented errors, the model's verdict, the model's bytes,
 * and a refused file as it was. There is no mark beside it.
 */
final class FileLaws {
    /** Longer files are not tried: the model is quadratic. */
    static final int MAX_LENGTH = 4096;

    private static final long THRESHOLD = 100;
    private static final String NAME = "kv.log";
    private static final byte[] HEADER = new LogBuilder().header().toBytes();
    private static final byte[] APPENDED_VALUE = {1, 2, 3};

    private final byte[] file;
    private final ModelVerdict expected;
    private SimulatedDisk disk = new SimulatedDisk();
    private final Path path = disk.path(NAME);
    private FileIdentity identity;

    private FileLaws(final byte[] file) {
        this.file = file;
        this.expected = ModelJudge.judge(file);
    }

    /** Tries them all; a file that is too long is cut. */
    static void holdFor(final byte[] input) throws IOException {
        final FileLaws laws = new FileLaws(input.length <= MAX_LENGTH ? input : Arrays.copyOf(input, MAX_LENGTH));
        laws.inspectionFindsWhatTheModelFinds();
        for (final RecoveryPolicy policy : RecoveryPolicy.values()) {
            laws.viewShowsWhatTheModelHolds(policy);
        }
        laws.loadLeavesWhatTheModelLeaves();
        laws.forgivingLoadKeepsTheOriginal();
        laws.openGoesOnWhereTheModelDoes();
        laws.forgivingOpenKeepsTheOriginal();
        laws.repairKeepsWhatTheModelKeeps(false);
        laws.repairKeepsWhatTheModelKeeps(true);
        laws.markOfTheseBytesProvesNothing();
    }

    private void inspectionFindsWhatTheModelFinds() {
        begin();
        assertEquals(Findings.of(expected), Findings.of(LogInspection.of(disk, path)));
        assertUntouched("an inspection");
    }

    private void viewShowsWhatTheModelHolds(final RecoveryPolicy policy) throws IOException {
        begin();
        if (expected.isError() && !(policy == RecoveryPolicy.PREFIX && expected.kind() == Kind.CORRUPTED)) {
            assertRefused("a view", () -> SnapshotView.open(disk, path, policy).close());
            return;
        }
        try (SnapshotView view = SnapshotView.open(disk, path, policy)) {
            assertEquals(expected.state(), EngineState.of(view));
            assertLooksUp(expected.state(), view);
            assertReports(view.recovery());
        }
        assertUntouched("a view");
    }

    private void loadLeavesWhatTheModelLeaves() throws IOException {
        begin();
        if (expected.isError()) {
            assertRefused("a load", () -> Snapshot.load(path, context()));
            return;
        }
        assertLoads(expected.state(), Snapshot.load(path, context()));
        final byte[] left = ModelLog.load(file);
        assertHolds(left, "a load");
        if (expected.kind() == Kind.CLEAN && expected.compact()) {
            assertUntouched("a load of what needs no cleaning");
        }
        final FileIdentity cleaned = disk.identity(path);
        assertLoads(expected.state(), Snapshot.load(path, context()));
        assertHolds(left, "a second load");
        assertEquals(cleaned, disk.identity(path), "a second load: the file itself");
    }

    private void forgivingLoadKeepsTheOriginal() throws IOException {
        if (!expected.isError()) {
            return;
        }
        begin();
        assertEquals(Optional.empty(), Snapshot.load(path, context().setAsideRefused(true)));
        assertKeptAside(HEADER, "a load that sets aside");

        if (expected.kind() == Kind.CORRUPTED) {
            begin();
            assertLoads(expected.state(), Snapshot.load(path, context().recoveryPolicy(RecoveryPolicy.PREFIX)));
            assertKeptAside(expected.state().compactForm(), "a load of the prefix");
        }
    }

    private void openGoesOnWhereTheModelDoes() throws IOException {
        begin();
        if (expected.isError() && !isBeginningOfHeader()) {
            assertRefused("an open", () -> SnapshotLog.open(path, context()).close());
            return;
        }
        final ModelLog model = ModelLog.open(file, THRESHOLD);
        try (SnapshotLog log = SnapshotLog.open(path, context().recoveredView(true))) {
            if (!isBeginningOfHeader()) {
                assertReports(log.recovery());
            }
            assertEquals(model.state(), EngineState.of(log.recoveredView()));
        }
        assertHolds(model.toBytes(), "an open");

        begin();
        SnapshotLog.open(path, context()).close();
        final SimulatedDisk recoveredOnce = disk.afterProcessDeath();
        try (SnapshotLog log = SnapshotLog.open(path, context())) {
            assertTrue(log.recovery().isClean(), "a second recovery drops something");
            append(log, model);
        }
        assertHolds(model.toBytes(), "an append");

        try (SnapshotLog log = SnapshotLog.open(path, context().storage(recoveredOnce))) {
            log.compact();
        }
        assertArrayEquals(ModelLog.open(file, THRESHOLD).state().compactForm(), recoveredOnce.file(path), "a compaction");

        appendedRecordsSurviveTheProcess();
    }

    private void appendedRecordsSurviveTheProcess() throws IOException {
        begin();
        final ModelLog model = ModelLog.open(file, THRESHOLD);
        append(SnapshotLog.open(path, context()), model);
        final SimulatedDisk afterDeath = disk.afterProcessDeath();
        try (SnapshotLog log = SnapshotLog.open(path, context().storage(afterDeath))) {
            assertTrue(log.recovery().isClean(), "a death between two calls loses something");
        }
        assertArrayEquals(model.toBytes(), afterDeath.file(path), "a death after an append");
    }

    private static void append(final SnapshotLog log, final ModelLog model) throws IOException {
        log.put("appended", APPENDED_VALUE, VersionToken.of(1));
        model.put(Utf8.encode("appended"), APPENDED_VALUE, Token.of(1));
        log.delete("gone", VersionToken.unknown());
        model.delete(Utf8.encode("gone"), Token.none());
        assertEquals(model.checkpoint(Token.of(2)), log.checkpoint(WatchCursor.of(2)), "whether a compaction is due");
    }

    private void forgivingOpenKeepsTheOriginal() throws IOException {
        if (!expected.isError() || isBeginningOfHeader()) {
            return;
        }
        begin();
        try (SnapshotLog log = SnapshotLog.open(path, context().setAsideRefused(true))) {
            assertEquals(RecoveryReport.Tail.DAMAGED, log.recovery().tail());
        }
        assertKeptAside(HEADER, "an open that sets aside");

        begin();
        if (expected.kind() == Kind.CORRUPTED) {
            SnapshotLog.open(path, context().recoveryPolicy(RecoveryPolicy.PREFIX)).close();
            assertKeptAside(Arrays.copyOf(file, expected.offset()), "an open of the prefix");
        } else {
            assertRefused("an open of the prefix", () -> SnapshotLog.open(path, context().recoveryPolicy(RecoveryPolicy.PREFIX)).close());
        }
    }

    private void repairKeepsWhatTheModelKeeps(final boolean skipDamage) throws IOException {
        begin();
        if (expected.row() == 0) {
            assertRefused("a repair", () -> LogRepair.repair(path, context(), skipDamage));
            return;
        }
        final LogRepair.Report report = LogRepair.repair(path, context(), skipDamage);
        if (!expected.isError()) {
            assertNull(report.original(), "a repair of what is not refused");
            assertUntouched("a repair of what is not refused");
            return;
        }
        assertFalse(ModelJudge.judge(disk.file(path)).isError(), "what a repair leaves is refused");
        assertKeptAside(Records.repaired(file, skipDamage), "a repair");
    }

    private void markOfTheseBytesProvesNothing() throws IOException {
        begin();
        final byte[] hole = new LogBuilder().header().put("a", "1", 1).slack(12).put("b", "2", 2).toBytes();
        disk.put(path, hole).put(disk.path(NAME + ".mark"), file);
        assertThrows(CorruptSnapshotException.class, () -> SnapshotLog.open(path, context()).close(), "beside a mark of these bytes");
        assertArrayEquals(hole, disk.file(path), "beside a mark of these bytes");
    }

    private void begin() {
        disk = new SimulatedDisk().put(path, file);
        identity = disk.identity(path);
    }

    private SnapshotLog.Context context() {
        return new SnapshotLog.Context().storage(disk).segmentLength(SnapshotLog.Context.MIN_SEGMENT_LENGTH).compactionThreshold(THRESHOLD);
    }

    // A writer's open completes a file that is shorter than the header, if it begins like one.
    private boolean isBeginningOfHeader() {
        return file.length < HEADER.length && Arrays.equals(file, Arrays.copyOf(HEADER, file.length));
    }

    private void assertRefused(final String what, final Executable call) {
        final SnapshotDamageException refusal = assertThrows(SnapshotDamageException.class, call, what);
        final Class<?> kind = expected.kind() == Kind.INVALID ? InvalidSnapshotFormatException.class : CorruptSnapshotException.class;
        assertEquals(kind, refusal.getClass(), what);
        assertEquals(expected.row(), refusal.rule(), what);
        assertEquals(expected.offset(), refusal.offset(), what);
        assertTrue(refusal.getMessage().contains(NAME), refusal::getMessage);
        assertTrue(refusal.getMessage().contains("offset=" + expected.offset()), refusal::getMessage);
        assertUntouched(what);
    }

    private void assertUntouched(final String what) {
        assertArrayEquals(file, disk.file(path), () -> what + ": the bytes");
        assertEquals(identity, disk.identity(path), () -> what + ": the file itself");
        assertNull(disk.file(disk.path(NAME + ".mark")), () -> what + ": there is a mark");
        assertAlone(what);
    }

    private void assertHolds(final byte[] bytes, final String what) {
        assertArrayEquals(bytes, disk.file(path), () -> what + ": the bytes");
        assertAlone(what);
    }

    private void assertKeptAside(final byte[] bytes, final String what) {
        assertArrayEquals(bytes, disk.file(path), () -> what + ": the bytes");
        assertArrayEquals(file, disk.file(disk.path(NAME + ".damaged-1")), () -> what + ": the original");
        assertTrue(disk.unlink(disk.path(NAME + ".damaged-1")));
        assertAlone(what);
    }

    private void assertAlone(final String what) {
        for (final Path each : disk.files()) {
            final String name = each.getFileName().toString();
            assertTrue(name.equals(NAME) || name.equals(NAME + ".lock") || name.equals(NAME + ".mark"), () -> what + " leaves " + name);
        }
    }

    private void assertReports(final RecoveryReport report) {
        assertEquals(expected.logEnd(), report.position());
        assertEquals(expected.records(), report.records());
        assertEquals(expected.isError() ? file.length - expected.offset() : expected.dropped(), report.droppedLength());
        assertEquals(expected.row(), report.rule());
    }

    private static void assertLoads(final ModelState state, final Optional<Snapshot> snapshot) {
        assertEquals(state.isEmpty(), snapshot.isEmpty(), "whether a load answers absent");
        assertEquals(state, EngineState.of(snapshot));
    }

    private static void assertLooksUp(final ModelState state, final SnapshotView view) {
        final EntryView entry = new EntryView();
        for (final Map.Entry<byte[], ModelEntry> each : state.entries().entrySet()) {
            final byte[] key = each.getKey();
            assertTrue(view.lookup(new UnsafeBuffer(key), 0, key.length, entry), "a live key is not found");
            assertArrayEquals(each.getValue().value(), EngineState.copy(entry.value()));
            assertNotNull(view.entry(Utf8.decode(key)), "a live key is not found by its text");
        }
        assertEquals(state.entries().size(), view.length());
    }
}
