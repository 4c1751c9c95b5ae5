package io.slipstream.writer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.CRC32;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ShortRecordTest {
    private static final int OVERHEAD = 1 + 2 + 4 + 1 + 8;

    private final ShortRecord record = new ShortRecord();
    private final Random random = new Random(7);

    @BeforeAll
    static void isUsed() {
        assumeTrue(ShortRecord.MAX_LENGTH > 0, "SKIPPED: on this processor no record is built apart");
    }

    private static byte[] put(final byte[] key, final byte[] value, final long revision) {
        final ByteBuffer bytes = ByteBuffer.allocate(OVERHEAD + key.length + value.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 1).putShort((short) key.length).put(key).putInt(value.length).put(value).put((byte) 8);
        return bytes.order(ByteOrder.BIG_ENDIAN).putLong(revision).array();
    }

    private void assertBuilt(final int keyLength, final int valueLength) {
        final byte[] key = "k".repeat(keyLength).getBytes(StandardCharsets.UTF_8);
        final byte[] value = new byte[valueLength];
        random.nextBytes(value);
        final long revision = random.nextLong();
        final byte[] expected = put(key, value, revision);
        record.begin(expected.length);
        assertTrue(record.setKey(new UnsafeBuffer(key), 0, keyLength));
        record.setRest(keyLength, new UnsafeBuffer(value), 0, valueLength, revision);
        final byte[] built = new byte[expected.length];
        record.bytes().getBytes(record.start(), built);
        assertArrayEquals(expected, built);
        final CRC32 crc = new CRC32();
        crc.update(expected);
        assertEquals((int) crc.getValue(), record.crc(), "length=" + expected.length);
    }

    @Test
    void shouldTakeNoMoreThanThereIsRoomForAndNoNegativeLength() {
        final int room = ShortRecord.MAX_LENGTH - OVERHEAD;
        for (int keyLength = 0; keyLength <= room; keyLength++) {
            assertTrue(ShortRecord.fits(keyLength, room - keyLength));
            assertFalse(ShortRecord.fits(keyLength, room - keyLength + 1));
            assertFalse(ShortRecord.fits(keyLength, -1 - keyLength));
            assertFalse(ShortRecord.fits(-1 - keyLength, keyLength));
        }
        assertFalse(ShortRecord.fits(Integer.MAX_VALUE, Integer.MAX_VALUE));
        assertFalse(ShortRecord.fits(Integer.MIN_VALUE, Integer.MAX_VALUE));
    }

    @Test
    void shouldSumRecordsOfEveryLengthAsTheyGrow() {
        for (int length = OVERHEAD; length <= ShortRecord.MAX_LENGTH; length++) {
            assertBuilt(0, length - OVERHEAD);
        }
    }

    @Test
    void shouldSumRecordsOfEveryLengthAsTheyShrink() {
        for (int length = ShortRecord.MAX_LENGTH; length >= OVERHEAD; length--) {
            assertBuilt(length - OVERHEAD, 0);
        }
    }

    @Test
    void shouldSumRecordsInAnyOrderOfLengths() {
        for (int i = 0; i < 20_000; i++) {
            final int room = random.nextInt(ShortRecord.MAX_LENGTH - OVERHEAD + 1);
            final int keyLength = random.nextInt(room + 1);
            assertBuilt(keyLength, room - keyLength);
        }
    }

    @Test
    void shouldKnowAKeyThatIsNotUtf8AndBuildTheNextRecordAllTheSame() {
        final byte[] key = "k".repeat(100).getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < key.length; at++) {
            final byte[] bad = key.clone();
            bad[at] = (byte) 0xC0;
            record.begin(OVERHEAD + bad.length + 10);
            assertFalse(record.setKey(new UnsafeBuffer(bad), 0, bad.length), "at=" + at);
            assertBuilt(random.nextInt(50), random.nextInt(50));
        }
    }

    @Test
    void shouldTakeAKeyOfMoreThanAscii() {
        final byte[] key = "na\u00efve \u20ac \ud83d\ude00".getBytes(StandardCharsets.UTF_8);
        record.begin(OVERHEAD + key.length);
        assertTrue(record.setKey(new UnsafeBuffer(key), 0, key.length));
    }
}
