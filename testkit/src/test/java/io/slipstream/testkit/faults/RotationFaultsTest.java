package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.MaintenanceMode;
import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.errors.PoisonedLogException;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** docs/recovery.md, section 11: what each failed step of a compaction beside the writer leaves, while the writer appends. */
class RotationFaultsTest {
    @TempDir(factory = MemoryDir.class)
    Path root;

    @TestFactory
    Stream<DynamicTest> shouldGoOnWithEverythingOrBePoisonedWhenAnyStepFails() throws IOException {
        return Drill.everyFault(root, MaintainedLog::churned, MaintainedLog::rotate, (log, outcome) -> {
            if (log.isIn("POISONED")) {
                checkPoisoned(log, outcome);
            } else {
                log.put();
                log.twin().assertNothingLost();
                log.close();
            }
            log.twin().assertGoesOnAfterReopening();
        });
    }

    @TestFactory
    Stream<DynamicTest> shouldBePoisonedOnlyWhereTheNewFileMayHaveTheName() throws IOException {
        return Drill.everyFault(root, MaintainedLog::churned, MaintainedLog::rotate, (log, outcome) -> {
            assertEquals(mayHaveTheName(outcome), log.isIn("POISONED"), () -> log.log().toString());
            log.close();
        });
    }

    private static boolean mayHaveTheName(final Drill.Outcome outcome) {
        return switch (outcome.operation().kind()) {
            case RENAME -> outcome.failure() != Drill.Failure.NOT_DONE;
            case FORCE_DIRECTORY -> outcome.isBehind(Kind.RENAME);
            default -> false;
        };
    }

    private static void checkPoisoned(final MaintainedLog log, final Drill.Outcome outcome) throws IOException {
        WriterCalls.on(log.log(), log.twin().path().resolveSibling("unused")).forEach((name, call) -> {
            final PoisonedLogException refusal = assertThrows(PoisonedLogException.class, call, name);
            outcome.assertIsFault(refusal.getCause());
        });
        final byte[] before = log.twin().fileBytes();
        log.close();
        assertArrayEquals(before, log.twin().fileBytes(), "a poisoned writer's close changed the log");
    }

    @TestFactory
    Stream<DynamicTest> shouldTellTheErrorHandlerWhenAnyStepFails() throws IOException {
        return Drill.everyFault(root, MaintainedLog::churned, MaintainedLog::rotate, (log, outcome) -> {
            if (!outcome.mayBePassedOver()) {
                final Throwable reported = log.reported().get(0);
                assertInstanceOf(IOException.class, reported);
                outcome.assertIsFault(reported == outcome.faults().get(0) ? reported : reported.getCause());
            }
            log.close();
        });
    }

    @TestFactory
    Stream<DynamicTest> shouldLeaveNoTemporaryFileWhenAnyStepFails() throws IOException {
        return Drill.everyFault(root, MaintainedLog::churned, MaintainedLog::rotate, (log, outcome) -> {
            if (!outcome.mayLeaveTemporaryFile()) {
                log.twin().assertNoTemporaryFile();
            }
            log.close();
        });
    }

    @TestFactory
    Stream<DynamicTest> shouldCompactAfterAllOnceTheWaitIsOver() throws IOException {
        return Drill.everyFault(root, MaintainedLog::churned, MaintainedLog::rotate, (log, outcome) -> {
            if (!log.isIn("POISONED")) {
                log.twin().churn();
                log.pass(MaintainedLog.SECOND).maintain(2).rotate().rotate();
                assertTrue(log.log().stats().compactions() > 0, () -> log.log().stats() + " reported=" + log.reported());
                log.twin().assertNoTemporaryFile();
                log.twin().assertNothingLost();
            }
            log.close();
        });
    }

