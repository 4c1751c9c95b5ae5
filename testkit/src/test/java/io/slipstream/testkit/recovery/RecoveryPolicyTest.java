package io.slipstream.testkit.recovery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.slipstream.LogInspection;
import io.slipstream.RecoveryPolicy;
import io.slipstream.RecoveryReport;
import io.slipstream.RecoveryReport.Tail;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLoader;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import io.slipstream.errors.CorruptSnapshotException;
import io.slipstream.errors.InvalidSnapshotFormatException;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each policy of docs/recovery.md, "Policies", makes of a torn, a corrupted and an invalid log. */
class RecoveryPolicyTest {
    private static final byte[] BARE_HEADER = new LogBuilder().header().toBytes();

    // Neither sorted nor compact: what is kept in place differs from what is rewritten in compact form.
    private static final byte[] SOUND =
        new LogBuilder().header().put("b", "1", 1).put("a", "2", 2).put("b", "3", 3).cursor(4).toBytes();
    private static final ModelState STATE = new ModelState()
        .put(Utf8.encode("a"), Utf8.encode("2"), Token.of(2))
        .put(Utf8.encode("b"), Utf8.encode("3"), Token.of(3))
        .cursor(Token.of(4));
    private static final int RECORDS = 4;
    private static final int P = SOUND.length;

    private static final byte[] CORRUPTED = sound()
        .record(RawRecord.put("k", "value", 7).brokenCrc()).put("c", "5", 8).cursor(9).slack(11).toBytes();
    private static final int CORRUPTED_ROW = 9;
    private static final int SURVIVORS = 2;
    private static final byte[] INVALID = sound().record(RawRecord.of(4, new byte[20])).toBytes();
    private static final byte[] TORN = sound().raw(Hex.parse("01020304010500")).toBytes();

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;
    private LogFile log;

    @BeforeEach
    void createLogFile() throws IOException {
        log = LogFile.in(directory);
    }

    // ---- Torn tails: the same by every policy

    @ParameterizedTest
    @EnumSource(RecoveryPolicy.class)
    void shouldDropATornTailByEveryPolicy(final RecoveryPolicy policy) throws IOException {
        log.holds(TORN);
        try (SnapshotLog opened = SnapshotLog.open(log.path(), by(policy).setAsideRefused(true))) {
            assertEquals(new RecoveryReport(Tail.TORN, 5, P, 7, 0, RECORDS, null), opened.recovery());
        }
        log.assertCleaned(SOUND, "open");
    }

    @ParameterizedTest
    @EnumSource(RecoveryPolicy.class)
    void shouldRewriteATornLogByEveryPolicyWithoutKeepingIt(final RecoveryPolicy policy) throws IOException {
        log.holds(TORN);
        assertEquals(STATE, EngineState.of(Snapshot.load(log.path(), by(policy).setAsideRefused(true))));
        log.assertCleaned(STATE.compactForm(), "a load");
    }

    // ---- Proven and strict

    @ParameterizedTest
    @EnumSource(value = RecoveryPolicy.class, names = {"PROVEN", "STRICT"})
    void shouldRefuseACorruptedLogUnlessThePolicyIsPrefix(final RecoveryPolicy policy) throws IOException {
        log.holds(CORRUPTED);
        assertThrows(CorruptSnapshotException.class, () -> SnapshotLog.open(log.path(), by(policy)));
        assertThrows(CorruptSnapshotException.class, () -> Snapshot.load(log.path(), by(policy)));
        assertThrows(CorruptSnapshotException.class, () -> SnapshotView.open(log.path(), policy));
        log.assertUntouched("refused");
    }

    @ParameterizedTest
    @EnumSource(RecoveryPolicy.class)
    void shouldRefuseAnInvalidLogByEveryPolicy(final RecoveryPolicy policy) throws IOException {
        log.holds(INVALID);
        assertThrows(InvalidSnapshotFormatException.class, () -> SnapshotLog.open(log.path(), by(policy)));
        assertThrows(InvalidSnapshotFormatException.class, () -> Snapshot.load(log.path(), by(policy)));
        assertThrows(InvalidSnapshotFormatException.class, () -> SnapshotView.open(log.path(), policy));
        log.assertUntouched("refused");
    }

