package io.slipstream.testkit.bytes;

/**
 * Unsigned little-endian integers in a byte array, one byte at a time. The unsigned values come as {@code int} for up
 * to 16 bits and as {@code long} for 32, so that none of them can look negative.
 */
public final class LittleEndian {
    private LittleEndian() {
    }

    /** The byte at {@code at}, 0..255. */
    public static int u8(final byte[] bytes, final int at) {
        return bytes[at] & 0xFF;
    }

    /** The 2-byte integer at {@code at}, 0..65535. */
    public static int u16(final byte[] bytes, final int at) {
        return u8(bytes, at) | u8(bytes, at + 1) << 8;
    }

    /** The 4-byte integer at {@code at}, 0..2^32-1. */
    public static long u32(final byte[] bytes, final int at) {
        return u16(bytes, at) | (long) u16(bytes, at + 2) << 16;
    }

    /** The one byte that holds {@code value}. */
    public static byte[] ofU8(final int value) {
        return encoded(value, 1);
    }

    /** The two bytes that hold {@code value}. */
    public static byte[] ofU16(final int value) {
        return encoded(value, 2);
    }

    /** The four bytes that hold {@code value}. */
    public static byte[] ofU32(final long value) {
        return encoded(value, 4);
    }

    private static byte[] encoded(final long value, final int length) {
        if (value < 0 || value >= 1L << 8 * length) {
            throw new IllegalArgumentException("does not fit an unsigned integer: value=" + value + " bytes=" + length);
        }
        final byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (value >>> 8 * i);
        }
        return bytes;
    }
}
