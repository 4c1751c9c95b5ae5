package io.slipstream.testkit.units;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.replay.SurvivorSearch;
import io.slipstream.storage.ByteSource;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LittleEndian;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The search for sound records, near the lengths at which it changes its way of checking them. */
class SurvivorSearchTest {
    private static final int FRAME_LENGTH = 12; // of a put without key, value and version
    private static final int SPACING = 64; // of the prefixes it keeps
    private static final int READS_PER_BYTE = 0x020A / 3 + SPACING;

    private static SurvivorSearch searchOf(final byte[] bytes) {
        return new SurvivorSearch((position, target, offset, length) ->
            System.arraycopy(bytes, Math.toIntExact(position), target, offset, length), bytes.length);
    }

    private static byte[] record(final int length) {
        final byte[] value = new byte[length - FRAME_LENGTH];
        new Random(length).nextBytes(value);
        return RawRecord.put(new byte[0], value, Token.none()).toBytes();
    }

    // Lengths around 1 KiB, from which on a record is checked by arithmetic, and around 64 KiB, the piece in which bytes are read.
    @ParameterizedTest
    @ValueSource(ints = {12, 1023, 1024, 1025, 1087, 1088, 1089, 4096, 65_535, 65_536, 65_537, 65_600, 200_000})
    void shouldFindARecordOfAnyLengthAndOnlyThat(final int length) throws IOException {
        final byte[] sound = record(length);
        for (int before = 0; before < 70; before += 23) {
            final byte[] bytes = new LogBuilder().slack(before).raw(sound).slack(5).toBytes();
            final SurvivorSearch search = searchOf(bytes);
            assertEquals(before, search.next(0));
            assertEquals(length, search.recordLength());
            final byte[] broken = bytes.clone();
            broken[before + length - 1] ^= 1;
            assertFalse(searchOf(broken).isRecord(before));
        }
    }

    @Test
    void shouldCheckARecordThatLiesBeforeTheOnesCheckedSoFar() throws IOException {
        final byte[] sound = record(2000);
        final byte[] bytes = new LogBuilder().raw(sound).raw(sound).toBytes();
        final SurvivorSearch search = searchOf(bytes);
        assertTrue(search.isRecord(sound.length));
        assertTrue(search.isRecord(0));
        bytes[100] ^= 1;
        assertFalse(searchOf(bytes).isRecord(0));
        assertTrue(searchOf(bytes).isRecord(sound.length));
    }

    @Test
    void shouldCountWithoutOverlapFromTheFirstOn() throws IOException {
        final byte[] inner = new LogBuilder().put("i", "1", 1).cursor(2).toBytes();
        final LogBuilder log = new LogBuilder().raw((byte) 7)
            .put("o", inner, Token.none()).raw((byte) 7, (byte) 7).cursor(3).raw((byte) 7).raw(inner);
        final SurvivorSearch search = searchOf(log.toBytes());
        assertEquals(4, search.count(0));
        assertEquals(5, search.count(2), "from inside the first record on, what it holds counts");
    }

    @Test
    void shouldCountARecordAtTheVeryStart() throws IOException {
        assertEquals(1, searchOf(RawRecord.cursor(1).toBytes()).count(0));
    }

    @Test
    void shouldCheckALongRecordBehindShortOnes() throws IOException {
        final LogBuilder log = new LogBuilder().cursor(1).raw(record(5000)).cursor(2).raw(record(3000));
        assertEquals(4, searchOf(log.toBytes()).count(0));
    }

    @Test
    void shouldReadADeletesKeyAcrossTheEndOfItsWindow() throws IOException {
        final byte[] key = new byte[100];
        Arrays.fill(key, (byte) 'k');
        key[99] = (byte) 0xFF;
        final byte[] delete = RawRecord.delete(key, Token.none()).toBytes();
        for (int inside = 0; inside <= delete.length; inside++) {
            final int at = (1 << 17) - inside;
            final SurvivorSearch search = searchOf(new LogBuilder().slack(at).raw(delete).toBytes());
            assertFalse(search.isRecord(0));
            assertTrue(search.isRecord(at));
            assertFalse(search.isValidRecord(at));
        }
    }

