package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.errors.LogInUseException;
import io.slipstream.errors.PoisonedLogException;
import io.slipstream.storage.FileStorage;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** docs/recovery.md, sections 9, 10 and 13: what a failed growth, force or close leaves. */
class WriterFaultsTest {
    private static final byte[] NO_ROOM_FOR_THIS = new byte[3 * TwinLog.SEGMENT_LENGTH];

    @TempDir(factory = MemoryDir.class)
    Path root;

    private static TwinLog small(final Path directory, final FaultyStorage disk) throws IOException {
        return TwinLog.create(directory.resolve("kv.log"), disk).put("a", "1", 1).put("b", "2", 2).checkpoint(2);
    }

    private static TwinLog grown(final Path directory, final FaultyStorage disk) throws IOException {
        return TwinLog.create(directory.resolve("kv.log"), disk).churn();
    }

    private static TwinLog forced(final Path directory, final FaultyStorage disk) throws IOException {
        final TwinLog twin = grown(directory, disk);
        twin.log().force();
        return twin.put("behind-the-force", "1", 1);
    }

    @TestFactory
    Stream<DynamicTest> shouldAppendNothingAndGoOnWhenAnyStepOfGrowthFails() throws IOException {
        return Drill.everyFault(root, WriterFaultsTest::small, twin -> twin.put("big", NO_ROOM_FOR_THIS, 3),
            (twin, outcome) -> {
                assertInstanceOf(UncheckedIOException.class, outcome.thrown());
                outcome.assertFaultThrown();
                assertTrue(outcome.thrown().getMessage().contains("nothing was appended"),
                    outcome.thrown().getMessage());
                twin.put("small", "3", 3);
                twin.put("big", NO_ROOM_FOR_THIS, 4);
                twin.closeAndCheck();
            });
    }

    @TestFactory
    Stream<DynamicTest> shouldLoseNothingWhenAWriterThatCouldNotGrowIsKilled() throws IOException {
        return Drill.everyFault(root, WriterFaultsTest::small, twin -> twin.put("big", NO_ROOM_FOR_THIS, 3),
            (twin, outcome) -> {
                twin.put("small", "3", 3);
                twin.assertNothingLost();
                twin.close();
            });
    }

    @TestFactory
    Stream<DynamicTest> shouldThrowAnIOExceptionAndGoOnWhenAnyStepOfACheckpointsGrowthFails() throws IOException {
        return Drill.everyFault(root, WriterFaultsTest::withoutRoomForACursor, twin -> twin.log().checkpoint(3),
            (twin, outcome) -> {
                outcome.assertIsFault(outcome.thrown().getCause());
                assertEquals(IOException.class, outcome.thrown().getClass());
                twin.checkpoint(4);
                twin.closeAndCheck();
            });
    }

    private static TwinLog withoutRoomForACursor(final Path directory, final FaultyStorage disk) throws IOException {
        final TwinLog twin = small(directory, disk);
        final int frameOfPut = 4 + 1 + 2 + 4 + 4 + 1 + 8;
        final long rest = twin.log().stats().capacity() - twin.log().length();
        return twin.put("fill", new byte[(int) rest - frameOfPut - 3], 3);
    }

