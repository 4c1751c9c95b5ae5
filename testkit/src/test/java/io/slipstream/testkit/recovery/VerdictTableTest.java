package io.slipstream.testkit.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.LogInspection;
import io.slipstream.RecoveryReport;
import io.slipstream.RecoveryReport.Tail;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.errors.CorruptSnapshotException;
import io.slipstream.errors.InvalidSnapshotFormatException;
import io.slipstream.errors.SnapshotDamageException;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LittleEndian;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The verdict table of docs/recovery.md, row by row, through every door of the engine: {@link LogInspection}, {@link
 * SnapshotView}, {@link Snapshot#load} and {@link SnapshotLog#open}. Every file begins with the same three sound records; the
 * row is about what follows them.
 */
class VerdictTableTest {
    private static final SnapshotLog.Context CONTEXT = new SnapshotLog.Context().segmentLength(4096);
    private static final byte[] ZEROS = new byte[16];
    private static final byte[] NO_UTF8 = Hex.parse("ff");
    private static final byte[] LONG_TOKEN = new byte[11];
    private static final RawRecord SURVIVOR = RawRecord.cursor(9);

    // Not sorted: what is rewritten in compact form differs from what is kept in place.
    private static final byte[] SOUND = new LogBuilder().header().put("b", "2", 1).put("a", "1", 2).cursor(3).toBytes();
    private static final ModelState STATE = new ModelState()
        .put(Utf8.encode("a"), Utf8.encode("1"), Token.of(2))
        .put(Utf8.encode("b"), Utf8.encode("2"), Token.of(1))
        .cursor(Token.of(3));
    private static final int RECORDS = 3;
    private static final int P = SOUND.length;

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;
    private LogFile log;

    @BeforeEach
    void createLogFile() throws IOException {
        log = LogFile.in(directory);
    }

    // ---- Row 1

    @Test
    void row01_shouldEndWhereTheFileEnds() throws IOException {
        log.holds(SOUND);
        assertFound(new Findings("some", 1, null, "clean", 0, 0, RECORDS, 2, hex(3), P, P, true, STATE.sha256()));
        assertShown(Tail.CLEAN, 1, 0);

        assertEquals(STATE, EngineState.of(Snapshot.load(log.path())));
        log.assertUntouched("a load");
        assertOpens(Tail.CLEAN, 1, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 5, 6, 7, 8, 4096, 100_000})
    void row01_shouldTakeOnlyZerosForSlack(final int length) throws IOException {
        log.holds(sound().slack(length));
        assertFound(
            new Findings("some", 1, null, "slack", 0, 0, RECORDS, 2, hex(3), P, P + length, true, STATE.sha256()));
        assertShown(Tail.SLACK, 1, 0);

        assertEquals(STATE, EngineState.of(Snapshot.load(log.path())));
        log.assertCleaned(SOUND, "a load cuts the slack and rewrites nothing");
        log.holds(sound().slack(length));
        assertOpens(Tail.SLACK, 1, 0);
    }

    @Test
    void row01_shouldTakeFourZerosForSlackAndNotForAPieceOfARecord() throws IOException {
        log.holds(sound().slack(4));
        assertEquals(LogInspection.Tail.SLACK, LogInspection.of(log.path()).tail());
        log.holds(sound().raw((byte) 0, (byte) 0, (byte) 0, (byte) 1));
        assertEquals(LogInspection.Tail.TORN, LogInspection.of(log.path()).tail());
    }

    // ---- Row 2

    @ParameterizedTest
    @ValueSource(strings = {"01", "0102", "010203", "01020304", "00000001", "ffffffff"})
    void row02_shouldDropFewerThanFiveBytes(final String tail) throws IOException {
        assertTorn(2, sound().raw(Hex.parse(tail)));
    }

    // ---- Row 3

    @Test
    void row03_shouldDropTypeZeroWithNoRecordBehindIt() throws IOException {
        assertTorn(3, sound().raw(Hex.parse("0100000000")));
        assertTorn(3, sound().slack(20).raw(Hex.parse("0102030405060708")));
        assertTorn(3, sound().slack(20).raw(cut(SURVIVOR, 1)));
    }

    @Test
    void row03_shouldRefuseTypeZeroBeforeARecord() throws IOException {
        assertCorrupted(3, 1, sound().slack(20).record(SURVIVOR), "record type 0");
        assertCorrupted(3, 1, sound().slack(5).record(SURVIVOR), "record type 0");
        assertCorrupted(3, 1, sound().raw(Hex.parse("0900000000")).record(SURVIVOR), "record type 0");
    }

    @Test
    void row03_shouldRefuseTypeZeroBeforeARecordWithAKeyThatIsNotUtf8() throws IOException {
        assertCorrupted(3, 1, sound().slack(20).delete(NO_UTF8, Token.none()), "record type 0");
    }

    @Test
    void row03_shouldCountSurvivorsWithoutOverlap() throws IOException {
        assertCorrupted(3, 3, sound().slack(20).record(withLogInside()).record(SURVIVOR).slack(5).record(SURVIVOR),
            "record type 0");
    }

    // ---- Row 4

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 127, 128, 255})
    void row04_shouldRefuseAnUnknownType(final int type) throws IOException {
        assertInvalid(4, sound().record(RawRecord.of(type, ZEROS)), "unknown record type " + type);
        assertInvalid(4, sound().record(RawRecord.of(type, ZEROS)).record(SURVIVOR), "unknown record type " + type);
    }

    @Test
    void row04_shouldRefuseAnUnknownTypeThatIsTheLastByte() throws IOException {
        assertInvalid(4, sound().record(RawRecord.of(4, new byte[0])), "unknown record type 4");
    }

    @Test
    void row04_shouldRefuseAnUnknownTypeWithAWrongCrc() throws IOException {
        assertInvalid(4, sound().record(RawRecord.of(9, ZEROS).crc(0)), "unknown record type 9");
    }

    // ---- Row 5

    @Test
    void row05_shouldDropARecordWhoseLengthFieldsAreCutOff() throws IOException {
        assertTorn(5, sound().record(RawRecord.of(RawRecord.PUT, new byte[0])));
        assertTorn(5, sound().record(RawRecord.of(RawRecord.PUT, new byte[1])));
        assertTorn(5, sound().record(RawRecord.of(RawRecord.PUT, Hex.parse("0000" + "000000"))));
        assertTorn(5, sound().record(RawRecord.of(RawRecord.PUT, Hex.parse("0000" + "00000000"))));
        assertTorn(5, sound().record(RawRecord.of(RawRecord.DELETE, new byte[0])));
        assertTorn(5, sound().record(RawRecord.of(RawRecord.DELETE, new byte[1])));
        assertTorn(5, sound().record(RawRecord.of(RawRecord.DELETE, Hex.parse("0000"))));
        assertTorn(5, sound().record(RawRecord.of(RawRecord.CURSOR, new byte[0])));
    }

    @Test
    void row05_shouldDropARecordWhoseLengthsPlaceALengthFieldPastTheEnd() throws IOException {
        assertTorn(5, sound().record(put().keyLength(65_535)));
        assertTorn(5, sound().record(put().valueLength(0xFFFF_FFFFL)));
        assertTorn(5, sound().record(RawRecord.delete("k", 1).keyLength(65_535)));
    }

    @Test
    void row05_shouldRefuseALengthFieldPastTheEndBeforeARecord() throws IOException {
        assertCorrupted(5, 1, sound().record(put().keyLength(65_535)).record(SURVIVOR),
            "length field past the end of the file", "type=PUT");
        assertCorrupted(5, 1, sound().record(put().valueLength(0xFFFF_FFFFL)).record(SURVIVOR),
            "length field past the end of the file", "type=PUT");
        assertCorrupted(5, 1, sound().record(RawRecord.delete("k", 1).keyLength(65_535)).record(SURVIVOR),
            "length field past the end of the file", "type=DELETE");
    }

    @Test
    void row05_shouldRefuseALengthFieldPastTheEndBeforeARecordAndSlack() throws IOException {
        assertCorrupted(5, 1, sound().record(put().valueLength(0x7FFF_FFFFL)).record(SURVIVOR).slack(50),
            "length field past the end of the file");
    }

    // ---- Row 6

    @Test
    void row06_shouldRefuseATokenOverTenBytes() throws IOException {
        assertInvalid(6, sound().put("k", ZEROS, LONG_TOKEN), "token too long: length=11 max=10", "type=PUT");
        assertInvalid(6, sound().delete(Utf8.encode("k"), LONG_TOKEN), "token too long: length=11", "type=DELETE");
        assertInvalid(6, sound().cursor(LONG_TOKEN), "token too long: length=11", "type=CURSOR");
        assertInvalid(6, sound().cursor(LONG_TOKEN).record(SURVIVOR), "token too long: length=11");
    }

    @Test
    void row06_shouldRefuseATokenOverTenBytesThatIsCutOff() throws IOException {
        assertInvalid(6, sound().record(RawRecord.cursor(1).tokenLength(255)), "token too long: length=255");
        assertInvalid(6, sound().record(RawRecord.of(RawRecord.CURSOR, new byte[] {11})), "token too long: length=11");
    }

    @Test
    void row06_shouldRefuseATokenOverTenBytesWithAWrongCrc() throws IOException {
        assertInvalid(6, sound().record(RawRecord.cursor(LONG_TOKEN).crc(0)).slack(9), "token too long: length=11");
    }

    @Test
    void row06_shouldTakeATokenOfTenBytes() throws IOException {
        log.holds(sound().cursor(new byte[10]));
        assertEquals("0".repeat(20), LogInspection.of(log.path()).cursor().toHex());
    }

    // ---- Row 7

    @Test
    void row07_shouldDropARecordThatIsCutOffInItsToken() throws IOException {
        assertTorn(7, sound().raw(cut(put(), 1)));
        assertTorn(7, sound().raw(cut(put(), 8)));
        assertTorn(7, sound().raw(cut(RawRecord.delete("k", 1), 1)));
        assertTorn(7, sound().raw(cut(RawRecord.cursor(1), 1)));
        assertTorn(7, sound().raw(cut(RawRecord.cursor(1), 8)));
    }

    @Test
    void row07_shouldRefuseARecordCutOffInItsTokenIfItsValueHoldsRecords() throws IOException {
        assertCorrupted(7, 2, sound().raw(cut(withLogInside(), 1)), "record past the end of the file", "type=PUT");
    }

    @Test
    void row07_shouldRefuseARecordThatReachesPastTheEndBeforeARecord() throws IOException {
        // The value swallows all but the last byte of the survivor, and that one says: a token of 9 bytes.
        final LogBuilder file = sound().record(put()).record(SURVIVOR);
        final int valueOffset = P + 4 + 1 + 2 + 1 + 4;
        final byte[] inflated = Damage.withValueLength(file.toBytes(), P, file.length() - valueOffset - 1);
        assertCorrupted(7, 1, inflated, "record past the end of the file: recordLength=", "type=PUT");
    }

    // ---- Row 8

    @Test
    void row08_shouldDropAnAppendThatWasNeverCommitted() throws IOException {
        assertTorn(8, sound().record(put().crc(0)));
        assertTorn(8, sound().record(put().crc(0)).slack(1));
        assertTorn(8, sound().record(put().crc(0)).slack(5000));
        assertTorn(8, sound().record(RawRecord.delete("k", 1).crc(0)).slack(7));
        assertTorn(8, sound().record(RawRecord.cursor(1).crc(0)).slack(7));
    }

    @Test
    void row08_shouldDropAnAppendAtEveryStageBeforeItsCommit() throws IOException {
        assertTorn(8, sound().raw(Hex.parse("00000000" + "01")).slack(40));
        assertTorn(8, sound().raw(Hex.parse("00000000" + "01" + "0300")).slack(40));
        assertTorn(8, sound().raw(Hex.parse("00000000" + "01" + "0300" + "000000" + "02000000")).slack(40));
        assertTorn(8, sound().raw(Hex.parse("00000000" + "02" + "0300")).slack(40));
        assertTorn(8, sound().raw(Hex.parse("00000000" + "03")).slack(40));
        assertTorn(8, sound().raw(Hex.parse("00000000" + "03" + "08")).slack(40));
        assertTorn(8, sound().raw(Hex.parse("00000000" + "03" + "08" + "0000000000")).slack(40));
    }

    @Test
    void row08_shouldNotLookForSurvivorsInAnAppendThatWasNeverCommitted() throws IOException {
        assertTorn(8, sound().record(withLogInside().crc(0)));
        assertTorn(8, sound().record(withLogInside().crc(0)).slack(7));
    }

    @Test
    void row08_shouldKeepARecordWhoseRightCrcIsZero() throws IOException {
        final LogBuilder file = sound().cursor(Hex.parse("b88f4000"));
        assertEquals(0, LittleEndian.u32(file.toBytes(), P));
        log.holds(file.slack(3));
        assertEquals("b88f4000", LogInspection.of(log.path()).cursor().toHex());
    }

    // ---- Row 9

    @Test
    void row09_shouldDropAWrongCrcThatOnlyZerosFollow() throws IOException {
        assertTorn(9, sound().record(put().brokenCrc()));
        assertTorn(9, sound().record(put().brokenCrc()).slack(1));
        assertTorn(9, sound().record(put().brokenCrc()).slack(600));
    }

    @Test
    void row09_shouldDropAWrongCrcThatFewerThanSixBytesFollow() throws IOException {
        assertTorn(9, sound().record(put().brokenCrc()).raw(Hex.parse("01")));
        assertTorn(9, sound().record(put().brokenCrc()).raw(Hex.parse("0102030405")));
        assertTorn(9, sound().record(put().crc(0)).raw(Hex.parse("0000000001")));
    }

    @Test
    void row09_shouldRefuseAWrongCrcThatSixBytesFollow() throws IOException {
        assertCorrupted(9, 0, sound().record(put().brokenCrc()).raw(Hex.parse("010203040506")),
            "crc mismatch", "type=PUT");
        assertCorrupted(9, 0, sound().record(put().crc(0)).raw(Hex.parse("000000000001")), "crc mismatch");
        assertCorrupted(9, 0, sound().record(RawRecord.cursor(1).brokenCrc()).raw(Hex.parse("000000000001")).slack(9),
            "crc mismatch", "type=CURSOR");
    }

    @Test
    void row09_shouldRefuseAWrongCrcBeforeARecord() throws IOException {
        assertCorrupted(9, 1, sound().record(put().brokenCrc()).record(SURVIVOR), "crc mismatch");
        assertCorrupted(9, 1, sound().record(put().brokenCrc()).cursor(Token.none()), "crc mismatch");
        assertCorrupted(9, 1, sound().record(put().brokenCrc()).record(SURVIVOR).slack(99), "crc mismatch");
    }

    @Test
    void row09_shouldRefuseAWrongCrcOfARecordWhoseValueHoldsRecords() throws IOException {
        assertCorrupted(9, 2, sound().record(withLogInside().brokenCrc()), "crc mismatch");
        assertCorrupted(9, 2, sound().record(withLogInside().brokenCrc()).slack(7), "crc mismatch");
    }

    @Test
    void row09_shouldSayWhichCrcWasExpectedAndWhichWasThere() throws IOException {
        assertCorrupted(9, 1, sound().record(RawRecord.cursor(Hex.parse("b88f4000")).crc(0xFEDC_BA98L)).record(SURVIVOR),
            "expected=0x0", "actual=0xfedcba98");
    }

    // ---- Row 10

    @ParameterizedTest
    @ValueSource(strings = {
        "ff", "80", "c0af", "c1bf", "c2", "e08080", "e09f80", "eda080", "edbfbf", "e282", "f0808080", "f08f8080", "f4908080",
        "f5808080", "f09f98", "61ff", "6161616161616161ff", "c3a9c3"})
    void row10_shouldRefuseAKeyThatIsNotUtf8(final String key) throws IOException {
        assertInvalid(10, sound().put(Hex.parse(key), ZEROS, Token.of(1)), "key is not UTF-8", "type=PUT");
        assertInvalid(10, sound().delete(Hex.parse(key), Token.of(1)), "key is not UTF-8", "type=DELETE");
    }

    @Test
    void row10_shouldRefuseAKeyThatIsNotUtf8WhateverFollows() throws IOException {
        assertInvalid(10, sound().delete(NO_UTF8, Token.none()).slack(99), "key is not UTF-8");
        assertInvalid(10, sound().delete(NO_UTF8, Token.none()).record(SURVIVOR), "key is not UTF-8");
    }

    // ---- The first row that fits decides

    @Test
    void row01_shouldDecideBeforeRow02AndRow03() throws IOException {
        log.holds(sound().slack(3));
        assertEquals(1, LogInspection.of(log.path()).rule());
        log.holds(sound().slack(30));
        assertEquals(1, LogInspection.of(log.path()).rule());
    }

    @Test
    void row04_shouldDecideBeforeRow05() throws IOException {
        assertInvalid(4, sound().raw(Hex.parse("01020304" + "04")), "unknown record type 4");
    }

    @Test
    void row06_shouldDecideBeforeRow07() throws IOException {
        assertInvalid(6, sound().raw(Hex.parse("01020304" + "03" + "0b")), "token too long");
    }

    @Test
    void row09_shouldDecideBeforeRow10() throws IOException {
        assertTorn(9, sound().record(RawRecord.delete(NO_UTF8, Token.none()).brokenCrc()));
    }

    // ---- The header

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void header_shouldRefuseAFileShorterThanTheHeader(final int length) throws IOException {
        log.holds(Arrays.copyOf(SOUND, length));
        assertRefusedByReaders(InvalidSnapshotFormatException.class, 0, 0, length, "header", "found=" + length);
        assertFound(new Findings("invalid", 0, 0L, null, 0, 0, 0, 0, "", 0, length, true, null));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void header_shouldBeCompletedByAWriter(final int length) throws IOException {
        log.holds(Arrays.copyOf(SOUND, length));
        try (SnapshotLog opened = SnapshotLog.open(log.path(), CONTEXT)) {
            assertEquals(new RecoveryReport(Tail.NEW, 0, 6, 0, 0, 0, null), opened.recovery());
        }
        log.assertCleaned(Arrays.copyOf(SOUND, 6), "open");
    }

    @Test
    void header_shouldNotBeCompletedIfItIsTheStartOfAnother() throws IOException {
        assertInvalid(0, Hex.parse("50475300"), "header");
        assertInvalid(0, Hex.parse("00"), "header");
        assertInvalid(0, Hex.parse("5047535303"), "header");
    }

    @Test
    void header_shouldBeRefusedForAWrongMagic() throws IOException {
        assertInvalid(0, Damage.overwrite(SOUND, 3, (byte) 'T'), "wrong magic", "50475354");
        assertInvalid(0, new byte[4096], "wrong magic", "00000000");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 512, 65_535})
    void header_shouldBeRefusedForAnotherVersion(final int version) throws IOException {
        assertInvalid(0, Damage.overwrite(SOUND, 4, LittleEndian.ofU16(version)),
            "version", "found=" + version, "supported=2");
    }

    // ---- What each verdict means, through every door

    private void assertTorn(final int row, final LogBuilder file) throws IOException {
        final int dropped = file.length() - P;
        log.holds(file);
        assertFound(new Findings(
            "some", row, null, "torn", dropped, 0, RECORDS, 2, hex(3), P, file.length(), true, STATE.sha256()));
        assertNull(LogInspection.of(log.path()).message(), "a torn tail is no error");
        assertShown(Tail.TORN, row, dropped);

        assertEquals(STATE, EngineState.of(Snapshot.load(log.path())));
        log.assertCleaned(STATE.compactForm(), "a load");
        log.holds(file);
        assertOpens(Tail.TORN, row, dropped);
    }

    private void assertCorrupted(final int row, final int survivors, final LogBuilder file, final String... message)
        throws IOException {
        assertCorrupted(row, survivors, file.toBytes(), message);
    }

    private void assertCorrupted(final int row, final int survivors, final byte[] file, final String... message)
        throws IOException {
        log.holds(file);
        assertFound(new Findings("corrupted", row, (long) P, null, 0, survivors, RECORDS, 2, hex(3), P, file.length, true,
            null));
        assertRefusedByReaders(CorruptSnapshotException.class, row, P, file.length, message);
        assertRefused(CorruptSnapshotException.class, row, P, file.length,
            () -> SnapshotLog.open(log.path(), CONTEXT), message);

        final CorruptSnapshotException refusal =
            assertThrows(CorruptSnapshotException.class, () -> SnapshotView.open(log.path()));
        assertEquals(survivors, refusal.survivors());
        assertContains(refusal.getMessage(), "survivors=" + survivors);
    }

    private void assertInvalid(final int row, final LogBuilder file, final String... message) throws IOException {
        assertInvalid(row, file.toBytes(), message);
    }

    private void assertInvalid(final int row, final byte[] file, final String... message) throws IOException {
        log.holds(file);
        final boolean header = row == 0;
        final int offset = header ? 0 : P;
        assertFound(new Findings("invalid", row, (long) offset, null, 0, 0, header ? 0 : RECORDS, header ? 0 : 2,
            header ? "" : hex(3), offset, file.length, true, null));
        assertRefusedByReaders(InvalidSnapshotFormatException.class, row, offset, file.length, message);
        assertRefused(InvalidSnapshotFormatException.class, row, offset, file.length,
            () -> SnapshotLog.open(log.path(), CONTEXT), message);
    }

    private void assertFound(final Findings expected) throws IOException {
        assertEquals(expected, Findings.of(LogInspection.of(log.path())));
        log.assertUntouched("an inspection");
    }

    private void assertShown(final Tail tail, final int row, final int dropped) throws IOException {
        try (SnapshotView view = SnapshotView.open(log.path())) {
            assertEquals(new RecoveryReport(tail, row, P, dropped, 0, RECORDS, null), view.recovery());
            assertEquals(dropped == 0, view.recovery().isClean());
            assertEquals(STATE, EngineState.of(view));
        }
        log.assertUntouched("a view");
    }

    private void assertOpens(final Tail tail, final int row, final int dropped) throws IOException {
        try (SnapshotLog opened = SnapshotLog.open(log.path(), CONTEXT)) {
            assertEquals(new RecoveryReport(tail, row, P, dropped, 0, RECORDS, null), opened.recovery());
            assertEquals(P, opened.length());
            try (SnapshotView view = opened.view()) {
                assertEquals(STATE, EngineState.of(view));
            }
        }
        log.assertCleaned(SOUND, "open cuts in place");
    }

    private void assertRefusedByReaders(
        final Class<? extends SnapshotDamageException> type, final int row, final int offset, final int fileLength,
        final String... message) throws IOException {
        assertRefused(type, row, offset, fileLength, () -> SnapshotView.open(log.path()), message);
        assertRefused(type, row, offset, fileLength, () -> Snapshot.load(log.path()), message);
        assertMessage(LogInspection.of(log.path()).message(), row, offset, fileLength, message);
    }

    private void assertRefused(
        final Class<? extends SnapshotDamageException> type, final int row, final int offset, final int fileLength,
        final Executable door, final String... message) throws IOException {
        final SnapshotDamageException refusal = assertThrows(type, door);
        assertEquals(row, refusal.rule());
        assertEquals(offset, refusal.offset());
        assertEquals(log.path(), refusal.file());
        assertMessage(refusal.getMessage(), row, offset, fileLength, message);
        log.assertUntouched("refused");
    }

    private void assertMessage(
        final String actual, final int row, final int offset, final int fileLength, final String... parts) {
        assertContains(actual, "file=" + log.path() + " ");
        assertContains(actual, "offset=" + offset + " ");
        assertContains(actual, "length=" + fileLength);
        assertContains(actual, "file unchanged");
        assertContains(actual, row == 0 ? "docs/recovery.md, header" : "docs/recovery.md, row " + row + ")");
        for (final String part : parts) {
            assertContains(actual, part);
        }
    }

    private static void assertContains(final String text, final String part) {
        assertTrue(text.contains(part), () -> "no \"" + part + "\" in: " + text);
    }

    private static LogBuilder sound() {
        return new LogBuilder().raw(SOUND);
    }

    private static RawRecord put() {
        return RawRecord.put("k", "value", 7);
    }

    /** A put whose value is two records. */
    private static RawRecord withLogInside() {
        return RawRecord.put(
            Utf8.encode("k"), new LogBuilder().put("inner", "x", 8).cursor(9).toBytes(), Token.of(7));
    }

    private static byte[] cut(final RawRecord record, final int bytes) {
        final byte[] whole = record.toBytes();
        return Arrays.copyOf(whole, whole.length - bytes);
    }

    private static String hex(final long token) {
        return Hex.of(Token.of(token));
    }
}