    // A third of the bytes seem to start a delete with a key of 0x0A02 bytes, another third one with a key of 0x020A bytes.
    @Test
    void shouldReadABoundedMultipleOfTheBytesHoweverManyRecordsTheyClaim() throws IOException {
        final byte[] bytes = new byte[210_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i % 3 == 2 ? 10 : 2);
        }
        final long[] read = new long[1];
        final SurvivorSearch search = new SurvivorSearch((position, target, offset, length) -> {
            read[0] += length;
            System.arraycopy(bytes, Math.toIntExact(position), target, offset, length);
        }, bytes.length);
        assertEquals(0, search.count(0));
        assertTrue(read[0] < (long) READS_PER_BYTE * bytes.length, () -> "read " + read[0]);
    }

    @Test
    void shouldNotReadARecordAgainThatItKnows() throws IOException {
        final byte[] bytes = record(100_000);
        final long[] read = new long[1];
        final SurvivorSearch search = new SurvivorSearch((position, target, offset, length) -> {
            read[0] += length;
            System.arraycopy(bytes, Math.toIntExact(position), target, offset, length);
        }, bytes.length);
        assertTrue(search.isRecord(0));
        read[0] = 0;
        assertTrue(search.isRecord(0));
        assertTrue(read[0] <= 2 * SPACING, () -> "read " + read[0]);
    }

    @Test
    void shouldFindNothingBehindTheLastRecord() throws IOException {
        final byte[] bytes = new LogBuilder().cursor(1).slack(9).toBytes();
        final SurvivorSearch search = searchOf(bytes);
        assertEquals(0, search.next(0));
        assertEquals(-1, search.next(1));
        assertEquals(-1, search.next(bytes.length));
        assertEquals(0, search.count(1));
    }

    @Test
    void shouldTellASoundRecordFromOneThatALogMayHold() throws IOException {
        final byte[] notUtf8 = RawRecord.put(Hex.parse("ff"), Utf8.encode("v"), Token.none()).toBytes();
        assertTrue(searchOf(notUtf8).isRecord(0));
        assertFalse(searchOf(notUtf8).isValidRecord(0));
        final byte[] utf8 = RawRecord.put("é", "v", 1).toBytes();
        assertTrue(searchOf(utf8).isValidRecord(0));
        final byte[] broken = RawRecord.put("é", "v", 1).brokenCrc().toBytes();
        assertFalse(searchOf(broken).isValidRecord(0));
        assertTrue(searchOf(RawRecord.cursor(Hex.parse("ff")).toBytes()).isValidRecord(0));
    }

    /** A put of zeros, longer than an array would best be: only its first bytes are kept. */
    private static final class LongRecord implements ByteSource {
        private static final long LENGTH = (1L << 28) + (1 << 20) + 77;
        private final byte[] head = new byte[11];

        LongRecord() {
            head[4] = 1;
            System.arraycopy(LittleEndian.ofU32(LENGTH - FRAME_LENGTH), 0, head, 7, 4);
            final CRC32 crc = new CRC32();
            crc.update(head, 4, head.length - 4);
            final byte[] zeros = new byte[1 << 20];
            for (long done = head.length; done < LENGTH; done += zeros.length) {
                crc.update(zeros, 0, (int) Math.min(zeros.length, LENGTH - done));
            }
            System.arraycopy(LittleEndian.ofU32(crc.getValue()), 0, head, 0, 4);
        }

        @Override
        public void copy(final long position, final byte[] target, final int offset, final int length) {
            Arrays.fill(target, offset, offset + length, (byte) 0);
            for (int i = 0; i < length && position + i < head.length; i++) {
                target[offset + i] = head[(int) position + i];
            }
        }
    }

    @Test
    void shouldCheckARecordThatIsLongerThanThePrefixesItKeepsLieClose() throws IOException {
        final LongRecord record = new LongRecord();
        assertTrue(new SurvivorSearch(record, LongRecord.LENGTH).isRecord(0));
        record.head[0] ^= 1;
        assertFalse(new SurvivorSearch(record, LongRecord.LENGTH).isRecord(0));
    }
}