    @Test
    void shouldGiveTheSpaceOfAFailedGrowthBack() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (TwinLog twin = small(root, disk)) {
            final long before = Files.size(twin.path());
            disk.fullAfter(5000);
            assertThrows(UncheckedIOException.class, () -> twin.put("big", NO_ROOM_FOR_THIS, 3));
            assertEquals(before, Files.size(twin.path()));
            disk.heal();
        }
    }

    @TestFactory
    Stream<DynamicTest> shouldBePoisonedWhenTheFirstForceFails() throws IOException {
        return Drill.everyFault(root, WriterFaultsTest::grown, twin -> twin.log().force(),
            WriterFaultsTest::checkPoisoned);
    }

    @TestFactory
    Stream<DynamicTest> shouldBePoisonedWhenALaterForceFails() throws IOException {
        return Drill.everyFault(root, WriterFaultsTest::forced, twin -> twin.log().force(),
            WriterFaultsTest::checkPoisoned);
    }

    @TestFactory
    Stream<DynamicTest> shouldBePoisonedWhenAForceBehindAGrowthFails() throws IOException {
        return Drill.everyFault(root,
            (directory, disk) -> forced(directory, disk).put("big", NO_ROOM_FOR_THIS, 2),
            twin -> twin.log().force(), WriterFaultsTest::checkPoisoned);
    }

    @TestFactory
    Stream<DynamicTest> shouldBePoisonedWhenTheForceOfACheckpointFails() throws IOException {
        return Drill.everyFault(root,
            (directory, disk) -> TwinLog.create(directory.resolve("kv.log"),
                TwinLog.smallSegments().storage(disk).forceOnCheckpoint(true)).put("a", "1", 1),
            twin -> {
                twin.model().checkpoint(Token.of(7));
                twin.log().checkpoint(7);
            }, WriterFaultsTest::checkPoisoned);
    }

    // Where a look at the file failed before anything was forced, the log goes on.
    private static void checkPoisoned(final TwinLog twin, final Drill.Outcome outcome) throws IOException {
        outcome.assertFaultThrown();
        if (outcome.operation().kind() != Kind.FORCE && !outcome.isBehind(Kind.FORCE)) {
            twin.log().force();
            twin.put("goes-on", "1", 1).closeAndCheck();
            return;
        }
        WriterCalls.on(twin.log(), twin.path().resolveSibling("unused")).forEach((name, call) -> {
            final PoisonedLogException refusal = assertThrows(PoisonedLogException.class, call, name);
            outcome.assertIsFault(refusal.getCause());
        });
        final byte[] before = twin.fileBytes();
        twin.close();
        assertArrayEquals(before, twin.fileBytes(), "a poisoned writer's close changed the log");
        twin.assertGoesOnAfterReopening();
    }

    @Test
    void shouldNeverForceAgainAfterAForceFailed() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final TwinLog twin = grown(root, disk);
        disk.failNth(Kind.FORCE, 1, Moment.BEFORE);
        assertThrows(IOException.class, () -> twin.log().force());
        disk.forget();
        assertThrows(PoisonedLogException.class, () -> twin.log().force());
        twin.close();
        assertEquals(List.of(), disk.effects());
    }

    @Test
    void shouldRewriteTheLogAtTheNextOpenAfterAForceFailed() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final TwinLog twin = grown(root, disk);
        disk.failNth(Kind.FORCE, 1, Moment.BEFORE);
        assertThrows(IOException.class, () -> twin.log().force());
        twin.close();
        disk.forget();
        SnapshotLog.open(twin.path(), TwinLog.smallSegments().storage(disk)).close();
        assertTrue(TwinLog.effectsBesideMark(disk).containsAll(List.of("WRITE kv.log.compact", "FORCE kv.log.compact",
            "RENAME kv.log.compact kv.log")), disk.effects().toString());
        twin.assertNothingLost();
        disk.forget();
        SnapshotLog.open(twin.path(), TwinLog.smallSegments().storage(disk)).close();
        assertFalse(disk.effects().contains("RENAME kv.log.compact kv.log"), "rewritten twice");
    }

    @Test
    void shouldForceTheMarkBehindTheLog() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (TwinLog twin = grown(root, disk)) {
            disk.forget();
            twin.log().force();
            assertEquals(List.of("FORCE kv.log", "WRITE kv.log.mark", "FORCE kv.log.mark"), disk.effects());
        }
    }

    @Test
    void shouldCoverTheWholeLogWithTheFirstForceOfARun() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (TwinLog twin = grown(root, disk)) {
            disk.forget();
            twin.log().force();
            assertEquals(List.of("FORCE kv.log"), TwinLog.effectsBesideMark(disk));
            assertEquals(twin.log().length(), twin.log().stats().forcedLength());
        }
    }

    @Test
    void shouldNotForceAtACheckpointUnlessToldTo() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (TwinLog twin = small(root, disk)) {
            disk.forget();
            twin.checkpoint(3);
            assertEquals(List.of(), disk.operations());
        }
    }

    @Test
    void shouldForceAtACheckpointWhenToldTo() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (TwinLog twin = TwinLog.create(root.resolve("kv.log"),
            TwinLog.smallSegments().storage(disk).forceOnCheckpoint(true))) {
            disk.forget();
            twin.checkpoint(3);
            assertEquals(List.of("FORCE kv.log"), TwinLog.effectsBesideMark(disk));
        }
    }

    @TestFactory
    Stream<DynamicTest> shouldGoOnWhenAnyStepOfAViewFails() throws IOException {
        return Drill.everyFault(root, WriterFaultsTest::grown, twin -> twin.log().view().close(),
            (twin, outcome) -> {
                outcome.assertFaultThrown();
                twin.put("goes-on", "1", 1).closeAndCheck();
            });
    }

    @TestFactory
    Stream<DynamicTest> shouldLoseNothingWhenAnyStepOfCloseFails() throws IOException {
        return Drill.everyFault(root, WriterFaultsTest::grown, TwinLog::close, (twin, outcome) -> {
            outcome.assertFaultThrown();
            twin.close();
            assertThrows(IllegalStateException.class, () -> twin.put("closed", "1", 1));
            twin.assertGoesOnAfterReopening();
        });
    }

    @Test
    void shouldForceThenCutThenForceTheCutWhenClosed() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final TwinLog twin = grown(root, disk);
        disk.forget();
        twin.closeAndCheck();
        assertEquals(List.of("FORCE kv.log", "TRUNCATE kv.log", "FORCE kv.log", "WRITE kv.log.mark", "FORCE kv.log.mark"),
            disk.effects());
    }

    @Test
    void shouldThrowTheFirstFailureOfACloseThatFailsTwice() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final TwinLog twin = grown(root, disk);
        disk.failNth(Kind.FORCE, 1, Moment.BEFORE).failNth(Kind.UNLOCK, 1, Moment.BEFORE);
        final IOException thrown = assertThrows(IOException.class, twin::close);
        assertEquals("injected fault: BEFORE FORCE kv.log", thrown.getMessage());
        assertEquals(1, thrown.getSuppressed().length);
    }

    @TestFactory
    Stream<DynamicTest> shouldLeaveNoCopyWhenAnyStepOfCopyingFails() throws IOException {
        return Drill.everyFault(root, Copying::prepare, Copying::copy, (copying, outcome) -> {
            outcome.assertFaultThrown();
            if (outcome.failure() != Drill.Failure.DISK_GONE) {
                assertFalse(Files.exists(copying.target()), "something stands at the target");
            }
            if (!outcome.mayLeaveTemporaryFile()) {
                assertEquals(List.of("kv.log", "kv.log.lock", "kv.log.mark"), TwinLog.namesIn(copying.target().getParent()));
            }
            copying.twin().put("goes-on", "1", 1).closeAndCheck();
        });
    }

    private record Copying(TwinLog twin, FaultyStorage disk, Path target) implements AutoCloseable {
        static Copying prepare(final Path directory, final FaultyStorage disk) throws IOException {
            return new Copying(grown(directory, new FaultyStorage()), disk, directory.resolve("copy"));
        }

        void copy() throws IOException {
            try (SnapshotView view = twin.log().view()) {
                view.copyTo(disk, target);
            }
        }

        @Override
        public void close() throws IOException {
            twin.close();
        }
    }

    @Test
    void shouldForceACopyThenNameItThenForceTheDirectory() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (Copying copying = Copying.prepare(root, disk)) {
            copying.copy();
            assertEquals(List.of("CREATE copy.compact", "WRITE copy.compact", "FORCE copy.compact",
                "LINK copy.compact copy", "UNLINK copy.compact", "FORCE_DIRECTORY " + root.getFileName()),
                TwinLog.effectsBesideMark(disk).stream().map(effect -> effect.replaceAll("copy\\.[0-9-]+\\.", "copy.")).toList());
            assertArrayEquals(copying.twin().model().state().compactForm(), Files.readAllBytes(copying.target()));
        }
    }

    @Test
    void shouldCopyThroughTheStorageOfTheLog() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (TwinLog twin = grown(root, disk)) {
            disk.forget();
            twin.log().copyTo(root.resolve("copy"));
            assertTrue(disk.effects().contains("FORCE_DIRECTORY " + root.getFileName()), disk.effects().toString());
        }
    }

    @Test
    void shouldOpenTheLogOfAPoisonedWriterOnlyOnceThatIsClosed() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final TwinLog twin = grown(root, disk);
        disk.failNth(Kind.FORCE, 1, Moment.BEFORE);
        assertThrows(IOException.class, () -> twin.log().force());
        assertThrows(LogInUseException.class,
            () -> SnapshotLog.open(twin.path(), new SnapshotLog.Context().storage(FileStorage.INSTANCE)));
        twin.close();
        SnapshotLog.open(twin.path()).close();
    }
}
