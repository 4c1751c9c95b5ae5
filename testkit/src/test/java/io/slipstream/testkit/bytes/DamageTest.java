package io.slipstream.testkit.bytes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.slipstream.testkit.bytes.Damage.Damaged;
import java.util.List;
import org.junit.jupiter.api.Test;

class DamageTest {
    private static final byte[] FILE = {1, 2, 3, 4};

    @Test
    void shouldFlipTheLowestBitOfAByteFirst() {
        assertArrayEquals(new byte[] {0, 2, 3, 4}, Damage.flipBit(FILE, 0));
        assertArrayEquals(new byte[] {1, (byte) 0x82, 3, 4}, Damage.flipBit(FILE, 15));
    }

    @Test
    void shouldCutAndExtend() {
        assertArrayEquals(new byte[] {1, 2, 3}, Damage.cutAt(FILE, 3));
        assertArrayEquals(new byte[] {1, 2, 3, 4, 0, 0}, Damage.withSlack(FILE, 2));
        assertThrows(IllegalArgumentException.class, () -> Damage.cutAt(FILE, 5));
    }

    @Test
    void shouldZeroARange() {
        assertArrayEquals(new byte[] {1, 0, 0, 4}, Damage.zero(FILE, 1, 3));
    }

    @Test
    void shouldOverwriteAndGrow() {
        final byte[] bytes = {8, 9};
        assertArrayEquals(new byte[] {1, 8, 9, 4}, Damage.overwrite(FILE, 1, bytes));
        assertArrayEquals(new byte[] {1, 2, 3, 8, 9}, Damage.overwrite(FILE, 3, bytes));
    }

    @Test
    void shouldInsertRemoveAndSplice() {
        final byte[] bytes = {8, 9};
        assertArrayEquals(new byte[] {1, 8, 9, 2, 3, 4}, Damage.insert(FILE, 1, bytes));
        assertArrayEquals(new byte[] {1, 4}, Damage.remove(FILE, 1, 3));
        assertArrayEquals(new byte[] {1, 2, 8, 9}, Damage.splice(FILE, 2, 4, bytes));
        assertArrayEquals(new byte[] {8, 9, 2, 3, 4}, Damage.splice(FILE, 0, 1, bytes));
    }

    @Test
    void shouldTransplantARange() {
        assertArrayEquals(new byte[] {6, 7, 3, 4}, Damage.transplant(new byte[] {5, 6, 7}, 1, 3, FILE, 0));
    }

    @Test
    void shouldLeaveItsInputAlone() {
        final byte[] file = {1, 2, 3, 4};
        Damage.zero(file, 0, 4);
        Damage.overwrite(file, 0, (byte) 9);
        Damage.everyBitFlipped(file).forEach(damaged -> { });
        assertArrayEquals(FILE, file);
    }

    @Test
    void shouldChangeOneLengthFieldAndLeaveTheCrc() {
        final LogBuilder log = new LogBuilder().header().put("k", "vv", 1).delete("k", 2).cursor(2);
        final byte[] file = log.toBytes();

        assertArrayEquals(
            rebuilt(RawRecord.put("k", "vv", 1).keyLength(65_535), log, 0), Damage.withKeyLength(file, 6, 65_535));
        assertArrayEquals(
            rebuilt(RawRecord.put("k", "vv", 1).valueLength(1L << 31), log, 0),
            Damage.withValueLength(file, 6, 1L << 31));
        assertArrayEquals(
            rebuilt(RawRecord.put("k", "vv", 1).tokenLength(255), log, 0), Damage.withTokenLength(file, 6, 255));
        assertArrayEquals(
            rebuilt(RawRecord.delete("k", 2).tokenLength(11), log, 1),
            Damage.withTokenLength(file, log.offsetOf(1), 11));
        assertArrayEquals(
            rebuilt(RawRecord.cursor(2).tokenLength(0), log, 2), Damage.withTokenLength(file, log.offsetOf(2), 0));
    }

    @Test
    void shouldRefuseALengthFieldTheRecordDoesNotHave() {
        final byte[] file = new LogBuilder().header().cursor(1).toBytes();
        assertThrows(IllegalArgumentException.class, () -> Damage.withKeyLength(file, 6, 1));
        assertThrows(IllegalArgumentException.class, () -> Damage.withValueLength(file, 6, 1));
    }

    @Test
    void shouldResealARecord() {
        final LogBuilder log = new LogBuilder().header().record(RawRecord.put("k", "v", 1).brokenCrc()).cursor(1);
        assertArrayEquals(
            new LogBuilder().header().put("k", "v", 1).cursor(1).toBytes(),
            Damage.reseal(log.toBytes(), log.offsetOf(0), log.endOf(0)));
    }

    @Test
    void shouldEnumerateEveryBit() {
        final List<Damaged> all = Damage.everyBitFlipped(FILE).toList();
        assertEquals(32, all.size());
        assertEquals(32, all.stream().map(damaged -> Hex.of(damaged.bytes())).distinct().count());
        assertEquals("bit 1 of byte 1 flipped", all.get(9).toString());
        assertArrayEquals(new byte[] {1, 0, 3, 4}, all.get(9).bytes());
        assertEquals(8, Damage.everyBitFlipped(FILE, 2, 3).count());
    }

    @Test
    void shouldEnumerateEveryCut() {
        assertEquals(
            List.of("", "01", "0102", "010203"),
            Damage.everyCut(FILE).map(damaged -> Hex.of(damaged.bytes())).toList());
    }

    @Test
    void shouldEnumerateEveryZeroedRunThatChangesSomething() {
        final byte[] file = {1, 0, 3};
        assertEquals(
            List.of("000003", "010000"),
            Damage.everyZeroedRun(file, 1).map(damaged -> Hex.of(damaged.bytes())).toList());
        assertEquals(
            List.of("zeroed from 0 to 1", "zeroed from 2 to 3", "zeroed from 0 to 2", "zeroed from 1 to 3",
                "zeroed from 0 to 3"),
            Damage.everyZeroedRun(file).map(Damaged::what).toList());
    }

    /** The log with one record replaced by another of the same length; the crc is that of the sound one. */
    private static byte[] rebuilt(final RawRecord record, final LogBuilder log, final int index) {
        final long soundCrc = LittleEndian.u32(log.toBytes(), log.offsetOf(index));
        return Damage.overwrite(log.toBytes(), log.offsetOf(index), record.crc(soundCrc).toBytes());
    }
}
