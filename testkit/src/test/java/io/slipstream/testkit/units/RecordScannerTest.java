package io.slipstream.testkit.units;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.format.RecordFlyweight;
import io.slipstream.replay.RecordScanner;
import io.slipstream.storage.ByteSource;
import io.slipstream.testkit.bytes.Crc;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LittleEndian;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One look at one position: rows 2 to 7, 9 and 10 of docs/recovery.md, at every length the end can have, and around the window. */
class RecordScannerTest {
    private static final int WINDOW_LENGTH = 1 << 17;
    private static final int FRAME_LENGTH = 12; // of a put without key, value and version

    /** Bytes, and the ranges of them that were asked for. */
    private static final class Reads implements ByteSource {
        private final byte[] bytes;
        private final List<Integer> lengths = new ArrayList<>();

        Reads(final byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void copy(final long position, final byte[] target, final int offset, final int length) {
            lengths.add(length);
            System.arraycopy(bytes, Math.toIntExact(position), target, offset, length);
        }
    }

    private static RecordScanner on(final byte[] bytes, final int limit) {
        return new RecordScanner().reset(new Reads(bytes), limit);
    }

    private static int scan(final byte[] bytes) throws IOException {
        return on(bytes, bytes.length).scan(0);
    }

    private static byte[] putOfLength(final int length) {
        final byte[] value = new byte[length - FRAME_LENGTH];
        new Random(length).nextBytes(value);
        return RawRecord.put(new byte[0], value, Token.none()).toBytes();
    }

    static Stream<RawRecord> records() {
        return Stream.of(
            RawRecord.put("", "", 1),
            RawRecord.put("key", "value", 1),
            RawRecord.put("é", "v", 1).type(1),
            RawRecord.put(Hex.parse("6b"), new byte[0], Token.none()),
            RawRecord.delete("key", 1),
            RawRecord.delete(new byte[0], Token.none()),
            RawRecord.cursor(7),
            RawRecord.cursor(Hex.parse("00010203040506070809")),
            RawRecord.cursor(Token.none()));
    }

    // How far a record's lengths reach, told without the engine: each length field counts only where those before it are there.
    private static int rowOfCut(final byte[] record, final int length) {
        if (length < 5) {
            return 2;
        }
        final int type = LittleEndian.u8(record, 4);
        if (type == 3) {
            return length < 6 ? 5 : 7;
        }
        if (length < 7) {
            return 5;
        }
        int tokenLengthAt = 7 + LittleEndian.u16(record, 5);
        if (type == 1) {
            if (length < tokenLengthAt + 4) {
                return 5;
            }
            tokenLengthAt += 4 + (int) LittleEndian.u32(record, tokenLengthAt);
        }
        return length < tokenLengthAt + 1 ? 5 : 7;
    }

    @ParameterizedTest
    @MethodSource("records")
    void shouldTellARecordCutAnywhere(final RawRecord record) throws IOException {
        final byte[] bytes = record.toBytes();
        for (int length = 0; length < bytes.length; length++) {
            assertEquals(rowOfCut(bytes, length), on(bytes, length).scan(0), "length " + length);
        }
        assertEquals(0, scan(bytes));
    }

    @ParameterizedTest
    @MethodSource("records")
    void shouldTellWhereTheRecordAndItsPartsLie(final RawRecord record) throws IOException {
        final byte[] bytes = record.toBytes();
        final int at = 9;
        final RecordScanner scanner = on(new LogBuilder().slack(at).raw(bytes).raw((byte) 1).toBytes(), at + bytes.length + 1);
        assertEquals(0, scanner.scan(at));
        assertEquals(bytes.length, scanner.recordLength());
        assertEquals(bytes[4], scanner.recordType());
        assertEquals((int) Crc.of(bytes, 4, bytes.length), scanner.storedCrc());
        assertEquals(scanner.storedCrc(), scanner.computedCrc());
        final RecordFlyweight found = scanner.record(at);
        assertEquals(at, found.position());
        assertEquals(bytes.length, found.length());
        assertEquals(bytes[4], found.type());
        assertEquals(at + bytes.length - found.tokenLength(), found.tokenPosition());
        assertEquals(scanner.tokenLength(), found.tokenLength());
        final int keyLength = bytes[4] == 3 ? 0 : LittleEndian.u16(bytes, 5);
        assertEquals(keyLength, found.keyLength());
        for (int i = 0; i < keyLength; i++) {
            assertEquals(bytes[7 + i], found.buffer().getByte(found.keyOffset() + i));
        }
        if (bytes[4] == 1) {
            assertEquals(LittleEndian.u32(bytes, 7 + keyLength), found.valueLength());
            assertEquals(at + 7 + keyLength + 4, found.valuePosition());
        } else {
            assertEquals(0, found.valueLength());
        }
    }

