package io.slipstream.format;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;
import java.util.zip.CRC32;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

class CrcArithmeticTest {
    private static int crc(final byte[] bytes, final int from, final int to) {
        final CRC32 crc = new CRC32();
        crc.update(bytes, from, to - from);
        return (int) crc.getValue();
    }

    @Test
    void shouldGiveTheCrcOfEveryRangeOfAShortArray() {
        final byte[] bytes = new byte[70];
        new Random(7).nextBytes(bytes);
        for (int from = 0; from <= bytes.length; from++) {
            for (int to = from; to <= bytes.length; to++) {
                assertEquals(crc(bytes, from, to), CrcArithmetic.range(crc(bytes, 0, from), crc(bytes, 0, to), to - from), from + ".." + to);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {255, 256, 257, 65_535, 65_536, 65_537, 16_777_215, 16_777_216, 16_777_300})
    void shouldGiveTheCrcOfRangesWhoseLengthNeedsMoreThanOneDigit(final int length) {
        final byte[] bytes = new byte[length + 13];
        new Random(length).nextBytes(bytes);
        assertEquals(crc(bytes, 13, length + 13), CrcArithmetic.range(crc(bytes, 0, 13), crc(bytes, 0, length + 13), length));
    }

    // What a crc register holds after so many zero bytes more, bit by bit.
    private static int afterZeros(final int crc, final int zeroBytes) {
        int register = crc;
        for (int bit = 0; bit < zeroBytes * 8; bit++) {
            register = (register & 1) == 0 ? register >>> 1 : register >>> 1 ^ 0xEDB8_8320;
        }
        return register;
    }

    @Test
    void shouldShiftEveryBitByEveryDigitAtTheFirstPlaces() {
        final CrcArithmetic arithmetic = new CrcArithmetic();
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            for (int unit = 1; unit <= 256; unit *= 16) {
                int expected = 1 << bit;
                for (int digit = 1; digit < 16; digit++) {
                    expected = afterZeros(expected, unit);
                    final int length = digit * unit;
                    assertEquals(expected, arithmetic.shift(1 << bit, length), "bit " + bit + ", length " + length);
                }
            }
        }
    }

    @Test
    void shouldShiftAnyCrc() {
        final CrcArithmetic arithmetic = new CrcArithmetic();
        final Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            final int crc = random.nextInt();
            final int length = random.nextInt(300);
            assertEquals(afterZeros(crc, length), arithmetic.shift(crc, length));
        }
    }

    @Test
    void shouldShiftInTwoStepsAsInOneHoweverFar() {
        final CrcArithmetic arithmetic = new CrcArithmetic();
        final Random random = new Random(2);
        for (int i = 0; i < 1000; i++) {
            final int crc = random.nextInt();
            final long one = random.nextLong() >>> 1 + random.nextInt(60);
            final long other = random.nextLong() >>> 1 + random.nextInt(60);
            assertEquals(arithmetic.shift(crc, one + other), arithmetic.shift(arithmetic.shift(crc, one), other), one + " + " + other);
        }
    }

    @Test
    void shouldMakeATableOnce() {
        final CrcArithmetic arithmetic = new CrcArithmetic();
        assertSame(arithmetic.table(3), arithmetic.table(3));
        assertNotSame(arithmetic.table(3), arithmetic.table(4));
    }
}
