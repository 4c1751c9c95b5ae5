package io.slipstream.testkit.recovery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.LogInspection;
import io.slipstream.LogRepair;
import io.slipstream.RecoveryPolicy;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLoader;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.errors.SnapshotDamageException;
import io.slipstream.format.RecordFlyweight;
import io.slipstream.replay.LogFollower;
import io.slipstream.storage.FileStorage;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.model.ModelVerdict.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A file that is refused is left exactly as it is, whatever was called on it and by whatever policy. */
class RefusedFileTest {
    @TempDir(factory = MemoryTempDir.class)
    private Path directory;
    private LogFile log;

    /** A file to be refused. */
    record Refused(String name, byte[] bytes) {
        ModelVerdict verdict() {
            return ModelJudge.judge(bytes);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** A call on a log. */
    @FunctionalInterface
    private interface Action {
        void on(Path log) throws IOException;
    }

    /** A call that must throw. */
    record Refusing(String name, Action action) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Refused> refused() {
        return Stream.of(
            new Refused("empty file", new byte[0]),
            new Refused("half a header of another version", Hex.parse("5047535303")),
            new Refused("wrong magic", Damage.overwrite(sound().toBytes(), 0, (byte) 'Q')),
            new Refused("version 3", Damage.overwrite(sound().toBytes(), 4, (byte) 3)),
            new Refused("row 3", sound().slack(30).cursor(9).toBytes()),
            new Refused("row 4", sound().record(RawRecord.of(4, new byte[9])).toBytes()),
            new Refused("row 5", sound().record(put().valueLength(0xFFFF_FFFFL)).cursor(9).toBytes()),
            new Refused("row 6", sound().cursor(new byte[11]).toBytes()),
            new Refused("row 7", withoutLastByte(sound().record(withLogInside()).toBytes())),
            new Refused("row 9", sound().record(put().brokenCrc()).cursor(9).toBytes()),
            new Refused("row 9 with slack", sound().record(put().brokenCrc()).cursor(9).slack(5000).toBytes()),
            new Refused("row 10", sound().delete(Hex.parse("ff"), Token.none()).toBytes()),
            new Refused("row 10 with slack", sound().delete(Hex.parse("ff"), Token.none()).slack(5000).toBytes()));
    }

    static Stream<Refused> corrupted() {
        return refused().filter(file -> file.verdict().kind() == Kind.CORRUPTED);
    }

    static Stream<Refused> refusedForTheirHeader() {
        return refused().filter(file -> file.verdict().row() == 0);
    }

    /** What refuses an invalid file; the prefix policy is only about corrupted ones. */
    static Stream<Refusing> callsThatRefuseAnInvalidFile() {
        return Stream.concat(callsThatRefuse(), Stream.of(
            new Refusing("SnapshotLog.open, prefix", path -> SnapshotLog.open(path, writer(RecoveryPolicy.PREFIX))),
            new Refusing("Snapshot.load, prefix", path -> Snapshot.load(path, writer(RecoveryPolicy.PREFIX))),
            new Refusing("SnapshotView.open, prefix", path -> SnapshotView.open(path, RecoveryPolicy.PREFIX))));
    }

    static Stream<Refusing> callsThatRefuse() {
        return Stream.of(
            new Refusing("SnapshotLog.open", path -> SnapshotLog.open(path)),
            new Refusing("SnapshotLog.open, strict", path -> SnapshotLog.open(path, writer(RecoveryPolicy.STRICT))),
            new Refusing("SnapshotLog.open with a recovered view",
                path -> SnapshotLog.open(path, writer(RecoveryPolicy.PROVEN).recoveredView(true))),
            new Refusing("Snapshot.load", path -> Snapshot.load(path)),
            new Refusing("Snapshot.load, strict", path -> Snapshot.load(path, writer(RecoveryPolicy.STRICT))),
            new Refusing("SnapshotView.open", path -> SnapshotView.open(path)),
            new Refusing("SnapshotView.open, strict", path -> SnapshotView.open(path, RecoveryPolicy.STRICT)),
            new Refusing("LogFollower", RefusedFileTest::follow));
    }

    static Stream<Arguments> refusals() {
        return refused().flatMap(file -> {
            final boolean corrupted = file.verdict().kind() == Kind.CORRUPTED;
            return (corrupted ? callsThatRefuse() : callsThatRefuseAnInvalidFile())
                .filter(call -> !isCompletedBy(file, call))
                .map(call -> Arguments.of(file, call));
        });
    }

    /** A writer completes an empty file: it is the start of a header. */
    private static boolean isCompletedBy(final Refused file, final Refusing call) {
        return file.bytes().length == 0 && call.name().startsWith("SnapshotLog.open");
    }

    @BeforeEach
    void createLogFile() throws IOException {
        log = LogFile.in(directory);
    }

    @Test
    void shouldRefuseEveryFileByTheRowItIsNamedAfter() {
        refused().forEach(file -> {
            assertTrue(file.verdict().isError(), file.name());
            if (file.name().startsWith("row")) {
                assertEquals(file.name().replaceAll(" with.*", ""), "row " + file.verdict().row());
            }
        });
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("refusals")
    void shouldBeLeftAsItIs(final Refused file, final Refusing call) throws IOException {
        log.holds(file.bytes());
        final SnapshotDamageException refusal =
            assertThrows(SnapshotDamageException.class, () -> call.action().on(log.path()));

        assertEquals(file.verdict().offset(), refusal.offset());
        assertEquals(file.verdict().row(), refusal.rule());
        log.assertUntouched(call.name());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void shouldBeLeftAsItIsByAnInspection(final Refused file) throws IOException {
        log.holds(file.bytes());
        assertEquals(file.verdict().result(), Findings.of(LogInspection.of(log.path())).result());
        log.assertUntouched("an inspection");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void shouldBeLeftAsItIsByTheLoadCommand(final Refused file) throws IOException {
        log.holds(file.bytes());
        final SnapshotLoader.Loaded loaded = SnapshotLoader.loadInspected(log.path(), new SnapshotLog.Context());

        assertEquals(Findings.of(file.verdict()), Findings.of(loaded.asFound()));
        assertFalse(loaded.rewritten());
        assertTrue(loaded.snapshot().isEmpty());
        log.assertUntouched("a load that is inspected");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("corrupted")
    void shouldBeLeftAsItIsByAViewOfItsPrefix(final Refused file) throws IOException {
        log.holds(file.bytes());
        try (SnapshotView view = SnapshotView.open(log.path(), RecoveryPolicy.PREFIX)) {
            assertEquals(file.verdict().state(), EngineState.of(view));
        }
        log.assertUntouched("a view of the prefix");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusedForTheirHeader")
    void shouldBeLeftAsItIsByARepairThatHasNothingToKeep(final Refused file) throws IOException {
        log.holds(file.bytes());
        final Executable repair = () -> LogRepair.repair(log.path(), new SnapshotLog.Context(), true);

        assertEquals(0, assertThrows(SnapshotDamageException.class, repair).rule());
        log.assertUntouched("a repair");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void shouldNotEvenGetALockFileFromAReader(final Refused file) throws IOException {
        log.holds(file.bytes());
        LogInspection.of(log.path());
        assertThrows(SnapshotDamageException.class, () -> SnapshotView.open(log.path()));
        assertThrows(SnapshotDamageException.class, () -> follow(log.path()));

        assertFalse(Files.exists(log.beside(".lock")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void shouldNotStayLockedOnceItWasRefused(final Refused file) throws IOException {
        log.holds(file.bytes());
        assertThrows(SnapshotDamageException.class, () -> Snapshot.load(log.path()));
        assertThrows(SnapshotDamageException.class, () -> Snapshot.load(log.path()));
        SnapshotLog.open(log.path(), writer(RecoveryPolicy.PROVEN).setAsideRefused(true)).close();

        assertEquals(ModelJudge.judge(log.bytes()).kind(), Kind.CLEAN);
    }

    @Test
    void shouldKeepTheMarkOfItsLastWriterWhenAWriterIsRefused() throws IOException {
        try (SnapshotLog writer = SnapshotLog.open(log.path(), writer(RecoveryPolicy.PROVEN))) {
            writer.checkpoint(1);
            writer.force();
            writer.checkpoint(2);
        }
        final byte[] mark = log.bytesBeside(".mark");
        final byte[] damaged = Damage.flipBit(log.bytes(), 8L * LogBuilder.HEADER_LENGTH);
        Files.write(log.path(), damaged);
        assertThrows(SnapshotDamageException.class, () -> SnapshotLog.open(log.path()));
        assertThrows(SnapshotDamageException.class, () -> Snapshot.load(log.path()));

        assertArrayEquals(damaged, log.bytes());
        assertArrayEquals(mark, log.bytesBeside(".mark"));
    }

    @Test
    void shouldOnlyLoseWhatADeadCompactionLeftBeside() throws IOException {
        log.holds(sound().cursor(new byte[11]));
        Files.write(log.beside(".compact"), new byte[100]);
        assertThrows(SnapshotDamageException.class, () -> SnapshotLog.open(log.path()));

        assertEquals(Set.of(), log.companions());
        log.assertUntouched("a refused open");
    }

    /** Shows every record, until the damage is met. */
    private static void follow(final Path path) throws IOException {
        final LogFollower.Listener listener = new LogFollower.Listener() {
            @Override
            public void onRotated() {
                throw new AssertionError("nobody has compacted the log");
            }

            @Override
            public void onRecord(final RecordFlyweight record) {
                assertTrue(record.length() > 0);
            }
        };
        try (LogFollower follower = new LogFollower(FileStorage.INSTANCE, path)) {
            boolean more = true;
            while (more) {
                more = follower.poll(listener);
            }
        }
    }

    private static SnapshotLog.Context writer(final RecoveryPolicy policy) {
        return new SnapshotLog.Context().segmentLength(4096).recoveryPolicy(policy);
    }

    /** Not compact, so that whatever rewrites it shows. */
    private static LogBuilder sound() {
        return new LogBuilder().header().put("b", "1", 1).put("a", "2", 2).put("b", "3", 3).cursor(3);
    }

    private static RawRecord put() {
        return RawRecord.put("k", "value", 7);
    }

    private static RawRecord withLogInside() {
        return RawRecord.put(Utf8.encode("k"),
            new LogBuilder().put("inner", "x", 8).toBytes(), Token.of(7));
    }

    private static byte[] withoutLastByte(final byte[] bytes) {
        return Damage.cutAt(bytes, bytes.length - 1);
    }
}
