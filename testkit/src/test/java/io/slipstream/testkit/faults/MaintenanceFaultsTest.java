package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import io.slipstream.errors.PoisonedLogException;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What failed beside the writer, but for the steps of a compaction: forces that were asked for, segments ahead of need, and a writer who is too fast. */
class MaintenanceFaultsTest {
    private static final int MIB = 1 << 20;

    @TempDir(factory = MemoryDir.class)
    Path root;

    // Nothing is left to do for maintenance.
    private static MaintainedLog idle(final Path directory, final FaultyStorage disk) throws IOException {
        final MaintainedLog log = MaintainedLog.create(directory, disk, TwinLog.smallSegments());
        log.twin().churn();
        return log.maintain(50);
    }

    private static void requestAndMaintain(final MaintainedLog log) throws IOException {
        log.log().requestForce();
        log.maintain(1);
    }

    @TestFactory
    Stream<DynamicTest> shouldBePoisonedWhenARequestedForceFailsAndTryAgainWhereNothingWasForced() throws IOException {
        return Drill.everyFault(root, MaintenanceFaultsTest::idle, MaintenanceFaultsTest::requestAndMaintain, (log, outcome) -> {
            assertSame(outcome.faults().get(0), log.reported().get(0));
            if (outcome.operation().kind() == Kind.FORCE || outcome.isBehind(Kind.FORCE)) {
                final PoisonedLogException refusal = assertThrows(PoisonedLogException.class, log::put);
                outcome.assertIsFault(refusal.getCause());
                log.close();
                log.twin().assertGoesOnAfterReopening();
            } else {
                log.pass(MaintainedLog.SECOND).maintain(1);
                assertEquals(log.log().length(), log.log().stats().forcedLength());
                log.put().close();
            }
        });
    }