    @Test
    void shouldRefuseByDefault() throws IOException {
        assertEquals(RecoveryPolicy.PROVEN, new SnapshotLog.Context().recoveryPolicy());
        assertFalse(new SnapshotLog.Context().setAsideRefused());
        log.holds(CORRUPTED);
        assertThrows(CorruptSnapshotException.class, () -> SnapshotLog.open(log.path()));
        assertThrows(CorruptSnapshotException.class, () -> Snapshot.load(log.path()));
        assertThrows(CorruptSnapshotException.class, () -> SnapshotView.open(log.path()));
        log.assertUntouched("refused");
    }

    // ---- Prefix

    @Test
    void prefix_shouldKeepTheRecordsBeforeTheDamageAndReportTheRest() throws IOException {
        log.holds(CORRUPTED);
        try (SnapshotLog opened = SnapshotLog.open(log.path(), by(RecoveryPolicy.PREFIX))) {
            assertEquals(new RecoveryReport(Tail.DAMAGED, CORRUPTED_ROW, P, CORRUPTED.length - P, SURVIVORS, RECORDS,
                log.beside(".damaged-1")), opened.recovery());
            assertFalse(opened.recovery().isClean());
            try (SnapshotView view = opened.view()) {
                assertEquals(STATE, EngineState.of(view));
            }
        }
        assertArrayEquals(SOUND, log.bytes());
    }

    @Test
    void prefix_shouldKeepTheOriginalAside() throws IOException {
        log.holds(CORRUPTED);
        SnapshotLog.open(log.path(), by(RecoveryPolicy.PREFIX)).close();

        assertArrayEquals(CORRUPTED, log.bytesBeside(".damaged-1"));
        assertEquals(Set.of(".damaged-1"), log.companions());
    }

    @Test
    void prefix_shouldGoOnWritingBehindThePrefix() throws IOException {
        log.holds(CORRUPTED);
        try (SnapshotLog opened = SnapshotLog.open(log.path(), by(RecoveryPolicy.PREFIX))) {
            opened.put("d", Utf8.encode("6"), VersionToken.of(10));
        }
        assertArrayEquals(sound().put("d", "6", 10).toBytes(), log.bytes());
        assertArrayEquals(CORRUPTED, log.bytesBeside(".damaged-1"));
    }

    @Test
    void prefix_shouldShowThePrefixInTheRecoveredView() throws IOException {
        log.holds(CORRUPTED);
        try (SnapshotLog opened = SnapshotLog.open(log.path(), by(RecoveryPolicy.PREFIX).recoveredView(true))) {
            assertEquals(STATE, EngineState.of(opened.recoveredView()));
        }
    }

    @Test
    void prefix_shouldLoadTheRecordsBeforeTheDamageAndKeepTheOriginalAside() throws IOException {
        log.holds(CORRUPTED);
        assertEquals(STATE, EngineState.of(Snapshot.load(log.path(), by(RecoveryPolicy.PREFIX))));

        assertArrayEquals(STATE.compactForm(), log.bytes());
        assertArrayEquals(CORRUPTED, log.bytesBeside(".damaged-1"));
        assertEquals(Set.of(".damaged-1"), log.companions());
    }

    @Test
    void prefix_shouldTellTheLoadCommandThatTheFileWasRewritten() throws IOException {
        log.holds(CORRUPTED);
        final SnapshotLoader.Loaded loaded = SnapshotLoader.loadInspected(log.path(), by(RecoveryPolicy.PREFIX));

        assertEquals(LogInspection.Result.CORRUPTED, loaded.asFound().result());
        assertEquals(true, loaded.rewritten());
    }

    @Test
    void prefix_shouldShowTheRecordsBeforeTheDamageInAViewAndReportTheRest() throws IOException {
        log.holds(CORRUPTED);
        try (SnapshotView view = SnapshotView.open(log.path(), RecoveryPolicy.PREFIX)) {
            assertEquals(STATE, EngineState.of(view));
            assertEquals(
                new RecoveryReport(Tail.DAMAGED, CORRUPTED_ROW, P, CORRUPTED.length - P, SURVIVORS, RECORDS, null),
                view.recovery());
        }
        log.assertUntouched("a view");
    }

