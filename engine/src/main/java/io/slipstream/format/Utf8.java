package io.slipstream.format;

import org.agrona.DirectBuffer;

import java.nio.ByteOrder;

/**
 * UTF-8 as the format means it: shortest forms only, no surrogates, nothing above U+10FFFF (RFC 3629).
 */
public final class Utf8 {
    /** What {@link #encode} returns when the text does not fit. */
    public static final int TOO_LONG = -1;
    /** What {@link #encode} returns when the text has an unpaired surrogate. */
    public static final int UNPAIRED_SURROGATE = -2;

    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private Utf8() {
    }

    /** Whether {@code length} bytes at {@code offset} are valid UTF-8. */
    public static boolean isValid(final DirectBuffer buffer, final int offset, final int length) {
        final int end = offset + length;
        int i = offset;
        for (final int wideEnd = end - Long.BYTES; i <= wideEnd; i += Long.BYTES) {
            if ((buffer.getLong(i, ByteOrder.LITTLE_ENDIAN) & HIGH_BITS) != 0) {
                return isValidTail(buffer, i, end);
            }
        }
        return isValidTail(buffer, i, end);
    }

    private static boolean isValidTail(final DirectBuffer buffer, final int start, final int end) {
        int i = start;
        while (i < end) {
            final int lead = buffer.getByte(i);
            if (lead >= 0) {
                i++;
                continue;
            }
            final int sequenceLength = sequenceLength(lead & 0xFF);
            if (sequenceLength == 0 || end - i < sequenceLength) {
                return false;
            }
            if (!isValidSecond(lead & 0xFF, buffer.getByte(i + 1) & 0xFF)) {
                return false;
            }
            for (int k = 2; k < sequenceLength; k++) {
                if ((buffer.getByte(i + k) & 0xC0) != 0x80) {
                    return false;
                }
            }
            i += sequenceLength;
        }
        return true;
    }

    private static int sequenceLength(final int lead) {
        if (lead >= 0xC2 && lead <= 0xDF) {
            return 2;
        }
        if (lead >= 0xE0 && lead <= 0xEF) {
            return 3;
        }
        return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
    }

    // RFC 3629 section 4: the second byte is where overlong forms, surrogates and too large values are told.
    private static boolean isValidSecond(final int lead, final int second) {
        return switch (lead) {
            case 0xE0 -> second >= 0xA0 && second <= 0xBF;
            case 0xED -> second >= 0x80 && second <= 0x9F;
            case 0xF0 -> second >= 0x90 && second <= 0xBF;
            case 0xF4 -> second >= 0x80 && second <= 0x8F;
            default -> second >= 0x80 && second <= 0xBF;
        };
    }

    /**
     * Encodes {@code text} into {@code target} at {@code offset}, at most {@code maxLength} bytes, without allocating.
     *
     * @return the number of bytes written, or {@link #TOO_LONG}, or {@link #UNPAIRED_SURROGATE}
     */
    public static int encode(final String text, final byte[] target, final int offset, final int maxLength) {
        final int chars = text.length();
        final int end = offset + maxLength;
        int at = offset;
        int i = 0;
        while (i < chars) {
            final char c = text.charAt(i++);
            if (c < 0x80) {
                if (at >= end) {
                    return TOO_LONG;
                }
                target[at++] = (byte) c;
            } else if (c < 0x800) {
                if (end - at < 2) {
                    return TOO_LONG;
                }
                target[at++] = (byte) (0xC0 | c >>> 6);
                target[at++] = (byte) (0x80 | c & 0x3F);
            } else if (!Character.isSurrogate(c)) {
                if (end - at < 3) {
                    return TOO_LONG;
                }
                target[at++] = (byte) (0xE0 | c >>> 12);
                target[at++] = (byte) (0x80 | c >>> 6 & 0x3F);
                target[at++] = (byte) (0x80 | c & 0x3F);
            } else {
                if (!Character.isHighSurrogate(c) || i == chars || !Character.isLowSurrogate(text.charAt(i))) {
                    return UNPAIRED_SURROGATE;
                }
                if (end - at < 4) {
                    return TOO_LONG;
                }
                final int codePoint = Character.toCodePoint(c, text.charAt(i++));
                target[at++] = (byte) (0xF0 | codePoint >>> 18);
                target[at++] = (byte) (0x80 | codePoint >>> 12 & 0x3F);
                target[at++] = (byte) (0x80 | codePoint >>> 6 & 0x3F);
                target[at++] = (byte) (0x80 | codePoint & 0x3F);
            }
        }
        return at - offset;
    }

    /** Length of {@code text} in UTF-8 bytes, or {@link #UNPAIRED_SURROGATE}. For messages and sizing, not for hot paths. */
    public static long encodedLength(final String text) {
        long length = 0;
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            if (c < 0x80) {
                length++;
            } else if (c < 0x800) {
                length += 2;
            } else if (!Character.isSurrogate(c)) {
                length += 3;
            } else if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                length += 4;
                i++;
            } else {
                return UNPAIRED_SURROGATE;
            }
        }
        return length;
    }
}