    @Test
    void shouldSayThatWhatWasAskedForWillNeverBeForcedWhenThatFailed() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final MaintainedLog log = idle(root, disk);
        final long ticket = log.log().requestForce();
        assertFalse(log.log().isForced(ticket));
        disk.failNth(Kind.FORCE, 1, Moment.BEFORE);
        log.maintain(1);
        final PoisonedLogException refusal = assertThrows(PoisonedLogException.class, () -> log.log().isForced(ticket));
        assertSame(disk.faults().get(0), refusal.getCause());
        log.close();
    }

    @Test
    void shouldRewriteTheLogAtTheNextOpenAfterARequestedForceFailed() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final MaintainedLog log = idle(root, disk);
        disk.failNth(Kind.FORCE, 1, Moment.BEFORE);
        requestAndMaintain(log);
        log.close();
        disk.forget();
        SnapshotLog.open(log.twin().path(), TwinLog.smallSegments().storage(disk)).close();
        assertTrue(disk.effects().contains("RENAME kv.log.compact kv.log"), disk.effects().toString());
        log.twin().assertNothingLost();
    }

    @Test
    void shouldNotTryARequestedForceAgainBeforeASecondHasPassed() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (MaintainedLog log = idle(root, disk)) {
            disk.failNth(Kind.IDENTITY, 1, Moment.BEFORE);
            requestAndMaintain(log);
            disk.forget();
            log.pass(MaintainedLog.SECOND - 1).maintain(10);
            assertEquals(List.of(), disk.operations());
            log.pass(1).maintain(1);
            assertEquals(log.log().length(), log.log().stats().forcedLength());
        }
    }

    @Test
    void shouldClaimNoMoreThanWasAskedForWhenItForces() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (MaintainedLog log = idle(root, disk)) {
            final long asked = log.log().length();
            log.log().requestForce();
            log.put().maintain(1);
            assertEquals(asked, log.log().stats().forcedLength());
        }
    }

    @Test
    void shouldKeepWhatTheWriterForcedWhileMaintenanceWaitedToForceLess() throws IOException, InterruptedException {
        final FaultyStorage disk = new FaultyStorage();
        try (MaintainedLog log = idle(root, disk)) {
            log.log().requestForce();
            log.put();
            final Thread maintenance = new Thread(() -> log.maintain(1));
            disk.atNth(Kind.FORCE, 1, Moment.BEFORE, () -> startAndAwaitBlocked(maintenance));
            log.log().force();
            maintenance.join();
            assertEquals(log.log().length(), log.log().stats().forcedLength());
        }
    }

    // By what this thread holds: for a class that is being loaded any thread may have to wait.
    private static void startAndAwaitBlocked(final Thread thread) {
        thread.start();
        while (thread.isAlive() && !isBlockedByThisThread(thread)) {
            Thread.onSpinWait();
        }
    }

    private static boolean isBlockedByThisThread(final Thread thread) {
        final ThreadInfo info = ManagementFactory.getThreadMXBean().getThreadInfo(thread.getId());
        return info != null && info.getThreadState() == Thread.State.BLOCKED && info.getLockOwnerId() == Thread.currentThread().getId();
    }

    @Test
    void shouldGrowForTheWriterWhileAForceIsGoingOn() throws IOException, InterruptedException {
        final FaultyStorage disk = new FaultyStorage();
        try (MaintainedLog log = idle(root, disk)) {
            final Thread writer = new Thread(() -> putMoreThanIsReady(log));
            disk.atNth(Kind.FORCE, 1, Moment.BEFORE, () -> startAndAwaitEnd(writer));
            requestAndMaintain(log);
            writer.join();
            assertEquals(1, log.log().stats().forces());
            log.log().force();
            log.twin().assertNothingLost();
        }
        try (TwinLog again = TwinLog.open(root.resolve("kv.log"))) {
            again.closeAndCheck();
        }
    }

    @Test
    void shouldGrowForTheWriterWhileTheFileThatItHasJoinedIsForced() throws IOException, InterruptedException {
        final FaultyStorage disk = new FaultyStorage();
        try (MaintainedLog log = MaintainedLog.churned(root, disk)) {
            log.maintainUntil("JOINING").put();
            final Thread writer = new Thread(() -> putMoreThanIsReady(log));
            disk.atNth(Kind.FORCE, 1, Moment.BEFORE, () -> startAndAwaitEnd(writer));
            log.maintainUntil("PUBLISHED");
            writer.join();
            log.twin().assertNothingLost();
            log.put().maintain(1).log().force();
            assertEquals(1, log.log().stats().compactions());
            log.twin().assertNothingLost();
        }
    }

    @Test
    void shouldNotCloseTheFileThatTheWriterHasJoinedWhileTheWriterGrowsIt() throws IOException, InterruptedException {
        final FaultyStorage disk = new FaultyStorage();
        try (MaintainedLog log = MaintainedLog.churned(root, disk)) {
            log.maintainUntil("JOINING").put();
            final Thread ending = new Thread(log.log().maintenanceInvoker()::close);
            disk.atNth(Kind.ALLOCATE, 1, Moment.AFTER, () -> {
                startAndAwaitBlocked(ending);
                assertTrue(ending.isAlive(), "the file was closed");
            });
            putMoreThanIsReady(log);
            ending.join();
            log.put().twin().assertNothingLost();
            log.twin().assertNoTemporaryFile();
        }
    }

    private static void putMoreThanIsReady(final MaintainedLog log) {
        final long before = log.log().stats().growthsByWriter();
        log.twin().put("long", new byte[5 * TwinLog.SEGMENT_LENGTH], 1);
        assertTrue(log.log().stats().growthsByWriter() > before);
    }

    // What it would be blocked by is the lock that the caller holds.
    private static void startAndAwaitEnd(final Thread thread) {
        startAndAwaitBlocked(thread);
        assertFalse(thread.isAlive(), "the writer waits for the force");
    }

    private static MaintainedLog inAFreshSegment(final Path directory, final FaultyStorage disk) throws IOException {
        final MaintainedLog log = MaintainedLog.create(directory, disk, TwinLog.smallSegments().segmentLength(1 << 16));
        log.twin().churn();
        return log;
    }

    @Test
    void shouldAppendOnWhenTheNextSegmentCannotBeMadeReady() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (MaintainedLog log = inAFreshSegment(root, disk)) {
            disk.fullAfter(0);
            log.maintain(1);
            assertEquals(1, log.reported().size(), () -> log.reported().toString());
            assertSame(disk.faults().get(0), log.reported().get(0).getCause());
            fillSegment(log);
            assertThrows(UncheckedIOException.class, () -> log.twin().put("no-room", new byte[1000], 1));
            disk.heal();
            log.twin().put("room", new byte[1000], 2).assertNothingLost();
        }
    }

    private static void fillSegment(final MaintainedLog log) {
        final long capacity = log.log().stats().capacity();
        while (capacity - log.log().length() > 1000) {
            log.twin().put("key", new byte[900], 1);
        }
    }

    @Test
    void shouldNotTryToMakeASegmentReadyAgainBeforeASecondHasPassed() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (MaintainedLog log = inAFreshSegment(root, disk)) {
            disk.failNth(Kind.ALLOCATE, 1, Moment.BEFORE);
            log.maintain(1).pass(MaintainedLog.SECOND - 1).maintain(10);
            assertEquals(1, log.log().stats().segments());
            log.pass(1).maintain(1);
            assertEquals(2, log.log().stats().segments());
            assertEquals(1, log.reported().size());
        }
    }

    @TestFactory
    Stream<DynamicTest> shouldGrowByItselfWhereTheNextSegmentWasNotMadeReady() throws IOException {
        return Drill.everyFault(root, MaintenanceFaultsTest::inAFreshSegment, log -> log.maintain(1), (log, outcome) -> {
            fillSegment(log);
            log.twin().put("room", new byte[5000], 1).assertNothingLost();
            log.close();
            log.twin().assertGoesOnAfterReopening();
        });
    }

    private static MaintainedLog forcedInAFreshSegment(final Path directory, final FaultyStorage disk) throws IOException {
        final MaintainedLog log = inAFreshSegment(directory, disk);
        log.log().force();
        return log;
    }

    @Test
    void shouldForceTheLengthAndThenTheSegmentThatItMakesReadyWhereTheLogIsForcedAtAll() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (MaintainedLog log = forcedInAFreshSegment(root, disk)) {
            disk.forget();
            log.maintain(1);
            assertEquals(List.of("ALLOCATE kv.log", "WRITE kv.log", "FORCE kv.log", "FORCE kv.log"), disk.effects());
        }
    }

    @Test
    void shouldForceTheFileWhereTheFirstForceCameWhileASegmentWasMadeReady() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (MaintainedLog log = inAFreshSegment(root, disk)) {
            disk.atNth(Kind.ALLOCATE, 1, Moment.AFTER, () -> {
                log.log().force();
                disk.forget();
            });
            log.maintain(1);
            assertEquals(List.of("FORCE kv.log", "FORCE kv.log"), disk.effects(), "the segment, the file");
        }
    }

    @Test
    void shouldNotForceTheSegmentThatItMakesReadyWhereNothingWasEverForced() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (MaintainedLog log = inAFreshSegment(root, disk)) {
            disk.forget();
            log.maintain(1);
            assertEquals(List.of("ALLOCATE kv.log"), disk.effects());
        }
    }

    @TestFactory
    Stream<DynamicTest> shouldBePoisonedWhenTheForceOfWhatIsMadeReadyFails() throws IOException {
        return Drill.everyFault(root, MaintenanceFaultsTest::forcedInAFreshSegment, log -> log.maintain(1), (log, outcome) -> {
            if (outcome.operation().kind() == Kind.FORCE) {
                final PoisonedLogException refusal = assertThrows(PoisonedLogException.class, log::put);
                outcome.assertIsFault(refusal.getCause());
            }
            log.close();
            log.twin().assertGoesOnAfterReopening();
        });
    }

    @Test
    void shouldSayThatCompactionCannotKeepUpAndGoOn() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final MaintainedLog log = MaintainedLog.create(root, disk, new SnapshotLog.Context().compactionFloor(1000).compactionBytesPerSecond(1));
        log.twin().churn();
        log.maintainUntilBegun();
        for (int i = 0; i < 66; i++) {
            log.maintain(1).log().put("big", new byte[MIB], VersionToken.of(i));
        }
        assertEquals(0, log.reported().size(), "it copies slowly, and waits for nothing else");
        log.pass(1_000_000 * MaintainedLog.SECOND).maintain(300);
        assertTrue(log.reported().get(0).getMessage().contains("compaction cannot keep up"), () -> log.reported().toString());
        assertEquals(1, log.log().stats().failedCompactions());
        log.twin().assertNoTemporaryFile();
        log.log().put("goes-on", new byte[1], VersionToken.of(1));
        try (SnapshotView view = log.log().view()) {
            assertTrue(view.entry("goes-on") != null && view.entry("key-5") != null);
        }
        log.close();
    }

    @TestFactory
    Stream<DynamicTest> shouldFailToCompactOrHaveCompactedWhenAnyStepFailsBesideAWriterWhoWaits() throws IOException {
        return Drill.everyFault(root, MaintainedLog::churned, log -> log.twin().compact(), (log, outcome) -> {
            if (outcome.thrown() == null) {
                assertTrue(outcome.mayBePassedOver() || outcome.isIn(log.reported()), () -> log.reported().toString());
                log.twin().closeAndCheck();
                return;
            }
            assertInstanceOf(IOException.class, outcome.thrown() instanceof PoisonedLogException ? outcome.thrown().getCause() : outcome.thrown());
            final byte[] before = log.twin().fileBytes();
            final boolean poisoned = log.isIn("POISONED");
            log.close();
            if (poisoned) {
                assertArrayEquals(before, log.twin().fileBytes(), "a poisoned writer's close changed the log");
            }
            if (!outcome.mayLeaveTemporaryFile()) {
                log.twin().assertNoTemporaryFile();
            }
            log.twin().assertGoesOnAfterReopening();
        });
    }
}
