package io.slipstream.index;

import org.agrona.DirectBuffer;

import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * A keyed 64-bit hash of bytes, eight at a time. Whoever does not know the seeds cannot choose keys that collide. Immutable.
 */
final class KeyHash {
    private static final long LENGTH_STEP = 0x9E37_79B9_7F4A_7C15L;

    private final long seed;
    private final long multiplier;

    KeyHash() {
        final SplittableRandom random = new SplittableRandom();
        seed = random.nextLong();
        multiplier = random.nextLong() | 1;
    }

    long hash(final DirectBuffer buffer, final int offset, final int length) {
        long hash = seed + length * LENGTH_STEP;
        int i = offset;
        final int end = offset + length;
        for (; i <= end - Long.BYTES; i += Long.BYTES) {
            hash = fold(hash ^ buffer.getLong(i, ByteOrder.LITTLE_ENDIAN));
        }
        if (i < end) {
            hash = fold(hash ^ tail(buffer, i, end));
        }
        return fold(hash ^ seed);
    }

    private static long tail(final DirectBuffer buffer, final int start, final int end) {
        long tail = 0;
        for (int i = end - 1; i >= start; i--) {
            tail = tail << Byte.SIZE | buffer.getByte(i) & 0xFF;
        }
        return tail;
    }

    // Both halves of the 128-bit product: every bit of the input reaches every bit of the result.
    private long fold(final long value) {
        return Math.multiplyHigh(value, multiplier) ^ value * multiplier + LENGTH_STEP;
    }
}
