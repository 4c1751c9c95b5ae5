package io.slipstream.testkit.recovery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.LogRepair;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.errors.LogInUseException;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.Damage.Damaged;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.model.ModelVerdict.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a repair keeps of a refused log, and what it says about it. Source: docs/recovery.md. */
class LogRepairTest {
    private static final byte[] SOUND =
        new LogBuilder().header().put("b", "1", 1).put("a", "2", 2).put("b", "3", 3).cursor(4).toBytes();
    private static final int RECORDS = 4;
    private static final int P = SOUND.length;
    private static final byte[] EMPTY_CURSOR = RawRecord.cursor(Token.none()).toBytes();

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;
    private LogFile log;

    @BeforeEach
    void createLogFile() throws IOException {
        log = LogFile.in(directory);
    }

    @Test
    void shouldKeepTheRecordsBeforeTheDamage() throws IOException {
        final byte[] damaged = sound().record(broken()).put("c", "5", 8).cursor(9).toBytes();
        log.holds(damaged);
        final LogRepair.Report report = repair(false);

        assertArrayEquals(SOUND, log.bytes());
        assertEquals(RECORDS, report.records());
        assertEquals(P, report.position());
        assertEquals(damaged.length - P, report.droppedLength());
        assertEquals(-1, report.chainPosition());
        assertEquals(0, report.chainRecords());
        assertFalse(report.cursorDropped());
    }

    @Test
    void shouldKeepTheOriginalAside() throws IOException {
        final byte[] damaged = sound().record(broken()).cursor(9).toBytes();
        log.holds(damaged);
        final LogRepair.Report report = repair(false);

        assertEquals(log.beside(".damaged-1"), report.original());
        assertArrayEquals(damaged, log.bytesBeside(".damaged-1"));
        assertEquals(Set.of(".damaged-1"), log.companions());
    }

    @Test
    void shouldSayWhatTheDamageWas() throws IOException {
        log.holds(sound().record(broken()).cursor(9));
        final String damage = repair(false).damage();

        assertTrue(damage.contains("crc mismatch"), damage);
        assertTrue(damage.contains("file=" + log.path()), damage);
        assertTrue(damage.contains("offset=" + P), damage);
    }

    @Test
    void skipDamage_shouldAlsoKeepTheRecordsBehindTheDamageButNoCursor() throws IOException {
        final LogBuilder damaged = sound().record(broken()).put("c", "5", 8).cursor(9);
        final int chain = damaged.endOf(0);
        log.holds(damaged);
        final LogRepair.Report report = repair(true);

        final byte[] expected = sound().put("c", "5", 8).cursor(9).raw(EMPTY_CURSOR).toBytes();
        assertArrayEquals(expected, log.bytes());
        assertEquals(RECORDS, report.records());
        assertEquals(chain, report.chainPosition());
        assertEquals(2, report.chainRecords());
        assertEquals(chain - P, report.droppedLength());
        assertTrue(report.cursorDropped());
    }

    @Test
    void skipDamage_shouldLoadAsTheRecordsOnBothSidesWithoutACursor() throws IOException {
        log.holds(sound().record(broken()).put("a", "5", 8).delete("b", 9).cursor(10));
        repair(true);

        assertEquals(
            new ModelState().put(Utf8.encode("a"), Utf8.encode("5"), Token.of(8)),
            EngineState.of(Snapshot.load(log.path())));
    }

    @Test
    void skipDamage_shouldDropTheCursorBeforeTheDamageToo() throws IOException {
        log.holds(sound().record(broken()).put("c", "5", 8));
        assertTrue(repair(true).cursorDropped());
        assertTrue(ModelJudge.judge(log.bytes()).cursor().length == 0);
    }

    @Test
    void skipDamage_shouldDropNoCursorWhereThereIsNone() throws IOException {
        final LogBuilder prefix = new LogBuilder().header().put("a", "1", 1);
        log.holds(new LogBuilder().raw(prefix.toBytes()).record(broken()).put("c", "5", 8));
        assertFalse(repair(true).cursorDropped());
        assertArrayEquals(prefix.put("c", "5", 8).toBytes(), log.bytes());
    }

    @Test
    void skipDamage_shouldKeepTheCursorBeforeTheDamageWhereNoChainIsKept() throws IOException {
        log.holds(sound().record(broken()).put("c", "5", 8).raw(Hex.parse("ffffffffffffffff")));
        final LogRepair.Report report = repair(true);

        assertArrayEquals(SOUND, log.bytes());
        assertFalse(report.cursorDropped());
        assertEquals(-1, report.chainPosition());
        assertEquals(0, report.chainRecords());
    }

