package io.slipstream.testkit.hostile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.slipstream.LogInspection;
import io.slipstream.LogRepair;
import io.slipstream.RecoveryPolicy;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.disk.SimulatedDisk;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation;
import io.slipstream.testkit.fault.Operation.Kind;
import io.slipstream.testkit.faults.TwinLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A disk on which any one read fails, under every door that replays, on logs of several blocks: sound, torn, and damaged so that survivors
 * are searched for.
 * Never a verdict on what was not read, and never a changed file: docs/recovery.md, rule R1.
 */
class FailingReadsTest {
    private static final Map<String, byte[]> FILES = files();

    /** Something that replays; its answer is not of interest. */
    @FunctionalInterface
    private interface Door {
        void open(FaultyStorage disk, Path log) throws IOException;
    }

    private static LogBuilder records(final LogBuilder log) {
        for (int i = 0; i < 120; i++) {
            log.put("key-" + i, "x".repeat(3000), i);
        }
        return log;
    }

    private static byte[] recordsAround(final RawRecord damaged) {
        return records(records(new LogBuilder().header()).record(damaged)).toBytes();
    }

    private static Map<String, byte[]> files() {
        final Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("a sound log", records(new LogBuilder().header()).toBytes());
        files.put("slack", records(new LogBuilder().header()).slack(200_000).toBytes());
        files.put("a torn tail", records(new LogBuilder().header()).record(RawRecord.put("k", "v".repeat(200_000), 1).crc(0)).toBytes());
        files.put("damage, with records behind", recordsAround(RawRecord.put("k", "v", 1).brokenCrc()));
        files.put("an unknown type, with records behind", recordsAround(RawRecord.put("k", "v", 1).type(9)));
        return files;
    }

    private static SnapshotLog.Context on(final FaultyStorage disk) {
        return TwinLog.smallSegments().storage(disk);
    }

    private static Map<String, Door> doors() {
        final Map<String, Door> doors = new LinkedHashMap<>();
        doors.put("view", (disk, log) -> SnapshotView.open(disk, log, RecoveryPolicy.PROVEN).close());
        doors.put("view of the prefix", (disk, log) -> SnapshotView.open(disk, log, RecoveryPolicy.PREFIX).close());
        doors.put("inspection", FailingReadsTest::inspect);
        doors.put("load", (disk, log) -> Snapshot.load(log, on(disk)));
        doors.put("writer", (disk, log) -> SnapshotLog.open(log, on(disk)).close());
        doors.put("writer with an index", (disk, log) -> SnapshotLog.open(log, on(disk).recoveredView(true)).close());
        doors.put("writer of the prefix", (disk, log) -> SnapshotLog.open(log, on(disk).recoveryPolicy(RecoveryPolicy.PREFIX)).close());
        doors.put("writer that sets aside", (disk, log) -> SnapshotLog.open(log, on(disk).setAsideRefused(true)).close());
        doors.put("repair", (disk, log) -> LogRepair.repair(log, on(disk), true));
        return doors;
    }

    // Its answer to a fault is a result.
    private static void inspect(final FaultyStorage disk, final Path log) throws IOException {
        final LogInspection inspection = LogInspection.of(disk, log);
        if (inspection.result() == LogInspection.Result.IO) {
            assertEquals(1, disk.faults().size(), inspection::toString);
            assertTrue(inspection.message().contains(disk.faults().get(0).getMessage()), inspection::message);
            throw disk.faults().get(0);
        }
    }

    @TestFactory
    Stream<DynamicTest> shouldThrowTheFaultAndTouchNothingWhicheverReadFails() {
        return FILES.entrySet().stream().flatMap(file -> doors().entrySet().stream().map(door ->
            dynamicTest(door.getKey() + ", " + file.getKey(), () -> checkEveryRead(file.getValue(), door.getValue()))));
    }

    private static void checkEveryRead(final byte[] file, final Door door) {
        final List<Operation> operations = operations(file, door);
        int reads = 0;
        for (int i = 0; i < operations.size() && !isBeyondTheVerdict(operations.get(i)); i++) {
            if (isReadOfTheLog(operations.get(i))) {
                checkRead(file, door, i + 1, operations.get(i));
                reads++;
            }
        }
        assertTrue(reads > 3, "only " + reads + " reads in " + operations);
    }

    // From the first change on, the file may be another.
    private static boolean isBeyondTheVerdict(final Operation operation) {
        return operation.kind().hasEffect() && operation.kind() != Kind.UNLINK;
    }

    private static boolean isReadOfTheLog(final Operation operation) {
        return operation.kind() == Kind.READ && operation.path().endsWith("kv.log");
    }

    private static List<Operation> operations(final byte[] file, final Door door) {
        final SimulatedDisk disk = new SimulatedDisk();
        final FaultyStorage faulty = new FaultyStorage(disk.put(disk.path("kv.log"), file));
        try {
            door.open(faulty, disk.path("kv.log"));
        } catch (final IOException e) {
            assertTrue(faulty.faults().isEmpty(), e::toString); // refused
        }
        return faulty.operations();
    }

    private static void checkRead(final byte[] file, final Door door, final int n, final Operation operation) {
        final SimulatedDisk disk = new SimulatedDisk();
        final Path log = disk.path("kv.log");
        final FaultyStorage faulty = new FaultyStorage(disk.put(log, file)).failNth(n, Moment.BEFORE);
        final IOException thrown = assertThrows(IOException.class, () -> door.open(faulty, log), () -> n + " " + operation);
        assertSame(faulty.faults().get(0), thrown, () -> "not the fault: " + thrown);
        assertArrayEquals(file, disk.file(log), () -> n + " " + operation + " changed the file");
        assertNull(disk.file(TwinLog.temporaryFile(log)));
    }
}
