package io.slipstream.index;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;

class KeyHashTest {
    private static final int MAX_LENGTH = 40;

    @Test
    void shouldTakeTheBytesBehindTheLastMultipleOfEightAsTheLastWord() {
        final byte[] bytes = new byte[MAX_LENGTH + 1];
        new Random(1).nextBytes(bytes);
        for (int length = 1; length <= MAX_LENGTH; length++) {
            if (length % Long.BYTES != 0) {
                long expected = 0;
                for (int i = 0; i < length % Long.BYTES; i++) {
                    expected += (bytes[1 + length - length % Long.BYTES + i] & 0xFFL) << i * Byte.SIZE;
                }
                assertEquals(expected, KeyHash.lastWord(new UnsafeBuffer(bytes), 1, length), "length " + length);
            }
        }
    }

    @Test
    void shouldGiveABatchTheHashThatALookupComputes() {
        final byte[] bytes = new byte[KeyBatch.MAX_CARRIED_LENGTH + 2];
        new Random(2).nextBytes(bytes);
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        final KeyHash hash = new KeyHash();
        final KeyBatch batch = new KeyBatch(hash, 1);
        for (int length = 0; length <= KeyBatch.MAX_CARRIED_LENGTH + 1; length++) {
            batch.add(1, false, buffer, 1, length);
            assertEquals(hash.hash(buffer, 1, length), batch.hash(0), "length " + length);
            batch.clear();
        }
    }
}
