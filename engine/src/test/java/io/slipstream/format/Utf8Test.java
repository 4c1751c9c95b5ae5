package io.slipstream.format;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

class Utf8Test {
    private static boolean jdkAccepts(final byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT).decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (final CharacterCodingException e) {
            return false;
        }
    }

    private static void assertSameAsJdk(final byte[] bytes) {
        assertEquals(jdkAccepts(bytes), Utf8.isValid(new UnsafeBuffer(bytes), 0, bytes.length), () -> Arrays.toString(bytes));
    }

    @Test
    void shouldAgreeWithTheJdkOnEveryTwoBytes() {
        for (int i = 0; i < 1 << 16; i++) {
            assertSameAsJdk(new byte[] {(byte) (i >> 8), (byte) i});
        }
    }

    @Test
    void shouldAgreeWithTheJdkOnEveryLeadAndSecondByteOfLongSequences() {
        for (int lead = 0xE0; lead <= 0xFF; lead++) {
            for (int second = 0; second <= 0xFF; second++) {
                for (final int third : new int[] {0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF}) {
                    assertSameAsJdk(new byte[] {(byte) lead, (byte) second, (byte) third});
                    assertSameAsJdk(new byte[] {(byte) lead, (byte) second, (byte) third, (byte) 0x80});
                    assertSameAsJdk(new byte[] {(byte) lead, (byte) second, (byte) 0x80, (byte) third});
                }
            }
        }
    }

    @Test
    void shouldAgreeWithTheJdkWhereABadByteStandsAnywhereInALongAsciiKey() {
        for (int length = 1; length < 40; length++) {
            for (int at = 0; at < length; at++) {
                final byte[] bytes = new byte[length];
                Arrays.fill(bytes, (byte) 'a');
                bytes[at] = (byte) 0x80;
                assertSameAsJdk(bytes);
            }
        }
    }

    @Test
    void shouldAgreeWithTheJdkOnRandomMixes() {
        final Random random = new Random(42);
        final int[] alphabet = {'a', 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5};
        for (int i = 0; i < 100_000; i++) {
            final byte[] bytes = new byte[random.nextInt(12)];
            for (int k = 0; k < bytes.length; k++) {
                bytes[k] = (byte) alphabet[random.nextInt(alphabet.length)];
            }
            assertSameAsJdk(bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "\u007f\u0080\u07ff\u0800\uffff", "\ud800\udc00", "\udbff\udfff!", "日本é😀"})
    void shouldEncodeAsTheJdkDoes(final String text) {
        final byte[] target = new byte[64];
        final int length = Utf8.encode(text, target, 3, 60);
        assertArrayEquals(text.getBytes(StandardCharsets.UTF_8), Arrays.copyOfRange(target, 3, 3 + length));
        assertEquals(length, Utf8.encodedLength(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud800", "\udc00", "a\ud800b", "\udc00\ud800", "\ud800\ud800\udc00"})
    void shouldRefuseUnpairedSurrogates(final String text) {
        assertEquals(Utf8.UNPAIRED_SURROGATE, Utf8.encode(text, new byte[64], 0, 64));
        assertEquals(Utf8.UNPAIRED_SURROGATE, Utf8.encodedLength(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"abcd", "abé", "a日", "😀"})
    void shouldNeverWritePastTheMaximum(final String text) {
        assertEquals(4, Utf8.encode(text, new byte[4], 0, 4));
        assertEquals(Utf8.TOO_LONG, Utf8.encode(text, new byte[4], 0, 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "é", "日", "😀"})
    void shouldCountTheMaximumFromTheOffset(final String text) {
        final byte[] expected = text.getBytes(StandardCharsets.UTF_8);
        final byte[] target = new byte[16];
        for (int maxLength = 0; maxLength < expected.length; maxLength++) {
            assertEquals(Utf8.TOO_LONG, Utf8.encode(text, target, 5, maxLength));
            assertArrayEquals(new byte[16], target);
        }
        assertEquals(expected.length, Utf8.encode(text, target, 5, expected.length));
        assertArrayEquals(expected, Arrays.copyOfRange(target, 5, 5 + expected.length));
    }
}
