package io.slipstream.writer;

import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/** Copies a key from a caller's buffer, and sees in the same loads whether it is ASCII. */
final class KeyCopy {
    /*
     * Up to 32 bytes by four loads that may overlap, without a loop. A library copy, and a check that then reads what it stored, takes 8 ns
     * longer for a key of 24 bytes: the copy's stores are of another width than the check's loads, which have to wait for them.
     */
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final int TWO_LONGS = 2 * Long.BYTES;
    private static final int FOUR_LONGS = 4 * Long.BYTES;

    private KeyCopy() {
    }

    /**
     * Copies {@code length} bytes, which the caller has checked to lie in {@code source}, to {@code targetOffset} of {@code target}, or of the
     * memory outside the heap if that is null.
     *
     * @return whether what was copied is ASCII
     */
    static boolean copy(final UnsafeBuffer source, final int sourceIndex, final byte[] target, final long targetOffset, final int length) {
        final byte[] from = source.byteArray();
        final long at = source.addressOffset() + sourceIndex;
        final long bits;
        if (length > FOUR_LONGS) {
            bits = copyLong(from, at, target, targetOffset, length);
        } else if (length >= TWO_LONGS) {
            final long first = UnsafeApi.getLong(from, at);
            final long second = UnsafeApi.getLong(from, at + Long.BYTES);
            final long lastButOne = UnsafeApi.getLong(from, at + length - TWO_LONGS);
            final long last = UnsafeApi.getLong(from, at + length - Long.BYTES);
            UnsafeApi.putLong(target, targetOffset, first);
            UnsafeApi.putLong(target, targetOffset + Long.BYTES, second);
            UnsafeApi.putLong(target, targetOffset + length - TWO_LONGS, lastButOne);
            UnsafeApi.putLong(target, targetOffset + length - Long.BYTES, last);
            bits = first | second | lastButOne | last;
        } else {
            bits = copyShort(from, at, target, targetOffset, length);
        }
        return (bits & HIGH_BITS) == 0;
    }

    private static long copyLong(final byte[] from, final long at, final byte[] target, final long targetOffset, final int length) {
        long bits = 0;
        final int lastIndex = length - Long.BYTES;
        for (int i = 0; i < lastIndex; i += Long.BYTES) {
            final long word = UnsafeApi.getLong(from, at + i);
            UnsafeApi.putLong(target, targetOffset + i, word);
            bits |= word;
        }
        final long last = UnsafeApi.getLong(from, at + lastIndex);
        UnsafeApi.putLong(target, targetOffset + lastIndex, last);
        return bits | last;
    }

    private static long copyShort(final byte[] from, final long at, final byte[] target, final long targetOffset, final int length) {
        if (length >= Long.BYTES) {
            final long first = UnsafeApi.getLong(from, at);
            final long last = UnsafeApi.getLong(from, at + length - Long.BYTES);
            UnsafeApi.putLong(target, targetOffset, first);
            UnsafeApi.putLong(target, targetOffset + length - Long.BYTES, last);
            return first | last;
        }
        long bits = 0;
        for (int i = 0; i < length; i++) {
            final byte single = UnsafeApi.getByte(from, at + i);
            UnsafeApi.putByte(target, targetOffset + i, single);
            bits |= single;
        }
        return bits;
    }
}
