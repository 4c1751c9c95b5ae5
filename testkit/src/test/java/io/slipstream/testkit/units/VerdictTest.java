package io.slipstream.testkit.units;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.errors.CorruptSnapshotException;
import io.slipstream.errors.InvalidSnapshotFormatException;
import io.slipstream.errors.SnapshotDamageException;
import io.slipstream.replay.Verdict;
import io.slipstream.replay.Verdict.Kind;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a verdict says of itself, to code and to people. */
class VerdictTest {
    private static final Path FILE = Path.of("kv.log");

    private static Verdict verdict(final Kind kind, final int row) {
        return new Verdict(kind, row, 40, 100, 2, "what was found");
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 7, 8, 9})
    void shouldLetAMarkExcuseTheRowsThatAPowerCutCanLeave(final int row) {
        assertTrue(verdict(Kind.CORRUPTED, row).isExcusable());
        assertTrue(verdict(Kind.INVALID, row).isExcusable());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 10})
    void shouldNotLetAMarkExcuseTheHeaderOrARecordWithARightCrc(final int row) {
        assertFalse(verdict(Kind.INVALID, row).isExcusable());
    }

    @ParameterizedTest
    @EnumSource(names = {"CLEAN", "SLACK", "TORN", "POWER_LOSS"})
    void shouldHaveNothingToExcuseWhereNothingIsRefused(final Kind kind) {
        assertFalse(verdict(kind, 9).isRefused());
        assertFalse(verdict(kind, 9).isExcusable());
    }

    @ParameterizedTest
    @EnumSource(names = {"TORN", "POWER_LOSS"})
    void shouldDropWhatFollowsThePosition(final Kind kind) {
        assertTrue(verdict(kind, 9).isTailDropped());
        assertEquals(60, verdict(kind, 9).droppedLength());
    }

    @ParameterizedTest
    @EnumSource(names = {"CLEAN", "SLACK", "CORRUPTED", "INVALID"})
    void shouldDropNothing(final Kind kind) {
        assertFalse(verdict(kind, 9).isTailDropped());
        assertEquals(0, verdict(kind, 9).droppedLength());
    }

    @Test
    void shouldKeepTheFindingWhenItIsExcused() {
        assertEquals(new Verdict(Kind.POWER_LOSS, 9, 40, 100, 7, "what was found"), verdict(Kind.CORRUPTED, 9).excused(7));
    }

    @ParameterizedTest
    @EnumSource(names = {"CLEAN", "SLACK"})
    void shouldOnlyTellWhereASoundLogEnds(final Kind kind) {
        assertEquals("what was found: file=kv.log offset=40 length=100 (docs/recovery.md, row 1)", verdict(kind, 1).message(FILE));
    }

    @Test
    void shouldNameATornTail() {
        assertEquals("torn tail: what was found: file=kv.log offset=40 length=100 (docs/recovery.md, row 2)", verdict(Kind.TORN, 2).message(FILE));
    }

    @Test
    void shouldNameAPowerLossTail() {
        assertEquals("power-loss tail: what was found: file=kv.log offset=40 length=100 (docs/recovery.md, row 9)",
            verdict(Kind.POWER_LOSS, 9).message(FILE));
    }

    @Test
    void shouldRefuseACorruptedLogWithAdvice() {
        final SnapshotDamageException e = verdict(Kind.CORRUPTED, 9).toException(FILE);
        assertEquals(CorruptSnapshotException.class, e.getClass());
        assertEquals("corrupted log: what was found: file=kv.log offset=40 length=100 survivors=2; file unchanged, "
            + "rebuild it from the store or see 'repair' (docs/recovery.md, row 9)", e.getMessage());
        assertEquals(FILE, e.file());
        assertEquals(40, e.offset());
        assertEquals(9, e.rule());
        assertEquals(2, ((CorruptSnapshotException) e).survivors());
    }

    @Test
    void shouldNotAdviseToRepairAHeader() {
        final SnapshotDamageException e = verdict(Kind.INVALID, 0).toException(FILE);
        assertEquals(InvalidSnapshotFormatException.class, e.getClass());
        assertEquals("invalid format: what was found: file=kv.log offset=40 length=100; file unchanged, rebuild it from the store "
            + "(docs/recovery.md, header)", e.getMessage());
        assertEquals(0, e.rule());
    }
}
