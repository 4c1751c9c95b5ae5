package io.slipstream.testkit.mark;

import io.slipstream.LogInspection;
import io.slipstream.LogRepair;
import io.slipstream.RecoveryPolicy;
import io.slipstream.RecoveryReport;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import io.slipstream.errors.CorruptSnapshotException;
import io.slipstream.mark.Mark;
import io.slipstream.mark.MarkFile;
import io.slipstream.storage.LogPaths;
import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.disk.SimulatedDisk;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.ForwardingStorage;
import io.slipstream.testkit.fault.MachineStorage;
import io.slipstream.testkit.fault.Operation.Kind;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelVerdict;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The power-loss exception of docs/recovery.md, and each way in which a mark must prove nothing. */
class MarkTest {
    private static final Storage MONDAY = new MachineStorage("boot-monday");
    private static final Storage TUESDAY = new MachineStorage("boot-tuesday");
    private static final Storage WEDNESDAY = new MachineStorage("boot-wednesday");
    private static final Storage NO_CLOCK = new MachineStorage(null);

    @TempDir
    Path directory;
    private Path path;

    @BeforeEach
    void nameTheLog() {
        path = directory.resolve("kv.log");
    }

    private SnapshotLog open(final Storage machine) throws IOException {
        return SnapshotLog.open(path, context(machine));
    }

    private static SnapshotLog.Context context(final Storage machine) {
        return new SnapshotLog.Context().storage(machine).segmentLength(8192);
    }

    private static void put(final SnapshotLog log, final String... keys) {
        for (final String key : keys) {
            log.put(key, ("value of " + key).getBytes(StandardCharsets.UTF_8), VersionToken.of(key.length()));
        }
    }

    /** Puts a and b, forced, then c, d and e, not forced; then the process is gone. */
    private void writeForcedAndUnforced(final Storage machine) throws IOException {
        final SnapshotLog log = open(machine);
        put(log, "a", "b");
        log.force();
        put(log, "c", "d", "e");
    }

    private ModelVerdict model() throws IOException {
        return ModelJudge.judge(Files.readAllBytes(path));
    }

    private long offsetOf(final int record) throws IOException {
        return model().applied().get(record).offset();
    }

