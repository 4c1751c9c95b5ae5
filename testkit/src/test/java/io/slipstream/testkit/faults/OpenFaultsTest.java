package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.slipstream.RecoveryPolicy;
import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.errors.CorruptSnapshotException;
import io.slipstream.storage.FileStorage;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation.Kind;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelLog;
import io.slipstream.testkit.model.ModelUpdate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** docs/recovery.md, section 8: what each failed step of an open leaves. */
class OpenFaultsTest {
    private static final byte[] HEADER = new LogBuilder().header().toBytes();
    private static final byte[] SOUND =
        new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).delete("a", 3).cursor(3).toBytes();
    private static final byte[] TORN = Arrays.copyOf(SOUND, SOUND.length - 1);
    private static final byte[] CORRUPTED = Damage.flipBit(SOUND, 8L * (HEADER.length + 12));

    @TempDir(factory = MemoryDir.class)
    Path root;

    /** A log's path, how to open it, and the writer once it is open. */
    private static final class Opening implements AutoCloseable {
        private final Path path;
        private final byte[] found;
        private final SnapshotLog.Context context;
        private SnapshotLog log;

        Opening(final Path path, final byte[] found, final SnapshotLog.Context context) throws IOException {
            this.path = path;
            this.found = found;
            this.context = context;
            if (found != null) {
                Files.write(path, found);
            }
        }

        void open() throws IOException {
            log = SnapshotLog.open(path, context);
        }

        @Override
        public void close() throws IOException {
            if (log != null) {
                log.close();
            }
        }

        /** Opens on a sound disk, appends and closes: the file must be the model's. */
        void checkGoesOn() throws IOException {
            close();
            final ModelLog model = ModelLog.open(found == null ? HEADER : found, ModelLog.DEFAULT_COMPACTION_THRESHOLD);
            try (SnapshotLog reopened = SnapshotLog.open(path, TwinLog.smallSegments())) {
                reopened.put("c", new byte[] {'3'}, VersionToken.of(4));
            }
            model.apply(ModelUpdate.put("c", "3", 4));
            assertArrayEquals(model.toBytes(), Files.readAllBytes(path));
            TwinLog.assertAlone(path);
        }
    }

    private static Drill.Preparation<Opening> finding(final byte[] bytes) {
        return (directory, disk) ->
            new Opening(directory.resolve("kv.log"), bytes, TwinLog.smallSegments().storage(disk));
    }

    private Stream<DynamicTest> everyFaultOn(final byte[] bytes) throws IOException {
        return Drill.everyFault(root, finding(bytes), Opening::open, (opening, outcome) -> {
            outcome.assertFaultThrown();
            final byte[] left = Files.readAllBytes(opening.path);
            assertEquals(ModelJudge.judge(bytes).state(), ModelJudge.judge(left).state(), "records were lost");
            opening.checkGoesOn();
        });
    }

    @TestFactory
    Stream<DynamicTest> shouldLoseNothingWhenAnyStepOfOpeningASoundLogFails() throws IOException {
        return everyFaultOn(SOUND);
    }

    @TestFactory
    Stream<DynamicTest> shouldLoseNothingWhenAnyStepOfOpeningALogWithSlackFails() throws IOException {
        return everyFaultOn(Damage.withSlack(SOUND, 5000));
    }

    @TestFactory
    Stream<DynamicTest> shouldLoseOnlyTheTornTailWhenAnyStepOfOpeningATornLogFails() throws IOException {
        return everyFaultOn(TORN);
    }

    @TestFactory
    Stream<DynamicTest> shouldLoseNothingWhenAnyStepOfIndexingForARecoveredViewFails() throws IOException {
        return Drill.everyFault(root,
            (directory, disk) -> new Opening(directory.resolve("kv.log"), SOUND,
                TwinLog.smallSegments().storage(disk).recoveredView(true)),
            Opening::open,
            (opening, outcome) -> {
                outcome.assertFaultThrown();
                opening.checkGoesOn();
            });
    }

    @TestFactory
    Stream<DynamicTest> shouldLeaveNoLogOrAWholeHeaderWhenAnyStepOfCreatingFails() throws IOException {
        return Drill.everyFault(root, finding(null), Opening::open, (opening, outcome) -> {
            outcome.assertFaultThrown();
            if (Files.exists(opening.path)) {
                assertEquals(List.of(), ModelJudge.judge(Files.readAllBytes(opening.path)).applied());
            }
            if (!outcome.mayLeaveTemporaryFile()) {
                TwinLog.assertAlone(opening.path);
            }
            opening.checkGoesOn();
        });
    }

    @TestFactory
    Stream<DynamicTest> shouldLeaveThePrefixOrAWholeHeaderWhenAnyStepOfCompletingAHeaderFails() throws IOException {
        final byte[] beginning = Arrays.copyOf(HEADER, 3);
        return Drill.everyFault(root, finding(beginning), Opening::open, (opening, outcome) -> {
            outcome.assertFaultThrown();
            final byte[] left = Files.readAllBytes(opening.path);
            assertTrue(Arrays.equals(left, beginning) || ModelJudge.judge(left).row() == 1, Arrays.toString(left));
            opening.checkGoesOn();
        });
    }

    @TestFactory
    Stream<DynamicTest> shouldKeepTheOriginalWhenAnyStepOfSettingARefusedLogAsideFails() throws IOException {
        return Drill.everyFault(root,
            (directory, disk) -> new Opening(directory.resolve("kv.log"), CORRUPTED,
                TwinLog.smallSegments().storage(disk).setAsideRefused(true)),
            Opening::open,
            (opening, outcome) -> checkOriginalKept(opening, outcome, List.of()));
    }

    @TestFactory
    Stream<DynamicTest> shouldKeepTheOriginalWhenAnyStepOfOpeningUpToTheDamageFails() throws IOException {
        return Drill.everyFault(root,
            (directory, disk) -> new Opening(directory.resolve("kv.log"), CORRUPTED,
                TwinLog.smallSegments().storage(disk).recoveryPolicy(RecoveryPolicy.PREFIX)),
            Opening::open,
            (opening, outcome) -> checkOriginalKept(opening, outcome, ModelJudge.judge(CORRUPTED).updates()));
    }

    private static void checkOriginalKept(
        final Opening opening, final Drill.Outcome outcome, final List<ModelUpdate> kept) throws IOException {
        outcome.assertFaultThrown();
        final byte[] log = Files.readAllBytes(opening.path);
        if (!Arrays.equals(CORRUPTED, log)) {
            assertArrayEquals(CORRUPTED, Files.readAllBytes(firstSetAside(opening.path)));
            assertEquals(kept, ModelJudge.judge(log).updates());
        }
        opening.close();
        opening.context.storage(FileStorage.INSTANCE);
        opening.open();
        opening.close();
        assertEquals(kept, ModelJudge.judge(Files.readAllBytes(opening.path)).updates());
        assertArrayEquals(CORRUPTED, Files.readAllBytes(firstSetAside(opening.path)));
    }

    private static Path firstSetAside(final Path log) {
        return log.resolveSibling("kv.log.damaged-1");
    }

    @Test
    void shouldCutATornTailThenForceTheCutBeforeTheFirstSegment() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final Opening opening = finding(TORN).prepare(root, disk);
        opening.open();
        assertEquals(List.of("UNLINK kv.log.compact", "TRUNCATE kv.log", "FORCE kv.log", "ALLOCATE kv.log"),
            TwinLog.effectsBesideMark(disk));
        opening.close();
    }

    @Test
    void shouldCutSlackThenForceTheCutBeforeTheFirstSegment() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final Opening opening = finding(Damage.withSlack(SOUND, 100)).prepare(root, disk);
        opening.open();
        assertEquals(List.of("UNLINK kv.log.compact", "TRUNCATE kv.log", "FORCE kv.log", "ALLOCATE kv.log"),
            TwinLog.effectsBesideMark(disk));
        opening.close();
    }

    @Test
    void shouldForceTheHeaderBeforeALogGetsItsNameAndThenForceTheDirectory() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final Opening opening = finding(null).prepare(root, disk);
        opening.open();
        assertEquals(List.of("UNLINK kv.log.compact", "UNLINK kv.log.compact", "CREATE kv.log.compact",
            "WRITE kv.log.compact", "FORCE kv.log.compact", "RENAME kv.log.compact kv.log",
            "FORCE_DIRECTORY " + root.getFileName(), "ALLOCATE kv.log"), TwinLog.effectsBesideMark(disk));
        opening.close();
    }

    @Test
    void shouldForceACompletedHeaderBeforeTheFirstSegment() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final Opening opening = finding(Arrays.copyOf(HEADER, 5)).prepare(root, disk);
        opening.open();
        assertEquals(List.of("UNLINK kv.log.compact", "WRITE kv.log", "FORCE kv.log", "ALLOCATE kv.log"),
            TwinLog.effectsBesideMark(disk));
        opening.close();
    }

    @Test
    void shouldForceTheNameThenTheMarkBetweenTheCutAndTheFirstSegment() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final Opening opening = finding(TORN).prepare(root, disk);
        opening.open();
        final List<String> effects = disk.effects();
        final int cutForced = effects.lastIndexOf("FORCE kv.log");
        assertEquals(List.of("FORCE kv.log", "FORCE_DIRECTORY " + root.getFileName(), "WRITE kv.log.mark", "FORCE kv.log.mark", "ALLOCATE kv.log"),
            effects.subList(cutForced, cutForced + 5));
        opening.close();
    }

    @Test
    void shouldTakeTheLockBeforeItLooksAtTheLog() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final Opening opening = finding(SOUND).prepare(root, disk);
        opening.open();
        assertEquals(List.of(Kind.RESOLVE, Kind.LOCK),
            disk.operations().stream().map(operation -> operation.kind()).limit(2).toList());
        opening.close();
    }

    @Test
    void shouldChangeNothingWhenTheLogIsRefused() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final Opening opening = finding(CORRUPTED).prepare(root, disk);
        assertThrows(CorruptSnapshotException.class, opening::open);
        assertEquals(List.of("UNLINK kv.log.compact"), disk.effects());
        assertArrayEquals(CORRUPTED, Files.readAllBytes(opening.path));
    }

    @Test
    void shouldThrowTheVerdictWhenLettingGoOfTheLockFailsToo() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final Opening opening = finding(CORRUPTED).prepare(root, disk);
        disk.failNth(Kind.UNLOCK, 1, Moment.BEFORE);
        final IOException thrown = assertThrows(CorruptSnapshotException.class, opening::open);
        assertArrayEquals(disk.faults().toArray(), thrown.getSuppressed());
    }

    @Test
    void shouldThrowTheVerdictWhenClosingTheFileFailsToo() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final Opening opening = finding(CORRUPTED).prepare(root, disk);
        disk.failNth(Kind.CLOSE, 1, Moment.BEFORE);
        final IOException thrown = assertThrows(CorruptSnapshotException.class, opening::open);
        assertArrayEquals(disk.faults().toArray(), thrown.getSuppressed());
    }

    @Test
    void shouldThrowTheFirstFailureWhenClosingTheFileFailsToo() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final Opening opening = finding(SOUND).prepare(root, disk);
        disk.failNth(Kind.MAP, 1, Moment.BEFORE).failNth(Kind.CLOSE, 1, Moment.BEFORE);
        final IOException thrown = assertThrows(IOException.class, opening::open);
        assertEquals("injected fault: BEFORE MAP kv.log", thrown.getMessage());
    }

    @Test
    void shouldRemoveTheTemporaryFileOfADeadCompaction() throws IOException {
        final Opening opening = finding(SOUND).prepare(root, new FaultyStorage());
        Files.write(TwinLog.temporaryFile(opening.path), new byte[100]);
        opening.open();
        opening.close();
        TwinLog.assertAlone(opening.path);
    }

    /** A byte turns up in the slack before any of the reads that judge it: it must not go unnoticed. */
    @TestFactory
    Stream<DynamicTest> shouldCutNoSlackThatIsNotZeroWhenReadAgain() throws IOException {
        final byte[] withSlack = Damage.withSlack(SOUND, 100);
        final byte[] withByte = Damage.overwrite(withSlack, SOUND.length + 50, (byte) 1);
        return IntStream.rangeClosed(1, readsBeforeTheCut(withSlack)).mapToObj(read ->
            dynamicTest("before read " + read, () -> {
                final FaultyStorage disk = new FaultyStorage();
                final Path directory = Files.createDirectories(root.resolve("read-" + read));
                final Opening opening = finding(withSlack).prepare(directory, disk);
                disk.atNth(Kind.READ, read, Moment.BEFORE, () -> Files.write(opening.path, withByte));
                try {
                    opening.open();
                    assertTrue(opening.log.recovery().droppedLength() > 0, "cut without a word");
                    opening.close();
                } catch (final IOException e) {
                    assertArrayEquals(withByte, Files.readAllBytes(opening.path));
                }
            }));
    }

    private int readsBeforeTheCut(final byte[] bytes) throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final Opening opening = finding(bytes).prepare(Files.createDirectories(root.resolve("sound")), disk);
        opening.open();
        opening.close();
        return (int) disk.operations().stream()
            .takeWhile(operation -> operation.kind() != Kind.TRUNCATE)
            .filter(operation -> operation.kind() == Kind.READ)
            .count();
    }
}
