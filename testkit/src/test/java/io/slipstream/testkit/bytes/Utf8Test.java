package io.slipstream.testkit.bytes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {
    /** Both sides of every limit in table 3-7 of the Unicode Standard. */
    private static final int[] INTERESTING_BYTES = {
        0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
        0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void shouldAgreeWithTheDecoderOfTheJdkOnEveryStringOfInterestingBytes(final int length) {
        final byte[] bytes = new byte[length];
        final int combinations = (int) Math.pow(INTERESTING_BYTES.length, length);
        for (int combination = 0; combination < combinations; combination++) {
            int rest = combination;
            for (int i = 0; i < length; i++) {
                bytes[i] = (byte) INTERESTING_BYTES[rest % INTERESTING_BYTES.length];
                rest /= INTERESTING_BYTES.length;
            }
            if (isDecoded(bytes) != Utf8.isValid(bytes)) {
                assertEquals(isDecoded(bytes), Utf8.isValid(bytes), Hex.of(bytes));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "c080, overlong NUL", "e08080, overlong in three", "f0808080, overlong in four", "eda080, surrogate",
        "f4908080, past U+10FFFF", "80, continuation alone", "c3, cut short", "ff, never a byte of UTF-8"})
    void shouldRefuse(final String hex, final String why) {
        assertFalse(Utf8.isValid(Hex.parse(hex)), why);
    }

    @Test
    void shouldLookAtTheGivenRangeOnly() {
        final byte[] bytes = Hex.parse("ff61c3a9ff");
        assertTrue(Utf8.isValid(bytes, 1, 4));
        assertFalse(Utf8.isValid(bytes, 1, 3));
        assertTrue(Utf8.isValid(bytes, 1, 1));
    }

    @Test
    void shouldEncodeAndDecode() {
        final String text = "a\u00e9\ue000\ud83d\ude00";
        assertArrayEquals(Hex.parse("61c3a9ee8080f09f9880"), Utf8.encode(text));
        assertEquals(text, Utf8.decode(Utf8.encode(text)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "\ude00", "a\ud83db"})
    void shouldNotEncodeAnUnpairedSurrogate(final String text) {
        assertThrows(IllegalArgumentException.class, () -> Utf8.encode(text));
    }

    @Test
    void shouldOrderEncodedTextsByCodePoint() {
        assertTrue(Arrays.compareUnsigned(Utf8.encode("\uffff"), Utf8.encode("\ud83d\ude00")) < 0);
        assertTrue("\uffff".compareTo("\ud83d\ude00") > 0, "as Java's own order does not");
    }

    private static boolean isDecoded(final byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (final CharacterCodingException e) {
            return false;
        }
    }
}
