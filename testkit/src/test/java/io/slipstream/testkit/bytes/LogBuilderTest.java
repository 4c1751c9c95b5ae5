package io.slipstream.testkit.bytes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class LogBuilderTest {
    @Test
    void shouldWriteTheHeader() {
        assertEquals("50475353" + "0200", Hex.of(new LogBuilder().header().toBytes()));
        assertEquals(LogBuilder.HEADER_LENGTH, new LogBuilder().header().length());
    }

    @Test
    void shouldWriteAPut() {
        assertEquals(
            "69b16e80" + "01" + "0100" + "61" + "02000000" + "7631" + "08" + "0000000000000001",
            Hex.of(new LogBuilder().put("a", "v1", 1).toBytes()));
    }

    @Test
    void shouldWriteADelete() {
        assertEquals(
            "4a2379e8" + "02" + "0100" + "61" + "08" + "0000000000000003",
            Hex.of(new LogBuilder().delete("a", 3).toBytes()));
    }

    @Test
    void shouldWriteACursor() {
        assertEquals("fb4162c4" + "03" + "08" + "0000000000000001", Hex.of(new LogBuilder().cursor(1).toBytes()));
    }

    @Test
    void shouldKnowWhereEachRecordWent() {
        final LogBuilder log = new LogBuilder().header().put("a", "v1", 1).raw((byte) 9).cursor(Token.none()).slack(3);

        assertEquals(2, log.recordCount());
        assertEquals(6, log.offsetOf(0));
        assertEquals(29, log.endOf(0));
        assertEquals(30, log.offsetOf(1));
        assertEquals(36, log.endOf(1));
        assertEquals(39, log.length());
        assertEquals(39, log.toBytes().length);
    }

    @Test
    void shouldWriteWhatALyingRecordClaims() {
        assertEquals(
            "04000000" + "07" + "0500" + "61" + "ffffffff" + "62" + "0b" + "63",
            Hex.of(RawRecord.put(Utf8.encode("a"), Utf8.encode("b"), Utf8.encode("c"))
                .type(7).keyLength(5).valueLength(0xFFFF_FFFFL).tokenLength(11).crc(4).toBytes()));
    }

    @Test
    void shouldVouchForALieUnlessToldOtherwise() {
        final byte[] lie = RawRecord.cursor(1).tokenLength(3).toBytes();
        assertEquals(Crc.of(lie, 4, lie.length), LittleEndian.u32(lie, 0));
    }

    @Test
    void shouldBreakOnlyTheCrc() {
        final byte[] sound = RawRecord.delete("a", 3).toBytes();
        assertArrayEquals(Damage.flipBit(sound, 0), RawRecord.delete("a", 3).brokenCrc().toBytes());
    }

    @Test
    void shouldWriteAnyPayloadUnderAnyType() {
        final byte[] bytes = RawRecord.of(255, Hex.parse("0102")).toBytes();
        assertEquals("ff0102", Hex.of(bytes).substring(8));
    }

    @Test
    void shouldRefuseToClaimALengthTheRecordHasNoFieldFor() {
        assertThrows(IllegalStateException.class, () -> RawRecord.cursor(1).keyLength(3));
        assertThrows(IllegalStateException.class, () -> RawRecord.delete("a", 1).valueLength(3));
    }
}