    @ParameterizedTest
    @MethodSource("records")
    void shouldTellEveryFlippedBitOfACrcAsAMismatch(final RawRecord record) throws IOException {
        final byte[] bytes = record.toBytes();
        for (int bit = 0; bit < 32; bit++) {
            final byte[] broken = Damage.flipBit(bytes, bit);
            final RecordScanner scanner = on(broken, broken.length);
            assertEquals(9, scanner.scan(0));
            assertEquals((int) LittleEndian.u32(broken, 0), scanner.storedCrc());
            assertEquals((int) Crc.of(bytes, 4, bytes.length), scanner.computedCrc());
        }
    }

    @Test
    void shouldTellTypesThatAreNone() throws IOException {
        assertEquals(3, scan(RawRecord.put("k", "v", 1).type(0).toBytes()));
        assertEquals(4, scan(RawRecord.put("k", "v", 1).type(4).toBytes()));
        final byte[] last = RawRecord.put("k", "v", 1).type(255).toBytes();
        final RecordScanner scanner = on(last, last.length);
        assertEquals(4, scanner.scan(0));
        assertEquals(255, scanner.recordType());
    }

    @Test
    void shouldTakeATokenOfTenBytesAndNoneOfEleven() throws IOException {
        assertEquals(0, scan(RawRecord.cursor(new byte[10]).toBytes()));
        final byte[] eleven = RawRecord.cursor(new byte[11]).toBytes();
        final RecordScanner scanner = on(eleven, eleven.length);
        assertEquals(6, scanner.scan(0));
        assertEquals(11, scanner.tokenLength());
        assertEquals(6, scan(RawRecord.cursor(new byte[255]).toBytes()));
    }

    @Test
    void shouldWantUtf8OfKeysAlone() throws IOException {
        assertEquals(10, scan(RawRecord.put(Hex.parse("ff"), new byte[1], Token.none()).toBytes()));
        assertEquals(10, scan(RawRecord.delete(Hex.parse("c3"), Token.none()).toBytes()));
        assertEquals(0, scan(RawRecord.put(new byte[0], Hex.parse("ff"), Hex.parse("ff")).toBytes()));
        assertEquals(0, scan(RawRecord.cursor(Hex.parse("ff")).toBytes()));
    }

    @Test
    void shouldForgetTheKeyAndValueOfTheRecordBefore() throws IOException {
        final LogBuilder log = new LogBuilder().put("key", "value", 1).cursor(2);
        final RecordScanner scanner = on(log.toBytes(), log.length());
        assertEquals(0, scanner.scan(log.offsetOf(0)));
        assertEquals(0, scanner.scan(log.offsetOf(1)));
        assertEquals(0, scanner.record(log.offsetOf(1)).keyLength());
        assertEquals(0, scanner.record(log.offsetOf(1)).valueLength());
    }

    // A value of 2^32-1 bytes is a claim like any other.
    @Test
    void shouldReadTheLongestLengthsAsUnsigned() throws IOException {
        assertEquals(5, scan(RawRecord.put("k", "v", 1).valueLength(0xFFFF_FFFFL).toBytes()));
        assertEquals(5, scan(RawRecord.put("k", "v", 1).keyLength(0xFFFF).toBytes()));
        assertEquals(5, scan(RawRecord.delete("k", 1).keyLength(0xFFFF).toBytes()));
    }

