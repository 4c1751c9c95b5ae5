package io.slipstream.testkit.bytes;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Strict UTF-8: what is not well-formed is refused, never replaced. */
public final class Utf8 {
    private Utf8() {
    }

    /**
     * Whether {@code bytes[from, to)} is well-formed UTF-8: table 3-7 of the Unicode Standard, line by line. Overlong
     * forms, surrogates and code points above U+10FFFF are not.
     */
    public static boolean isValid(final byte[] bytes, final int from, final int to) {
        int at = from;
        while (at < to) {
            final int length = sequenceLength(bytes, at, to);
            if (length == 0) {
                return false;
            }
            at += length;
        }
        return true;
    }

    /** Whether all of {@code bytes} is well-formed UTF-8. */
    public static boolean isValid(final byte[] bytes) {
        return isValid(bytes, 0, bytes.length);
    }

    /**
     * The UTF-8 bytes of a text.
     *
     * @throws IllegalArgumentException if the text holds an unpaired surrogate
     */
    public static byte[] encode(final String text) {
        try {
            final ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            final byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (final CharacterCodingException e) {
            throw new IllegalArgumentException("unpaired surrogate in text", e);
        }
    }

    /**
     * The text that {@code bytes} encode.
     *
     * @throws IllegalArgumentException if they are not well-formed UTF-8
     */
    public static String decode(final byte[] bytes) {
        if (!isValid(bytes)) {
            throw new IllegalArgumentException("not UTF-8: " + Hex.of(bytes));
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The length of the well-formed sequence that starts at {@code at}; 0 if none does. */
    private static int sequenceLength(final byte[] bytes, final int at, final int to) {
        final int lead = LittleEndian.u8(bytes, at);
        if (lead <= 0x7F) {
            return 1;
        } else if (lead >= 0xC2 && lead <= 0xDF) {
            return lengthIfFollowed(bytes, at, to, 2, 0x80, 0xBF);
        } else if (lead == 0xE0) {
            return lengthIfFollowed(bytes, at, to, 3, 0xA0, 0xBF);
        } else if (lead == 0xED) {
            return lengthIfFollowed(bytes, at, to, 3, 0x80, 0x9F);
        } else if (lead >= 0xE1 && lead <= 0xEF) {
            return lengthIfFollowed(bytes, at, to, 3, 0x80, 0xBF);
        } else if (lead == 0xF0) {
            return lengthIfFollowed(bytes, at, to, 4, 0x90, 0xBF);
        } else if (lead >= 0xF1 && lead <= 0xF3) {
            return lengthIfFollowed(bytes, at, to, 4, 0x80, 0xBF);
        } else if (lead == 0xF4) {
            return lengthIfFollowed(bytes, at, to, 4, 0x80, 0x8F);
        }
        return 0;
    }

    /** {@code length} if the second byte is in the given range and those after it are in 80..BF; else 0. */
    private static int lengthIfFollowed(
        final byte[] bytes, final int at, final int to, final int length, final int low, final int high) {
        if (to - at < length || !isBetween(bytes, at + 1, low, high)) {
            return 0;
        }
        for (int i = at + 2; i < at + length; i++) {
            if (!isBetween(bytes, i, 0x80, 0xBF)) {
                return 0;
            }
        }
        return length;
    }

    private static boolean isBetween(final byte[] bytes, final int at, final int low, final int high) {
        final int value = LittleEndian.u8(bytes, at);
        return value >= low && value <= high;
    }
}