    @Test
    void skipDamage_shouldKeepAChainThatReachesTheSlack() throws IOException {
        log.holds(sound().record(broken()).put("c", "5", 8).slack(100));
        final LogRepair.Report report = repair(true);

        assertArrayEquals(sound().put("c", "5", 8).raw(EMPTY_CURSOR).toBytes(), log.bytes());
        assertEquals(1, report.chainRecords());
    }

    @Test
    void skipDamage_shouldLeaveOutAChainThatBreaksAndKeepTheOneBehindIt() throws IOException {
        log.holds(sound().record(broken()).put("c", "5", 8).put("d", "6", 9).record(broken()).put("e", "7", 10));
        final LogRepair.Report report = repair(true);

        assertArrayEquals(sound().put("e", "7", 10).raw(EMPTY_CURSOR).toBytes(), log.bytes());
        assertEquals(1, report.chainRecords());
    }

    @Test
    void skipDamage_shouldFindAChainBehindAnInvalidRecord() throws IOException {
        log.holds(sound().record(RawRecord.of(4, new byte[3])).put("c", "5", 8));
        repair(true);
        assertArrayEquals(sound().put("c", "5", 8).raw(EMPTY_CURSOR).toBytes(), log.bytes());
    }

    @Test
    void skipDamage_shouldNotKeepARecordWithAKeyThatIsNotUtf8() throws IOException {
        log.holds(sound().record(broken()).delete(Hex.parse("ff"), Token.none()));
        repair(true);
        assertArrayEquals(SOUND, log.bytes());
    }

    @Test
    void skipDamage_shouldKeepTheChainBehindARecordWithAKeyThatIsNotUtf8() throws IOException {
        log.holds(sound().record(broken()).put("c", "5", 8).delete(Hex.parse("ff"), Token.none()).put("d", "6", 9));
        final LogRepair.Report report = repair(true);

        assertArrayEquals(sound().put("d", "6", 9).raw(EMPTY_CURSOR).toBytes(), log.bytes());
        assertEquals(1, report.chainRecords());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldKeepWhatTheModelKeepsWhicheverBitIsFlipped(final boolean skipDamage) throws IOException {
        final List<Damaged> flips = Damage.everyBitFlipped(SampleLogs.mixed().toBytes()).toList();
        for (final Damaged damaged : flips) {
            final ModelVerdict verdict = ModelJudge.judge(damaged.bytes());
            if (verdict.isError() && verdict.row() != 0) {
                log.holds(damaged.bytes());
                final LogRepair.Report report = repair(skipDamage);

                assertArrayEquals(RepairModel.repaired(damaged.bytes(), skipDamage), log.bytes(), damaged.what());
                assertEquals(verdict.records(), report.records(), damaged.what());
                assertEquals(verdict.offset(), report.position(), damaged.what());
                assertArrayEquals(damaged.bytes(), log.bytesBeside(".damaged-1"), damaged.what());
                assertEquals(Kind.CLEAN, ModelJudge.judge(log.bytes()).kind(), damaged.what());
                Files.delete(report.original());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldChangeNothingWhereTheLogIsNotRefused(final boolean skipDamage) throws IOException {
        for (final LogBuilder accepted : List.of(sound(), sound().slack(99), sound().raw(Hex.parse("01020304010500")))) {
            log.holds(accepted);
            final LogRepair.Report report = repair(skipDamage);

            assertNull(report.damage());
            assertNull(report.original());
            assertEquals(RECORDS, report.records());
            log.assertUntouched("a repair");
        }
    }

    @Test
    void shouldCountUpWhereAnOriginalIsKeptAlready() throws IOException {
        log.holds(sound().record(broken()).cursor(9));
        repair(false);
        log.holds(sound().record(broken()).cursor(10));

        assertEquals(log.beside(".damaged-2"), repair(false).original());
        assertArrayEquals(sound().record(broken()).cursor(9).toBytes(), log.bytesBeside(".damaged-1"));
        assertArrayEquals(sound().record(broken()).cursor(10).toBytes(), log.bytesBeside(".damaged-2"));
    }

    @Test
    void shouldNeedAFile() throws IOException {
        assertThrows(NoSuchFileException.class, () -> repair(false));
        assertEquals(Set.of(), log.companions());
    }

    @Test
    void shouldNotRepairUnderAWriter() throws IOException {
        final SnapshotLog writer = SnapshotLog.open(log.path(), new SnapshotLog.Context().segmentLength(4096));
        try (writer) {
            assertThrows(LogInUseException.class, () -> repair(false));
        }
    }

    private LogRepair.Report repair(final boolean skipDamage) throws IOException {
        return LogRepair.repair(log.path(), new SnapshotLog.Context(), skipDamage);
    }

    private static LogBuilder sound() {
        return new LogBuilder().raw(SOUND);
    }

    private static RawRecord broken() {
        return RawRecord.put("k", "value", 7).brokenCrc();
    }
}