    // Around the window of 128 KiB, the pieces of 64 KiB, and their multiples.
    @ParameterizedTest
    @ValueSource(ints = {65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 131_076, 131_077, 196_611, 196_612, 196_613, 262_144, 300_000})
    void shouldCheckRecordsOfAnyLength(final int length) throws IOException {
        final byte[] first = putOfLength(length);
        for (final int before : new int[] {0, 3, 70_000}) {
            final byte[] bytes = new LogBuilder().raw(new byte[before]).raw(first).raw(first).cursor(1).toBytes();
            final RecordScanner scanner = on(bytes, bytes.length);
            if (before >= 5) {
                assertEquals(3, scanner.scan(0));
            }
            assertEquals(0, scanner.scan(before));
            assertEquals(length, scanner.recordLength());
            assertEquals(before, scanner.record(before).position());
            assertEquals(0, scanner.scan(before + length));
            assertEquals(0, scanner.scan(before + 2L * length));
            final byte[] broken = bytes.clone();
            broken[before + length - 1] ^= 1;
            assertEquals(9, on(broken, broken.length).scan(before));
            broken[before + length - 1] ^= 1;
            broken[before + 4 + FRAME_LENGTH] ^= 1;
            assertEquals(9, on(broken, broken.length).scan(before));
        }
    }

    @Test
    void shouldReadTheLongestKeyAcrossTheWindow() throws IOException {
        final byte[] key = new byte[0xFFFF];
        Arrays.fill(key, (byte) 'k');
        final byte[] put = RawRecord.put(key, new byte[WINDOW_LENGTH], Token.of(1)).toBytes();
        final byte[] bytes = new LogBuilder().raw(new byte[100_000]).raw(put).toBytes();
        final RecordScanner scanner = on(bytes, bytes.length);
        assertEquals(3, scanner.scan(0));
        assertEquals(0, scanner.scan(100_000));
        final RecordFlyweight found = scanner.record(100_000);
        assertEquals(0xFFFF, found.keyLength());
        assertEquals('k', found.buffer().getByte(found.keyOffset() + 0xFFFE));
        assertEquals(WINDOW_LENGTH, found.valueLength());
    }

    // What was read for the record before ends in the middle of this one.
    @ParameterizedTest
    @MethodSource("records")
    void shouldReadARecordThatLiesAcrossTheEndOfTheWindowAnywhere(final RawRecord record) throws IOException {
        final byte[] bytes = record.toBytes();
        for (int inside = 0; inside <= bytes.length; inside++) {
            final int at = WINDOW_LENGTH - inside;
            final RecordScanner scanner = on(new LogBuilder().slack(at).raw(bytes).raw(Damage.zero(bytes, 0, 4)).toBytes(), at + 2 * bytes.length);
            assertEquals(3, scanner.scan(0));
            assertEquals(0, scanner.scan(at), "inside " + inside);
            final RecordFlyweight found = scanner.record(at);
            assertEquals(bytes.length, found.length());
            assertEquals(found.keyLength() == 0 ? 0 : bytes[7], found.keyLength() == 0 ? 0 : found.buffer().getByte(found.keyOffset()));
        }
    }

    @Test
    void shouldReadEveryByteOfShortRecordsOnce() throws IOException {
        final LogBuilder log = new LogBuilder();
        for (int i = 0; i < 100; i++) {
            log.put("key", "value", i);
        }
        final Reads reads = new Reads(log.toBytes());
        final RecordScanner scanner = new RecordScanner().reset(reads, log.length());
        for (int i = 0; i < log.recordCount(); i++) {
            assertEquals(0, scanner.scan(log.offsetOf(i)));
            assertEquals(log.offsetOf(i), scanner.record(log.offsetOf(i)).position());
        }
        assertEquals(List.of(log.length()), reads.lengths);
    }

    @Test
    void shouldReadAgainAfterAReset() throws IOException {
        final byte[] bytes = RawRecord.cursor(1).toBytes();
        final Reads reads = new Reads(bytes);
        final RecordScanner scanner = new RecordScanner().reset(reads, bytes.length);
        assertEquals(0, scanner.scan(0));
        bytes[0] ^= 1;
        assertEquals(0, scanner.scan(0));
        assertEquals(9, scanner.reset(reads, bytes.length).scan(0));
        assertTrue(reads.lengths.size() > 1);
    }
}