    @Test
    void shouldForceTheTemporaryFileThenTheMarkThenRenameThenForceTheDirectory() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (MaintainedLog log = MaintainedLog.churned(root, disk)) {
            log.maintainUntil("JOINING").put();
            disk.forget();
            log.maintainUntil("PUBLISHED");
            assertEquals(List.of("FORCE kv.log.compact", "WRITE kv.log.mark", "FORCE kv.log.mark", "RENAME kv.log.compact kv.log",
                "FORCE_DIRECTORY " + root.getFileName()), disk.effects());
        }
    }

    @Test
    void shouldWaitTwiceAsLongAfterEachFailureUpToSixtyFourSeconds() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (MaintainedLog log = MaintainedLog.churned(root, disk)) {
            long wait = MaintainedLog.SECOND;
            for (int failures = 1; failures < 10; failures++) {
                disk.forget().failNth(Kind.RENAME, 1, Moment.BEFORE);
                log.rotate();
                assertEquals(failures, log.log().stats().failedCompactions());
                log.pass(wait - 1).assertWaits();
                log.pass(1);
                wait = Math.min(64 * MaintainedLog.SECOND, 2 * wait);
            }
        }
    }

    @Test
    void shouldWaitNoLongerThanASecondAgainOnceACompactionWasPublished() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (MaintainedLog log = MaintainedLog.churned(root, disk)) {
            disk.failNth(Kind.RENAME, 1, Moment.BEFORE).failNth(Kind.RENAME, 2, Moment.BEFORE).failNth(Kind.RENAME, 4, Moment.BEFORE);
            log.rotate().pass(MaintainedLog.SECOND).rotate().pass(2 * MaintainedLog.SECOND).rotate();
            assertEquals(1, log.log().stats().compactions());
            log.twin().churn();
            log.twin().churn();
            log.rotate();
            assertEquals(3, log.log().stats().failedCompactions());
            log.pass(MaintainedLog.SECOND).rotate();
            assertEquals(2, log.log().stats().compactions());
        }
    }

    @Test
    void shouldKeepTheOldLogAndRemoveTheTemporaryFileWhenTheDiskIsFullAfterAnyNumberOfBytes() throws IOException {
        final long room = roomNeeded();
        for (long bytes = 0; bytes < room; bytes += 97) {
            final FaultyStorage disk = new FaultyStorage();
            final MaintainedLog log = MaintainedLog.churned(Files.createDirectories(root.resolve("full-" + bytes)), disk);
            log.maintain(1);
            disk.fullAfter(bytes);
            final long after = bytes;
            for (int i = 0; i < 50; i++) {
                log.maintain(1);
            }
            disk.heal();
            assertFalse(log.reported().isEmpty(), () -> "room for " + after + " was enough");
            assertTrue(log.reported().get(0).getMessage().contains("No space left"), log.reported().get(0).getMessage());
            assertInstanceOf(IOException.class, log.reported().get(0));
            log.twin().assertNoTemporaryFile();
            log.put().twin().assertNothingLost();
            log.close();
        }
    }

    private long roomNeeded() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (MaintainedLog log = MaintainedLog.churned(Files.createDirectories(root.resolve("sound")), disk)) {
            log.maintainUntil("JOINING");
            return Files.size(TwinLog.temporaryFile(log.twin().path()));
        }
    }

    @Test
    void shouldReportAnIOExceptionWhenTheDiskIsFullWhileItCatchesUp() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final MaintainedLog log = MaintainedLog.churned(root, disk);
        log.maintainUntilBegun();
        log.twin().put("long", new byte[5 * TwinLog.SEGMENT_LENGTH], 1);
        disk.atNth(Kind.ALLOCATE, 1, Moment.AFTER, () -> disk.fullAfter(0));
        log.rotate();
        assertEquals(1, log.log().stats().failedCompactions());
        assertInstanceOf(IOException.class, log.reported().get(0));
        disk.heal();
        log.put().twin().assertNothingLost();
        log.close();
    }

    /** The more is dead, the nearer to its end is the old segment, and the new one always the same: in some of these that has less room. */
    @Test
    void shouldGoOnInTheOldSegmentWhenTheNewFileCannotGrowWhileTheWriterIsInBoth() throws IOException {
        int refusals = 0;
        for (int dead = 0; dead < TwinLog.SEGMENT_LENGTH; dead += 256) {
            final FaultyStorage disk = new FaultyStorage();
            final MaintainedLog log = MaintainedLog.churned(Files.createDirectories(root.resolve("dead-" + dead)), disk);
            log.twin().put("key-1", new byte[dead], 1).put("key-1", new byte[0], 2);
            log.maintainUntilBegun();
            for (int i = 0; i < 12; i++) {
                log.twin().put("more than the first segment holds", new byte[1000], i);
            }
            log.maintainUntil("JOINING").put();
            assertEquals(2, log.log().stats().segments(), "the next segment is ready");
            final long room = log.log().stats().capacity() - log.log().length() + TwinLog.SEGMENT_LENGTH;
            disk.fullAfter(0);
            log.twin().put("in the old one", new byte[(int) room - 100], 1);
            disk.heal();
            log.rotate().twin().assertNothingLost();
            refusals += log.reported().stream().anyMatch(failure -> failure.getMessage().contains("could not grow")) ? 1 : 0;
            log.close();
        }
        assertTrue(refusals > 0, "the new file had room every time");
    }

    @Test
    void shouldReportWhatKeepsItFromPublishingWhereTheLogWasReplaced() throws IOException {
        final MaintainedLog log = MaintainedLog.churned(root, new FaultyStorage());
        log.maintainUntil("JOINING").put();
        final Path path = log.twin().path();
        Files.move(path, path.resolveSibling("moved"));
        Files.write(path, new byte[] {1, 2, 3});
        log.maintain(3);
        assertTrue(log.isIn("POISONED"), () -> log.log().toString());
        assertTrue(log.reported().get(0).getMessage().contains("removed or replaced"), () -> log.reported().toString());
        assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(path), "another program's file was overwritten");
        log.twin().assertNoTemporaryFile();
        log.close();
    }

    @Test
    void shouldCountACompactionAsPublishedWhoseOldFileCannotBeClosed() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (MaintainedLog log = MaintainedLog.churned(root, disk)) {
            log.maintainUntil("JOINING").put().maintainUntil("PUBLISHED").put();
            disk.failNth(Kind.CLOSE, 1, Moment.AFTER);
            log.maintain(1);
            assertEquals(1, log.log().stats().compactions());
            assertEquals(0, log.log().stats().failedCompactions());
        }
    }

    @Test
    void shouldCountACompactionAsPublishedWhoseIndexCannotGoOn() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final MaintainedLog log = MaintainedLog.churned(root, disk);
        disk.atNth(Kind.RENAME, 1, Moment.AFTER, () -> disk.failNth(Kind.OPEN, 1, Moment.BEFORE));
        log.log().compact();
        assertEquals(disk.faults(), log.reported());
        assertEquals(1, log.log().stats().compactions());
        assertEquals(0, log.log().stats().failedCompactions());
        assertEquals(-1, log.log().stats().liveBytes());
        log.put().maintain(3);
        assertTrue(log.log().stats().liveBytes() > 0, () -> "the index was not made anew: " + log.log().stats());
        log.log().compact();
        assertEquals(2, log.log().stats().compactions());
        assertEquals(1, log.reported().size(), () -> log.reported().toString());
        log.put().twin().assertNothingLost();
        log.close();
        log.twin().assertGoesOnAfterReopening();
    }

    /** Before {@code compact} has a look, maintenance has tried the index again: the error handler sees to that. */
    @Test
    void shouldNotBlameAPublishedCompactionForWhatFailsBehindIt() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final List<Throwable> reported = new ArrayList<>();
        final AtomicReference<SnapshotLog> opened = new AtomicReference<>();
        final SnapshotLog.Context context = new SnapshotLog.Context().storage(disk).maintenance(MaintenanceMode.INVOKER).errorHandler(failure -> {
            reported.add(failure);
            if (reported.size() == 1) {
                opened.get().put("key", new byte[100], VersionToken.of(2));
                opened.get().maintenanceInvoker().invoke();
                opened.get().maintenanceInvoker().invoke();
            }
        });
        try (SnapshotLog log = SnapshotLog.open(root.resolve("kv.log"), context)) {
            opened.set(log);
            log.put("key", new byte[100], VersionToken.of(1));
            disk.atNth(Kind.RENAME, 1, Moment.AFTER, () -> disk.failNth(Kind.OPEN, 1, Moment.BEFORE).failNth(Kind.OPEN, 2, Moment.BEFORE));
            log.compact();
            assertEquals(disk.faults(), reported);
            assertEquals(2, reported.size());
            assertEquals(1, log.stats().compactions());
        }
    }

    @Test
    void shouldCountACompactionThatIsPublishedWhenMaintenanceEnds() throws IOException {
        try (MaintainedLog log = MaintainedLog.churned(root, new FaultyStorage())) {
            log.log().requestCompaction();
            log.maintainUntil("JOINING").put().maintainUntil("PUBLISHED");
            final long before = log.log().length();
            log.log().maintenanceInvoker().close();
            log.put();
            assertEquals(1, log.log().stats().compactions());
            assertEquals(0, log.log().stats().failedCompactions());
            assertTrue(log.log().length() < before, () -> log.log().toString());
            log.put().twin().assertNothingLost();
        }
    }

    @Test
    void shouldNotOfferAnotherFileBeforeTheLastWasAdopted() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final MaintainedLog log = MaintainedLog.create(root, disk, TwinLog.smallSegments().compactionFloor(0).compactionRatio(0.000_001));
        log.twin().churn();
        log.maintainUntil("JOINING").put();
        disk.atNth(Kind.FORCE_DIRECTORY, 1, Moment.AFTER, () -> disk.failNth(Kind.OPEN, 1, Moment.BEFORE));
        log.maintain(1);
        assertTrue(log.isIn("PUBLISHED"), () -> log.log().toString());
        assertSame(disk.faults().get(0), log.reported().get(0));
        for (int i = 0; i < 10; i++) {
            log.pass(100 * MaintainedLog.SECOND).maintain(20);
        }
        assertEquals(1, log.reported().size(), () -> log.reported().toString());
        log.put().rotate().put();
        log.twin().assertNothingLost();
        log.close();
        log.twin().assertGoesOnAfterReopening();
    }

    @Test
    void shouldKeepItsPromiseOfWhatWasForcedInTheOldFileWhileTheWriterWasInBoth() throws IOException {
        try (MaintainedLog log = MaintainedLog.churned(root, new FaultyStorage())) {
            log.maintainUntil("JOINING").put().put();
            final long ticket = log.log().requestForce();
            log.log().force();
            assertTrue(log.log().isForced(ticket));
            log.maintainUntil("PUBLISHED");
            assertTrue(log.log().isForced(ticket));
            log.put();
            assertTrue(log.log().isForced(ticket));
        }
    }

    @Test
    void shouldHaveWhatWasAppendedBetweenItsLastLookAndTheOfferWhenTheWriterJoins() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (MaintainedLog log = MaintainedLog.churned(root, disk)) {
            for (int read = 1; read < 100; read++) {
                disk.atNth(Kind.READ, read, Moment.BEFORE, log::put);
            }
            log.maintainUntil("JOINING");
            disk.heal();
            log.put().maintainUntil("PUBLISHED");
            log.twin().assertNothingLost();
            log.put().twin().assertNothingLost();
        }
    }
}
