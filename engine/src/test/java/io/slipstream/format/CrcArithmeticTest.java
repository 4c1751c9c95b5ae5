package io.slipstream.format;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;
import java.util.zip.CRC32;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
}
