package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import io.slipstream.errors.CorruptSnapshotException;
import io.slipstream.errors.LogInUseException;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation;
import io.slipstream.testkit.fault.Operation.Kind;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelLog;
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

/** docs/recovery.md, section 12: what each failed step of a load, a repair or a mere look leaves. */
class LoadFaultsTest {
    private static final byte[] COMPACT =
        new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).cursor(2).toBytes();
    private static final byte[] NOT_COMPACT =
        new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).delete("a", 3).cursor(3).toBytes();
    private static final byte[] TORN = Arrays.copyOf(COMPACT, COMPACT.length - 1);
    private static final byte[] WITH_SLACK = Damage.withSlack(COMPACT, 5000);
    private static final byte[] CORRUPTED = Damage.flipBit(NOT_COMPACT, 8L * 18);

    @TempDir(factory = MemoryDir.class)
    Path root;

    private record Loading(Path path, byte[] found, SnapshotLog.Context context, FaultyStorage disk) {
        void load() throws IOException {
            Snapshot.load(path, context);
        }

        void view() throws IOException {
            SnapshotView.open(disk, path, RecoveryPolicy.PROVEN).close();
        }

        void repair() throws IOException {
            LogRepair.repair(path, context, false);
        }

        byte[] bytes() throws IOException {
            return Files.readAllBytes(path);
        }

        List<String> namesBesideLockAndMark() throws IOException {
            return TwinLog.namesIn(path.getParent()).stream()
                .filter(name -> !name.equals("kv.log.lock") && !name.equals("kv.log.mark")).toList();
        }
    }

    private static Drill.Preparation<Loading> finding(final byte[] bytes) {
        return (directory, disk) -> {
            final Path path = directory.resolve("kv.log");
            Files.write(path, bytes);
            return new Loading(path, bytes, TwinLog.smallSegments().storage(disk), disk);
        };
    }

    private Stream<DynamicTest> everyFaultOfALoadOf(final byte[] found) throws IOException {
        return Drill.everyFault(root, finding(found), Loading::load, (loading, outcome) -> {
            outcome.assertFaultThrown();
            assertEquals(ModelJudge.judge(found).state(), ModelJudge.judge(loading.bytes()).state());
            if (!outcome.mayLeaveTemporaryFile()) {
                assertEquals(List.of("kv.log"), loading.namesBesideLockAndMark());
            }
            loading.load();
            assertArrayEquals(ModelLog.load(found), loading.bytes());
            if (!Arrays.equals(found, loading.bytes())) {
                return;
            }
            assertTrue(loading.disk().effects().isEmpty(), "a log that is clean was touched");
        });
    }

    @TestFactory
    Stream<DynamicTest> shouldTouchNothingWhenAnyStepOfLoadingACompactLogFails() throws IOException {
        return everyFaultOfALoadOf(COMPACT);
    }

    @TestFactory
    Stream<DynamicTest> shouldLoseNothingWhenAnyStepOfRewritingALogFails() throws IOException {
        return everyFaultOfALoadOf(NOT_COMPACT);
    }

    @TestFactory
    Stream<DynamicTest> shouldLoseOnlyTheTornTailWhenAnyStepOfRewritingATornLogFails() throws IOException {
        return everyFaultOfALoadOf(TORN);
    }

    @TestFactory
    Stream<DynamicTest> shouldLoseNothingWhenAnyStepOfCuttingSlackFails() throws IOException {
        return everyFaultOfALoadOf(WITH_SLACK);
    }

    @TestFactory
    Stream<DynamicTest> shouldTouchNothingWhenAnyStepOfRefusingALogFails() throws IOException {
        return Drill.everyFault(root, finding(CORRUPTED), LoadFaultsTest::loadRefused, (loading, outcome) -> {
            outcome.assertFaultThrown();
            assertArrayEquals(CORRUPTED, loading.bytes());
            assertEquals(List.of("kv.log"), loading.namesBesideLockAndMark());
        });
    }

    // The verdict is what a load of this log must throw; what failed behind it is suppressed, and thrown here as the drill
    // wants it.
    private static void loadRefused(final Loading loading) throws IOException {
        try {
            loading.load();
        } catch (final CorruptSnapshotException e) {
            if (e.getSuppressed().length > 0) {
                assertArrayEquals(loading.disk().faults().toArray(), e.getSuppressed());
                throw loading.disk().faults().get(0);
            }
        }
    }

    @Test
    void shouldThrowTheFaultAndNoVerdictWhenTheDamageCannotBeReadTwice() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final Loading sound = finding(CORRUPTED).prepare(root, disk);
        assertThrows(CorruptSnapshotException.class, sound::load);
        final long reads = disk.operations().stream().filter(operation -> operation.kind() == Kind.READ).count();
        disk.failNth(Kind.READ, (int) reads, Moment.BEFORE);
        final IOException thrown = assertThrows(IOException.class, sound::load);
        assertSame(disk.faults().get(0), thrown);
    }

    @TestFactory
    Stream<DynamicTest> shouldKeepTheOriginalWhenAnyStepOfARepairFails() throws IOException {
        return Drill.everyFault(root, finding(CORRUPTED), Loading::repair, (loading, outcome) -> {
            outcome.assertFaultThrown();
            final Path original = loading.path().resolveSibling("kv.log.damaged-1");
            assertArrayEquals(CORRUPTED,
                Files.exists(original) ? Files.readAllBytes(original) : loading.bytes());
            loading.repair();
            assertEquals(ModelJudge.judge(CORRUPTED).updates(), ModelJudge.judge(loading.bytes()).updates());
            assertArrayEquals(CORRUPTED, Files.readAllBytes(original));
        });
    }

    @TestFactory
    Stream<DynamicTest> shouldChangeNothingWhenAnyStepOfOpeningAViewFails() throws IOException {
        return Drill.everyFault(root, finding(WITH_SLACK), Loading::view, (loading, outcome) -> {
            outcome.assertFaultThrown();
            assertArrayEquals(WITH_SLACK, loading.bytes());
            assertEquals(List.of("kv.log"), TwinLog.namesIn(loading.path().getParent()));
        });
    }

    @TestFactory
    Stream<DynamicTest> shouldReportAnIOErrorWhenAnyStepOfAnInspectionFails() throws IOException {
        return Drill.everyFault(root, finding(NOT_COMPACT), LoadFaultsTest::inspect, (loading, outcome) -> {
            outcome.assertFaultThrown();
            assertArrayEquals(NOT_COMPACT, loading.bytes());
        });
    }

    // Turns the result back into an exception, as the drill wants it.
    private static void inspect(final Loading loading) throws IOException {
        final LogInspection inspection = LogInspection.of(loading.disk(), loading.path());
        if (inspection.result() == LogInspection.Result.IO) {
            throw loading.disk().faults().stream()
                .filter(fault -> inspection.message().contains(fault.getMessage())).findFirst().orElseThrow();
        }
        assertEquals(LogInspection.Result.SOME, inspection.result());
        assertEquals(ModelJudge.judge(NOT_COMPACT).state().sha256(), inspection.compactSha256());
    }

    /** Before any operation of a load from the first read to the last force, a writer must be refused. */
    @TestFactory
    Stream<DynamicTest> shouldHoldTheLockFromTheFirstReadToTheLastForce() throws IOException {
        final FaultyStorage sound = new FaultyStorage();
        finding(NOT_COMPACT).prepare(Files.createDirectories(root.resolve("sound")), sound).load();
        final List<Kind> kinds = sound.operations().stream().map(Operation::kind).toList();
        assertEquals(kinds.size() - 1, kinds.indexOf(Kind.UNLOCK), "the lock is not let go of last");
        return IntStream.range(kinds.indexOf(Kind.LOCK) + 1, kinds.size() - 1).mapToObj(index ->
            dynamicTest("before " + sound.operations().get(index), () -> {
                final FaultyStorage disk = new FaultyStorage();
                final Loading loading =
                    finding(NOT_COMPACT).prepare(Files.createDirectories(root.resolve("at-" + index)), disk);
                final boolean[] refused = {false};
                disk.atNth(index + 1, Moment.BEFORE, () -> {
                    assertThrows(LogInUseException.class, () -> SnapshotLog.open(loading.path()));
                    refused[0] = true;
                });
                loading.load();
                assertTrue(refused[0], "the moment never came");
            }));
    }

    @Test
    void shouldForceTheNewFileThenRenameThenForceTheDirectory() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        finding(NOT_COMPACT).prepare(root, disk).load();
        assertEquals(List.of("UNLINK kv.log.compact", "CREATE kv.log.compact", "WRITE kv.log.compact",
            "FORCE kv.log.compact", "RENAME kv.log.compact kv.log", "FORCE_DIRECTORY " + root.getFileName()),
            TwinLog.effectsBesideMark(disk));
    }

    @Test
    void shouldForceTheCutOfSlack() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        finding(WITH_SLACK).prepare(root, disk).load();
        assertEquals(List.of("TRUNCATE kv.log", "FORCE kv.log"), TwinLog.effectsBesideMark(disk));
    }

    @Test
    void shouldDoNothingToACompactLog() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        finding(COMPACT).prepare(root, disk).load();
        assertEquals(List.of(), disk.effects());
    }

    @Test
    void shouldKeepTheOriginalAndForceItsNameBeforeTheRepairedLogTakesItsPlace() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        finding(CORRUPTED).prepare(root, disk).repair();
        final String forceDirectory = "FORCE_DIRECTORY " + root.getFileName();
        assertEquals(List.of("UNLINK kv.log.compact", "CREATE kv.log.compact", "WRITE kv.log.compact",
            "FORCE kv.log.compact", "LINK kv.log kv.log.damaged-1", forceDirectory,
            "RENAME kv.log.compact kv.log", forceDirectory), TwinLog.effectsBesideMark(disk));
    }
}
