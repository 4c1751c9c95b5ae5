package io.slipstream.testkit.units;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A walk from record to record finds what a look at each alone finds, whatever is damaged. docs/recovery.md section 3. */
class ScannedWalkTest {
    private static final int RUN_LENGTH = 1 << 14;
    private static final int WINDOW_LENGTH = 1 << 17;

    /** What a walk over some bytes came to. */
    private record Walked(int records, long position, int row) {
    }

    private static ByteSource source(final byte[] bytes) {
        return (position, target, offset, length) -> System.arraycopy(bytes, Math.toIntExact(position), target, offset, length);
    }

    // Each record that is shown has the bytes that are in the log.
    private static Walked walk(final byte[] bytes) throws IOException {
        final RecordScanner scanner = new RecordScanner().reset(source(bytes), bytes.length);
        int records = 0;
        long position = 0;
        int row;
        while ((row = scanner.scan(position)) == RecordScanner.VALID) {
            final RecordFlyweight record = scanner.record(position);
            final byte[] shown = new byte[(int) record.length()];
            record.buffer().getBytes(record.offset(), shown);
            assertArrayEquals(Arrays.copyOfRange(bytes, (int) position, (int) (position + record.length())), shown);
            position += scanner.recordLength();
            records++;
        }
        return new Walked(records, position, row);
    }

    private static Walked walkAlone(final byte[] bytes) throws IOException {
        int records = 0;
        long position = 0;
        while (true) {
            final RecordScanner scanner = new RecordScanner().reset(source(bytes), bytes.length);
            final int row = scanner.scan(position);
            if (row != RecordScanner.VALID) {
                return new Walked(records, position, row);
            }
            position += scanner.recordLength();
            records++;
        }
    }

    private static LogBuilder records() {
        return new LogBuilder()
            .put("key", "value", 1)
            .delete("key", 2)
            .cursor(3)
            .put("", "", 4)
            .cursor(Token.none())
            .put("é", "a value that is a little longer", 5)
            .cursor(6);
    }