    @Test
    void prefix_shouldLeaveALogWithoutARecordIfTheFirstIsDamaged() throws IOException {
        log.holds(new LogBuilder().header().record(RawRecord.put("k", "v", 1).brokenCrc()).cursor(9));
        assertEquals(Optional.empty(), Snapshot.load(log.path(), by(RecoveryPolicy.PREFIX)));

        assertArrayEquals(BARE_HEADER, log.bytes());
        assertEquals(Set.of(".damaged-1"), log.companions());
    }

    @Test
    void prefix_shouldKeepTheModeOfTheFile() throws IOException {
        log.holds(CORRUPTED);
        final Set<PosixFilePermission> mode = PosixFilePermissions.fromString("rw-r-----");
        Files.setPosixFilePermissions(log.path(), mode);
        SnapshotLog.open(log.path(), by(RecoveryPolicy.PREFIX)).close();

        assertEquals(mode, Files.getPosixFilePermissions(log.path()));
        assertEquals(mode, Files.getPosixFilePermissions(log.beside(".damaged-1")));
    }

    @Test
    void prefix_shouldComeBeforeSettingACorruptedLogAside() throws IOException {
        log.holds(CORRUPTED);
        SnapshotLog.open(log.path(), by(RecoveryPolicy.PREFIX).setAsideRefused(true)).close();
        assertArrayEquals(SOUND, log.bytes());
    }

    // ---- Set the refused log aside

    @ParameterizedTest
    @ValueSource(strings = {"corrupted", "invalid", "of another version", "no log at all"})
    void setAside_shouldBeginEmptyAndKeepTheOriginal(final String refused) throws IOException {
        log.holds(refusedFile(refused));
        try (SnapshotLog opened = SnapshotLog.open(log.path(), by(RecoveryPolicy.PROVEN).setAsideRefused(true))) {
            assertEquals(BARE_HEADER.length, opened.length());
            try (SnapshotView view = opened.view()) {
                assertEquals(new ModelState(), EngineState.of(view));
            }
        }
        assertArrayEquals(BARE_HEADER, log.bytes());
        assertArrayEquals(refusedFile(refused), log.bytesBeside(".damaged-1"));
        assertEquals(Set.of(".damaged-1"), log.companions());
    }

    @ParameterizedTest
    @ValueSource(strings = {"corrupted", "invalid", "of another version", "no log at all"})
    void setAside_shouldLoadAsAbsentAndKeepTheOriginal(final String refused) throws IOException {
        log.holds(refusedFile(refused));
        assertEquals(
            Optional.empty(), Snapshot.load(log.path(), by(RecoveryPolicy.PROVEN).setAsideRefused(true)));

        assertArrayEquals(refusedFile(refused), log.bytesBeside(".damaged-1"));
        assertArrayEquals(BARE_HEADER, log.bytes());
        assertEquals(Set.of(".damaged-1"), log.companions());
    }

    @Test
    void setAside_shouldSayWhereTheOriginalIs() throws IOException {
        log.holds(INVALID);
        try (SnapshotLog opened = SnapshotLog.open(log.path(), by(RecoveryPolicy.PROVEN).setAsideRefused(true))) {
            assertEquals(Tail.DAMAGED, opened.recovery().tail());
            assertEquals(log.beside(".damaged-1"), opened.recovery().setAside());
            assertEquals(BARE_HEADER.length, opened.recovery().position());
            assertEquals(0, opened.recovery().records());
            assertFalse(opened.recovery().isClean());
        }
    }

    /** The records before the damage do not count any more either. */
    @Test
    void setAside_shouldReportEverythingBehindTheHeaderAsDropped() throws IOException {
        log.holds(CORRUPTED);
        try (SnapshotLog opened = SnapshotLog.open(log.path(), by(RecoveryPolicy.PROVEN).setAsideRefused(true))) {
            assertEquals(CORRUPTED.length - BARE_HEADER.length, opened.recovery().droppedLength());
        }
    }