    private void overwrite(final long from, final byte... bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(from);
            file.write(bytes);
        }
    }

    private void punchHoleAt(final int record) throws IOException {
        overwrite(offsetOf(record), new byte[20]);
    }

    private Set<String> keysOf(final SnapshotLog log) throws IOException {
        try (SnapshotView view = log.view()) {
            return view.toOwned().entries().keySet();
        }
    }

    private void assertRefused(final Storage machine) throws IOException {
        assertRefused(context(machine));
    }

    private void assertRefused(final SnapshotLog.Context context) throws IOException {
        final byte[] before = Files.readAllBytes(path);
        assertThrows(CorruptSnapshotException.class, () -> SnapshotLog.open(path, context));
        assertThrows(CorruptSnapshotException.class, () -> Snapshot.load(path, context));
        assertArrayEquals(before, Files.readAllBytes(path));
    }

    @Test
    void shouldOpenWarmWithTheLongestHonestPrefixAfterAPowerCut() throws IOException {
        writeForcedAndUnforced(MONDAY);
        final long hole = offsetOf(3);
        final long length = Files.size(path);
        punchHoleAt(3);
        try (SnapshotLog log = open(TUESDAY)) {
            final RecoveryReport report = log.recovery();
            assertEquals(RecoveryReport.Tail.POWER_LOSS, report.tail());
            assertEquals(3, report.rule());
            assertEquals(hole, report.position());
            assertEquals(length - hole, report.droppedLength());
            assertEquals(1, report.survivors());
            assertEquals(Set.of("a", "b", "c"), keysOf(log));
            put(log, "f");
        }
        try (SnapshotLog log = open(TUESDAY)) {
            assertEquals(RecoveryReport.Tail.CLEAN, log.recovery().tail());
            assertEquals(Set.of("a", "b", "c", "f"), keysOf(log));
        }
    }

    @Test
    void shouldExcuseRow4AndCountWhatSurvives() throws IOException {
        writeForcedAndUnforced(MONDAY);
        overwrite(offsetOf(2) + 4, (byte) 0xEE);
        final LogInspection found = LogInspection.of(TUESDAY, path);
        assertEquals(LogInspection.Tail.POWER_LOSS, found.tail());
        assertEquals(4, found.rule());
        assertEquals(2, found.survivors());
        assertEquals(2, found.live());
    }

    @Test
    void shouldShowAPowerLossTailToReadersWithoutChangingTheFile() throws IOException {
        writeForcedAndUnforced(MONDAY);
        punchHoleAt(2);
        final byte[] before = Files.readAllBytes(path);
        try (SnapshotView view = SnapshotView.open(TUESDAY, path, RecoveryPolicy.PROVEN)) {
            assertEquals(Set.of("a", "b"), view.toOwned().entries().keySet());
            assertEquals(RecoveryReport.Tail.POWER_LOSS, view.recovery().tail());
        }
        assertArrayEquals(before, Files.readAllBytes(path));
    }

    @Test
    void shouldLoadWhatAPowerCutLeftAndRewriteIt() throws IOException {
        writeForcedAndUnforced(MONDAY);
        punchHoleAt(2);
        final byte[] expected = model().state().compactForm();
        assertEquals(Set.of("a", "b"), Snapshot.load(path, context(TUESDAY)).orElseThrow().entries().keySet());
        assertArrayEquals(expected, Files.readAllBytes(path));
    }

    @Test
    void shouldRefuseAHoleInTheSameBoot() throws IOException {
        writeForcedAndUnforced(MONDAY);
        punchHoleAt(3);
        assertRefused(MONDAY);
    }

    @Test
    void shouldRefuseAHoleInWhatWasForced() throws IOException {
        writeForcedAndUnforced(MONDAY);
        punchHoleAt(1);
        assertRefused(TUESDAY);
    }

    @Test
    void shouldRefuseAHoleUnderTheStrictPolicy() throws IOException {
        writeForcedAndUnforced(MONDAY);
        punchHoleAt(3);
        assertRefused(context(TUESDAY).recoveryPolicy(RecoveryPolicy.STRICT));
    }

    @Test
    void shouldRefuseAHoleWhereABootIdIsUnknown() throws IOException {
        writeForcedAndUnforced(NO_CLOCK);
        punchHoleAt(3);
        assertRefused(TUESDAY);
        Files.delete(path);
        writeForcedAndUnforced(MONDAY);
        punchHoleAt(3);
        assertRefused(NO_CLOCK);
    }

    @Test
    void shouldRefuseAHoleInAnotherFileOfTheSameName() throws IOException {
        writeForcedAndUnforced(MONDAY);
        punchHoleAt(3);
        final Path copy = Files.copy(path, directory.resolve("copy"));
        Files.move(copy, path, StandardCopyOption.REPLACE_EXISTING);
        assertRefused(TUESDAY);
    }

    @Test
    void shouldRefuseAHoleInALogThatWasWrittenAnewInPlace() throws IOException {
        writeForcedAndUnforced(MONDAY);
        final LogBuilder other = new LogBuilder().header();
        for (int i = 0; i < 9; i++) {
            other.put("other" + i, "value", i);
        }
        Files.write(path, other.toBytes(), StandardOpenOption.TRUNCATE_EXISTING);
        punchHoleAt(7);
        assertRefused(TUESDAY);
    }

    @Test
    void shouldRefuseAHoleInWhatAnotherProgramAppendedAfterACleanClose() throws IOException {
        try (SnapshotLog log = open(MONDAY)) {
            put(log, "a", "b");
        }
        final byte[] more = new LogBuilder().put("x", "1", 1).put("y", "2", 2).put("z", "3", 3).toBytes();
        Files.write(path, more, StandardOpenOption.APPEND);
        punchHoleAt(3);
        assertRefused(TUESDAY);
    }

    @Test
    void shouldRefuseAHoleWhereNothingWasEverForced() throws IOException {
        put(open(MONDAY), "a", "b", "c", "d");
        punchHoleAt(2);
        assertRefused(TUESDAY);
    }

    @Test
    void shouldRefuseAHoleWhereTheMarkIsGoneOrDamaged() throws IOException {
        writeForcedAndUnforced(MONDAY);
        punchHoleAt(3);
        final Path mark = directory.resolve("kv.log.mark");
        final byte[] marks = Files.readAllBytes(mark);
        for (int i = 0; i < marks.length; i++) {
            marks[i] ^= 1;
        }
        Files.write(mark, marks);
        assertRefused(TUESDAY);
        Files.delete(mark);
        assertRefused(TUESDAY);
    }

    @Test
    void shouldNotLetAMarkOfAnOlderBootExcuseBitRot() throws IOException {
        writeForcedAndUnforced(MONDAY);
        // After the restart all five records were read from the disk: they count as forced, though nobody forced them.
        open(TUESDAY);
        punchHoleAt(3);
        assertRefused(WEDNESDAY);
    }

    @Test
    void shouldKeepWhatWasForcedBeforeAKillInTheSameBoot() throws IOException {
        writeForcedAndUnforced(MONDAY);
        put(open(MONDAY), "f", "g");
        punchHoleAt(1);
        assertRefused(TUESDAY);
    }

    @Test
    void shouldExcuseWhatFollowsTheForcedPositionAcrossAKillInTheSameBoot() throws IOException {
        writeForcedAndUnforced(MONDAY);
        put(open(MONDAY), "f", "g");
        punchHoleAt(3);
        assertEquals(Set.of("a", "b", "c"), keysOf(open(TUESDAY)));
    }

    @Test
    void shouldExcuseWhatWasAppendedAfterACompaction() throws IOException {
        final SnapshotLog log = open(MONDAY);
        put(log, "a", "b", "a");
        log.compact();
        put(log, "c", "d", "e");
        punchHoleAt(3);
        assertEquals(Set.of("a", "b", "c"), keysOf(open(TUESDAY)));
    }

    @Test
    void shouldStillSpeakOfTheOldFileWhereACompactionsRenameWasLost() throws IOException {
        final SnapshotLog log = open(MONDAY);
        put(log, "a", "b");
        log.force();
        put(log, "c", "d", "e");
        final Path old = Files.createLink(directory.resolve("old"), path);
        log.compact();
        Files.move(old, path, StandardCopyOption.REPLACE_EXISTING);
        punchHoleAt(3);
        assertEquals(Set.of("a", "b", "c"), keysOf(open(TUESDAY)));
    }

    @Test
    void shouldKeepTheMarkOfALoadedLog() throws IOException {
        try (SnapshotLog log = open(MONDAY)) {
            put(log, "a", "a", "b");
        }
        Snapshot.load(path, context(MONDAY));
        put(open(MONDAY), "c", "d", "e");
        punchHoleAt(3);
        assertEquals(Set.of("a", "b", "c"), keysOf(open(TUESDAY)));
    }

    @Test
    void shouldNeverBringBackWhatWasDropped() throws IOException {
        writeForcedAndUnforced(MONDAY);
        punchHoleAt(3);
        final SnapshotLog log = open(TUESDAY);
        put(log, "x");
        assertEquals(Set.of("a", "b", "c", "x"), keysOf(open(TUESDAY)));
    }

    @Test
    void shouldCountWhatALoadForcedAsForced() throws IOException {
        final SnapshotLog log = open(MONDAY);
        put(log, "a");
        log.force();
        put(log, "b", "c");
        // Compact, so the load cuts the slack off in place, and forces.
        Snapshot.load(path, context(MONDAY));
        punchHoleAt(1);
        assertRefused(TUESDAY);
    }

    @Test
    void shouldForgetWhatAnOldSlotSaysOfARepairedLogsInode() throws IOException {
        writeForcedAndUnforced(MONDAY);
        punchHoleAt(3);
        LogRepair.repair(path, context(MONDAY), false);
        final Mark mark = MarkFile.read(MONDAY, new LogPaths(path.toRealPath()), MONDAY.identity(path));
        assertEquals(Mark.NOTHING_KNOWN, mark.forcedPosition());
    }

    @Test
    void shouldRewriteALogWhoseCutWasNeverForced() throws IOException {
        final byte[] torn = new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).toBytes();
        Files.write(path, Arrays.copyOf(torn, torn.length - 3));
        final FaultyStorage disk = new FaultyStorage();
        // The first force is that of the mark, which says that a force is owed; the second is that of the cut.
        disk.failNth(Kind.FORCE, 2, Moment.BEFORE);
        assertThrows(IOException.class, () -> open(disk));
        disk.forget();
        try (SnapshotLog log = open(disk)) {
            assertTrue(disk.effects().contains("RENAME kv.log.compact kv.log"), disk.effects().toString());
            assertEquals(Set.of("a"), keysOf(log));
        }
        disk.forget();
        open(disk).close();
        assertFalse(disk.effects().contains("RENAME kv.log.compact kv.log"), "once is enough");
    }

    @Test
    void shouldStillExcuseAPowerLossTailWhoseCutWasNeverMade() throws IOException {
        writeForcedAndUnforced(MONDAY);
        punchHoleAt(3);
        final Storage dying = (Storage) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, args) -> {
            final Object result = method.invoke(TUESDAY, args);
            return method.getName().equals("openForWrite") && args[0].toString().endsWith("kv.log") ? uncuttable((StorageFile) result) : result;
        });
        assertThrows(IOException.class, () -> open(dying));
        assertEquals(Set.of("a", "b", "c"), keysOf(open(TUESDAY)));
    }

    private static StorageFile uncuttable(final StorageFile file) {
        return (StorageFile) Proxy.newProxyInstance(MarkTest.class.getClassLoader(), new Class<?>[] {StorageFile.class}, (proxy, method, args) -> {
            if (method.getName().equals("truncate")) {
                throw new IOException("killed");
            }
            return method.invoke(file, args);
        });
    }

    /** A machine on which the mark is there and cannot be read. */
    private static final class UnreadableMark extends ForwardingStorage {
        UnreadableMark() {
            super(TUESDAY);
        }

        @Override
        public StorageFile openForRead(final Path file) throws IOException {
            if (file.toString().endsWith(".mark")) {
                throw new IOException("the device failed");
            }
            return super.openForRead(file);
        }
    }

    @Test
    void shouldOpenNoWriterWhereTheMarkCannotBeRead() throws IOException {
        writeForcedAndUnforced(MONDAY);
        final byte[] before = Files.readAllBytes(path);
        final Storage failing = new UnreadableMark();
        assertEquals("the device failed", assertThrows(IOException.class, () -> open(failing)).getMessage());
        assertEquals("the device failed", assertThrows(IOException.class, () -> Snapshot.load(path, context(failing))).getMessage());
        assertArrayEquals(before, Files.readAllBytes(path));
        open(TUESDAY).close();
    }

    @Test
    void shouldShowALogWhoseMarkCannotBeRead() throws IOException {
        writeForcedAndUnforced(MONDAY);
        try (SnapshotView view = SnapshotView.open(new UnreadableMark(), path, RecoveryPolicy.PROVEN)) {
            assertEquals(5, view.length());
        }
    }

    @Test
    void shouldRefuseAHoleInALogThatCameFromAnotherHost() throws IOException {
        writeForcedAndUnforced(MONDAY);
        final Path otherHost = Files.createDirectory(directory.resolve("other-host"));
        for (final String name : List.of("kv.log", "kv.log.mark")) {
            Files.copy(directory.resolve(name), otherHost.resolve(name));
        }
        path = otherHost.resolve("kv.log");
        punchHoleAt(3);
        assertThrows(CorruptSnapshotException.class, () -> open(TUESDAY));
    }

    @Test
    void shouldRefuseAHoleInALogThatWasDeletedAndMadeAnewWithTheSameInode() throws IOException {
        final SimulatedDisk disk = new SimulatedDisk();
        final Path log = disk.path("kv.log");
        final SnapshotLog writer = SnapshotLog.open(log, context(disk));
        put(writer, "a", "b");
        writer.force();
        put(writer, "c");
        final SimulatedDisk dead = disk.afterProcessDeath();
        final long inode = dead.identity(log).inode();
        dead.unlink(log);
        final LogBuilder other = new LogBuilder().header().put("a", "x".repeat(500), 1).put("b", "2", 2).put("c", "3", 3);
        final byte[] holed = Damage.zero(other.toBytes(), other.offsetOf(1), other.endOf(1));
        dead.put(log, holed);
        assertEquals(inode, dead.identity(log).inode());
        final SimulatedDisk restarted = dead.powerCut(dead.moment()).leavingEverything();
        assertThrows(CorruptSnapshotException.class, () -> SnapshotLog.open(log, context(restarted)));
        assertArrayEquals(holed, restarted.file(log));
    }
}