    @Test
    void shouldFindEveryFlippedBitWhereItIs() throws IOException {
        final byte[] bytes = records().toBytes();
        assertEquals(new Walked(7, bytes.length, 2), walk(bytes));
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            final byte[] broken = Damage.flipBit(bytes, bit);
            assertEquals(walkAlone(broken), walk(broken), "bit " + bit);
        }
    }

    // Sums that were added up would not see two damages that are alike.
    @Test
    void shouldFindTheFirstOfTwoRecordsThatAreDamagedAlike() throws IOException {
        final byte[] record = RawRecord.put("key", "value", 1).toBytes();
        final byte[] bytes = new byte[10 * record.length];
        for (int at = 0; at < bytes.length; at += record.length) {
            System.arraycopy(record, 0, bytes, at, record.length);
        }
        for (int one = 1; one < 10; one++) {
            for (int other = one + 1; other < 10; other++) {
                for (int bit = 0; bit < record.length * 8; bit++) {
                    final byte[] broken =
                        Damage.flipBit(Damage.flipBit(bytes, one * record.length * 8 + bit), other * record.length * 8 + bit);
                    assertEquals(one, walk(broken).records(), "records " + one + " and " + other + " bit " + bit);
                }
            }
        }
    }

    // What the damage does to a sum over both records, the second one's crc takes back.
    @Test
    void shouldFindTheFirstOfTwoRecordsWhoseDamageCancelsOut() throws IOException {
        final byte[] first = RawRecord.put("a", "value", 1).toBytes();
        final byte[] second = RawRecord.put("b", "value", 2).toBytes();
        final byte[] damaged = first.clone();
        damaged[14] ^= 1;
        final int change = (int) (Crc.of(Arrays.copyOf(first, first.length + second.length), 4, first.length + second.length)
            ^ Crc.of(Arrays.copyOf(damaged, damaged.length + second.length), 4, damaged.length + second.length));
        final byte[] made = second.clone();
        System.arraycopy(LittleEndian.ofU32(LittleEndian.u32(made, 0) ^ (change & 0xFFFF_FFFFL)), 0, made, 0, 4);
        final LogBuilder log = new LogBuilder().cursor(1).raw(damaged).raw(made);
        assertEquals(new Walked(1, 14, 9), walk(log.toBytes()));
    }

    @Test
    void shouldFindAnyTwoFlippedBits() throws IOException {
        final byte[] bytes = records().toBytes();
        final ByteSource source = source(bytes);
        final RecordScanner scanner = new RecordScanner();
        for (int one = 0; one < bytes.length * 8; one++) {
            for (int other = 0; other < one; other++) {
                flip(bytes, one);
                flip(bytes, other);
                scanner.reset(source, bytes.length);
                long position = 0;
                while (scanner.scan(position) == RecordScanner.VALID) {
                    position += scanner.recordLength();
                }
                assertTrue(position <= other / 8, "a flipped bit not found");
                flip(bytes, one);
                flip(bytes, other);
            }
        }
    }

    private static void flip(final byte[] bytes, final int bit) {
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
    }

    @Test
    void shouldNotGoOnIntoAnAppendThatIsNotCommitted() throws IOException {
        final byte[] bytes = records().toBytes();
        final byte[] put = RawRecord.put("next", "value", 7).toBytes();
        for (int written = 0; written < put.length; written++) {
            final byte[] log = Arrays.copyOf(bytes, bytes.length + 2 * put.length);
            System.arraycopy(put, 4, log, bytes.length + 4, Math.min(written, put.length - 4));
            assertEquals(walkAlone(log), walk(log), "written " + written);
            assertEquals(7, walk(log).records());
        }
    }

    @Test
    void shouldTellAKeyThatIsNotUtf8InTheMiddle() throws IOException {
        final LogBuilder log = records().put(Hex.parse("ff"), new byte[1], Token.none()).cursor(8);
        assertEquals(new Walked(7, log.offsetOf(7), 10), walk(log.toBytes()));
    }

    @Test
    void shouldWalkAcrossTheEndsOfRunsAndWindows() throws IOException {
        for (final int valueLength : new int[] {0, 1, 150, 1_000, RUN_LENGTH / 2, RUN_LENGTH, RUN_LENGTH + 1, WINDOW_LENGTH}) {
            final LogBuilder log = new LogBuilder();
            final int count = 3 * WINDOW_LENGTH / (valueLength + 20) + 20;
            for (int i = 0; i < count; i++) {
                log.put("key", "v".repeat(valueLength + i % 3), i);
            }
            final byte[] bytes = log.toBytes();
            assertEquals(new Walked(count, bytes.length, 2), walkInOrder(bytes));
            for (final int record : new int[] {1, count / 3, count - 2, count - 1}) {
                final byte[] broken = bytes.clone();
                broken[(record == count - 1 ? bytes.length : log.offsetOf(record + 1)) - 1] ^= 1;
                assertEquals(new Walked(record, log.offsetOf(record), 9), walkInOrder(broken), "value length " + valueLength);
            }
        }
    }

    private static Walked walkInOrder(final byte[] bytes) throws IOException {
        final RecordScanner scanner = new RecordScanner().reset(source(bytes), bytes.length);
        int records = 0;
        long position = 0;
        while (scanner.scan(position) == RecordScanner.VALID) {
            position += scanner.recordLength();
            records++;
        }
        return new Walked(records, position, scanner.scan(position));
    }

    @Test
    void shouldLookAgainWhereverItIsAsked() throws IOException {
        final LogBuilder log = records();
        final byte[] bytes = log.toBytes();
        final RecordScanner scanner = new RecordScanner().reset(source(bytes), bytes.length);
        for (final int record : new int[] {0, 1, 3, 1, 2, 3, 5, 6, 0, 1, 1, 2}) {
            assertEquals(RecordScanner.VALID, scanner.scan(log.offsetOf(record)));
            final long end = record == 6 ? bytes.length : log.offsetOf(record + 1);
            assertEquals(end - log.offsetOf(record), scanner.recordLength());
            assertEquals(bytes[log.offsetOf(record) + 4], scanner.recordType());
            assertEquals(log.offsetOf(record), scanner.record(log.offsetOf(record)).position());
        }
    }
}
