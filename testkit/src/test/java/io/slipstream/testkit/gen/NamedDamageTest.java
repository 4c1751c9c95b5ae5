package io.slipstream.testkit.gen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LittleEndian;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.model.ModelJudge;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each damage does what its name says, and nothing where there is nothing to damage. */
class NamedDamageTest {
    private static final byte[] SOUND =
        new LogBuilder().header().put("a", "1", 1).delete("ab", 2).put("b", "22", 3).cursor(3).toBytes();

    /** A damage as its line, and the file it makes of {@link #SOUND}. */
    record Case(String line, byte[] expected) {
        @Override
        public String toString() {
            return line.replace('\t', ' ');
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
            new Case("slack\t2", sound().slack(2).toBytes()),
            new Case("cut\t7", Arrays.copyOf(SOUND, 7)),
            new Case("cut\t" + (SOUND.length + 7), Arrays.copyOf(SOUND, 7)),
            new Case("crop\t3", Arrays.copyOf(SOUND, SOUND.length - 3)),
            new Case("crop\t999", new byte[0]),
            new Case("tear\t5", Arrays.copyOf(SOUND, sound().offsetOf(3) + 5)),
            new Case("flip\t48", with(6, SOUND[6] ^ 1)),
            new Case("flip\t" + (8 * SOUND.length + 49), with(6, SOUND[6] ^ 2)),
            new Case("zero\t0\t1", with(0, 0)),
            new Case("splice\t0\t4\t", Arrays.copyOfRange(SOUND, 4, SOUND.length)),
            new Case("splice\t0\t0\t07", new LogBuilder().raw((byte) 7).raw(SOUND).toBytes()),
            new Case("transplant\t0\t1\t1", with(1, 'P')),
            new Case("key-length\t1\t5", lied(RawRecord.delete("ab", 2).keyLength(5), RawRecord.delete("ab", 2))),
            new Case("value-length\t0\t4294967295", new LogBuilder().header()
                .record(RawRecord.put("a", "1", 1).valueLength(0xFFFF_FFFFL).crc(crcAt(0))).raw(rest(1)).toBytes()),
            new Case("token-length\t0\t11", new LogBuilder().header()
                .record(RawRecord.put("a", "1", 1).tokenLength(11).crc(crcAt(0))).raw(rest(1)).toBytes()),
            new Case("type\t0\t2", new LogBuilder().header()
                .record(RawRecord.put("a", "1", 1).type(2).crc(crcAt(0))).raw(rest(1)).toBytes()),
            new Case("crc\t0\t1", new LogBuilder().header().record(RawRecord.put("a", "1", 1).brokenCrc()).raw(rest(1)).toBytes()),
            new Case("bad-key\t0\t0\t255", new LogBuilder().header()
                .put(new byte[] {(byte) 0xFF}, new byte[] {'1'}, new byte[] {0, 0, 0, 0, 0, 0, 0, 1}).raw(rest(1)).toBytes()),
            new Case("header\t5047535303", with(4, 3)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void shouldDoWhatItsNameSays(final Case damage) {
        assertArrayEquals(damage.expected(), NamedDamage.parse(damage.line()).applyTo(SOUND));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void shouldPrintAsItWasRead(final Case damage) {
        assertEquals(damage.line(), NamedDamage.parse(damage.line()).toScript());
    }

    @Test
    void shouldStretchAValueToTheEndAndClaimATokenBehindIt() {
        final byte[] stretched = NamedDamage.parse("stretch\t0\t9").applyTo(SOUND);

        assertArrayEquals(new LogBuilder().header()
            .record(RawRecord.put("a", "1", 1).valueLength(SOUND.length - 18L).crc(crcAt(0))).raw(rest(1)).raw((byte) 9).toBytes(), stretched);
        assertEquals(7, ModelJudge.judge(stretched).row());
    }

    /** In a record: crc, type, key length, a key, value length, a value of two, version length, version. */
    @Test
    void shouldLeaveAnAppendAfterAnyOfItsStores() {
        final byte[] log = new LogBuilder().header().put("a", "22", -1).toBytes();
        final String[] records = {
            "0000000000000000000000000000000000000000000000", "0000000001000000000000000000000000000000000000",
            "0000000001010000000000000000000000000000000000", "0000000001010000020000000000000000000000000000",
            "0000000001010000020000000000080000000000000000", "0000000001010061020000000000080000000000000000",
            "0000000001010061020000003200080000000000000000", "0000000001010061020000003232080000000000000000",
            "000000000101006102000000323208ff00000000000000"};
        for (int stores = 0; stores < records.length; stores++) {
            final byte[] expected = new LogBuilder().header().raw(Hex.parse(records[stores])).toBytes();
            assertArrayEquals(expected, NamedDamage.parse("uncommitted\t" + stores).applyTo(log), "stores=" + stores);
        }
    }

    @Test
    void shouldStoreTheLengthsOfADeleteAndACursorInTheirOrder() {
        final byte[] delete = new LogBuilder().header().delete("a", 1).toBytes();
        final byte[] cursor = new LogBuilder().header().cursor(1).toBytes();

        assertArrayEquals(new LogBuilder().header().raw(Hex.parse("00000000020100000000000000000000" + "00")).toBytes(),
            NamedDamage.parse("uncommitted\t2").applyTo(delete));
        assertArrayEquals(new LogBuilder().header().raw(Hex.parse("0000000003080000000000000000")).toBytes(),
            NamedDamage.parse("uncommitted\t2").applyTo(cursor));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "tear\t3", "key-length\t0\t1", "value-length\t0\t1", "token-length\t0\t1", "stretch\t0\t1", "type\t0\t9", "crc\t0\t1", "bad-key\t0\t0\t255",
        "uncommitted\t1"})
    void shouldDoNothingToALogWithoutARecord(final String line) {
        final byte[] empty = new LogBuilder().header().toBytes();
        assertArrayEquals(empty, NamedDamage.parse(line).applyTo(empty));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut\t3", "crop\t3", "tear\t3", "flip\t3", "zero\t3\t3", "splice\t3\t3\t", "transplant\t3\t3\t3", "type\t0\t9"})
    void shouldDoNothingToAnEmptyFile(final String line) {
        assertArrayEquals(new byte[0], NamedDamage.parse(line).applyTo(new byte[0]));
    }

    @Test
    void shouldBeEqualWhereItReadsTheSame() {
        assertEquals(NamedDamage.parse("splice\t1\t2\tff"), NamedDamage.parse("splice\t1\t2\tff"));
        assertEquals(NamedDamage.parse("header\tff").hashCode(), NamedDamage.parse("header\tff").hashCode());
        assertFalse(NamedDamage.parse("splice\t1\t2\tff").equals(NamedDamage.parse("splice\t1\t2\tfe")));
        assertFalse(NamedDamage.parse("header\tff").equals(NamedDamage.parse("header\tfe")));
    }

    private static LogBuilder sound() {
        return new LogBuilder().header().put("a", "1", 1).delete("ab", 2).put("b", "22", 3).cursor(3);
    }

    private static byte[] lied(final RawRecord lie, final RawRecord truth) {
        final byte[] crc = Arrays.copyOf(truth.toBytes(), 4);
        final byte[] record = lie.toBytes();
        System.arraycopy(crc, 0, record, 0, crc.length);
        return new LogBuilder().header().put("a", "1", 1).raw(record).raw(rest(2)).toBytes();
    }

    /** The sound crc of a record. */
    private static long crcAt(final int record) {
        return LittleEndian.u32(SOUND, sound().offsetOf(record));
    }

    /** The sound file from a record on. */
    private static byte[] rest(final int record) {
        return Arrays.copyOfRange(SOUND, sound().offsetOf(record), SOUND.length);
    }

    private static byte[] with(final int at, final int value) {
        final byte[] file = SOUND.clone();
        file[at] = (byte) value;
        return file;
    }
}
