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
        this(new SplittableRandom());
    }

    private KeyHash(final SplittableRandom random) {
        this(random.nextLong(), random.nextLong() | 1);
    }

    KeyHash(final long seed, final long multiplier) {
        this.seed = seed;
        this.multiplier = multiplier;
    }

    long hash(final DirectBuffer buffer, final int offset, final int length) {
        long hash = start(length);
        final int wordsEnd = offset + (length & -Long.BYTES);
        for (int i = offset; i < wordsEnd; i += Long.BYTES) {
            hash = fold(hash ^ buffer.getLong(i, ByteOrder.LITTLE_ENDIAN));
        }
        if ((length & Long.BYTES - 1) != 0) {
            hash = fold(hash ^ lastWord(buffer, offset, length));
        }
        return fold(hash ^ seed);
    }

    /** The hash of a key of {@code length} bytes whose words, little-endian, the last filled with zeros, begin at {@code from}. */
    long hash(final long[] words, final int from, final int length) {
        long hash = start(length);
        final int end = from + KeyBatch.keyWords(length);
        for (int i = from; i < end; i++) {
            hash = fold(hash ^ words[i]);
        }
        return fold(hash ^ seed);
    }

    private long start(final int length) {
        return seed + length * LENGTH_STEP;
    }

    /** The bytes behind the last multiple of eight, with zeros above; there must be some. */
    static long lastWord(final DirectBuffer buffer, final int offset, final int length) {
        final int end = offset + length;
        final int rest = length & Long.BYTES - 1;
        if (length > Long.BYTES) {
            return buffer.getLong(end - Long.BYTES, ByteOrder.LITTLE_ENDIAN) >>> (Long.BYTES - rest) * Byte.SIZE;
        }
        long word = 0;
        for (int i = end - 1; i >= offset; i--) {
            word = word << Byte.SIZE | buffer.getByte(i) & 0xFF;
        }
        return word;
    }

    // Both halves of the 128-bit product: every bit of the input reaches every bit of the result.
    private long fold(final long value) {
        return Math.multiplyHigh(value, multiplier) ^ value * multiplier + LENGTH_STEP;
    }
}
