package io.slipstream.index;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;

class KeyBatchTest {
    private static final int TRIES = 200_000;
    private static final int MAX_LENGTH = 20;

    /** Of bytes 0, 1, 127, 128 and 255: most pairs have a long beginning in common. */
    @Test
    void shouldOrderKeysAsUnsignedBytes() {
        final Random random = new Random(1);
        for (int i = 0; i < TRIES; i++) {
            final byte[] one = key(random);
            final byte[] other = random.nextBoolean() ? key(random) : Arrays.copyOf(one, random.nextInt(MAX_LENGTH));
            assertEquals(Arrays.compareUnsigned(one, other) > 0, isAbove(one, other), () -> Arrays.toString(one) + Arrays.toString(other));
        }
    }

    private static byte[] key(final Random random) {
        final byte[] bytes = {0, 1, 127, (byte) 128, (byte) 255};
        final byte[] key = new byte[random.nextInt(MAX_LENGTH)];
        for (int i = 0; i < key.length; i++) {
            key[i] = bytes[random.nextInt(8) == 0 ? random.nextInt(bytes.length) : 2];
        }
        return key;
    }

    private static boolean isAbove(final byte[] one, final byte[] other) {
        final KeyBatch batch = new KeyBatch(new KeyHash(), 64);
        batch.add(1, false, new UnsafeBuffer(one), 0, one.length);
        final int at = batch.end();
        batch.add(2, false, new UnsafeBuffer(other), 0, other.length);
        return KeyBatch.isAbove(batch.words(), 1, one.length, batch.words(), at + 1, other.length);
    }
}