    @Test
    void setAside_shouldGoOnWritingFromTheStart() throws IOException {
        log.holds(CORRUPTED);
        try (SnapshotLog opened = SnapshotLog.open(log.path(), by(RecoveryPolicy.PROVEN).setAsideRefused(true))) {
            opened.put("d", Utf8.encode("6"), VersionToken.of(10));
        }
        assertArrayEquals(new LogBuilder().header().put("d", "6", 10).toBytes(), log.bytes());
    }

    @Test
    void setAside_shouldSetAnInvalidLogAsideWhereThePrefixPolicyHasNoSay() throws IOException {
        log.holds(INVALID);
        SnapshotLog.open(log.path(), by(RecoveryPolicy.PREFIX).setAsideRefused(true)).close();

        assertArrayEquals(BARE_HEADER, log.bytes());
        assertArrayEquals(INVALID, log.bytesBeside(".damaged-1"));
    }

    @Test
    void setAside_shouldCountUpAndReplaceNothing() throws IOException {
        for (int number = 1; number <= 3; number++) {
            log.holds(sound().record(RawRecord.of(4 + number, new byte[20])));
            SnapshotLog.open(log.path(), by(RecoveryPolicy.PROVEN).setAsideRefused(true)).close();
        }
        log.holds(CORRUPTED);
        Snapshot.load(log.path(), by(RecoveryPolicy.PREFIX));

        assertEquals(Set.of(".damaged-1", ".damaged-2", ".damaged-3", ".damaged-4"), log.companions());
        for (int number = 1; number <= 3; number++) {
            assertArrayEquals(
                sound().record(RawRecord.of(4 + number, new byte[20])).toBytes(), log.bytesBeside(".damaged-" + number));
        }
        assertArrayEquals(CORRUPTED, log.bytesBeside(".damaged-4"));
    }

    @Test
    void setAside_shouldTakeTheFirstFreeNumber() throws IOException {
        Files.write(log.beside(".damaged-1"), new byte[] {1});
        Files.write(log.beside(".damaged-3"), new byte[] {3});
        log.holds(INVALID);
        SnapshotLog.open(log.path(), by(RecoveryPolicy.PROVEN).setAsideRefused(true)).close();

        assertArrayEquals(new byte[] {1}, log.bytesBeside(".damaged-1"));
        assertArrayEquals(INVALID, log.bytesBeside(".damaged-2"));
        assertArrayEquals(new byte[] {3}, log.bytesBeside(".damaged-3"));
    }

    @Test
    void setAside_shouldKeepTheModeOfTheFile() throws IOException {
        log.holds(INVALID);
        final Set<PosixFilePermission> mode = PosixFilePermissions.fromString("rw-r-----");
        Files.setPosixFilePermissions(log.path(), mode);
        SnapshotLog.open(log.path(), by(RecoveryPolicy.PROVEN).setAsideRefused(true)).close();

        assertEquals(mode, Files.getPosixFilePermissions(log.path()));
        assertEquals(mode, Files.getPosixFilePermissions(log.beside(".damaged-1")));
    }

    @Test
    void setAside_shouldNotTouchASoundLog() throws IOException {
        log.holds(BARE_HEADER);
        assertEquals(Optional.empty(), Snapshot.load(log.path(), by(RecoveryPolicy.PROVEN).setAsideRefused(true)));
        log.assertUntouched("a load");
    }

    private static byte[] refusedFile(final String name) {
        return switch (name) {
            case "corrupted" -> CORRUPTED;
            case "invalid" -> INVALID;
            case "of another version" -> Hex.parse("504753530300");
            default -> Utf8.encode("no");
        };
    }

    private static LogBuilder sound() {
        return new LogBuilder().raw(Arrays.copyOf(SOUND, P));
    }

    private static SnapshotLog.Context by(final RecoveryPolicy policy) {
        return new SnapshotLog.Context().segmentLength(4096).recoveryPolicy(policy);
    }
}
