package io.slipstream.writer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class KeyCopyTest {
    private static final int MAX_LENGTH = 200;
    private static final int MAX_INDEX = 9;

    private final byte[] bytes = ascii();

    private static byte[] ascii() {
        final byte[] bytes = new byte[MAX_LENGTH + MAX_INDEX];
        new Random(1).nextBytes(bytes);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] &= 0x7F;
        }
        return bytes;
    }

    private static UnsafeBuffer direct(final byte[] bytes) {
        return new UnsafeBuffer(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
    }

    private static byte[] expected(final byte[] source, final int index, final int length) {
        final byte[] target = new byte[MAX_LENGTH + MAX_INDEX];
        Arrays.fill(target, (byte) 0x55);
        System.arraycopy(source, index, target, index, length);
        return target;
    }

    @Test
    void shouldCopyAKeyOfAnyLengthFromAnyPlaceAndNothingElse() {
        for (final UnsafeBuffer source : new UnsafeBuffer[] {new UnsafeBuffer(bytes), direct(bytes)}) {
            for (int length = 0; length <= MAX_LENGTH; length++) {
                for (int index = 0; index < MAX_INDEX; index++) {
                    final byte[] target = expected(bytes, 0, 0);
                    assertTrue(KeyCopy.copy(source, index, target, BufferUtil.ARRAY_BASE_OFFSET + index, length));
                    assertArrayEquals(expected(bytes, index, length), target, "length=" + length + " index=" + index);
                }
            }
        }
    }

    @Test
    void shouldCopyOutOfTheHeap() {
        final ByteBuffer target = ByteBuffer.allocateDirect(MAX_LENGTH);
        for (int length = 0; length <= MAX_LENGTH; length++) {
            assertTrue(KeyCopy.copy(new UnsafeBuffer(bytes), 3, null, BufferUtil.address(target), length));
            final byte[] copied = new byte[length];
            target.get(0, copied);
            assertArrayEquals(Arrays.copyOfRange(bytes, 3, 3 + length), copied);
        }
    }

    @Test
    void shouldSeeAByteThatIsNotAsciiWhereverItIs() {
        final byte[] target = new byte[MAX_LENGTH];
        for (int length = 1; length <= MAX_LENGTH; length++) {
            for (int at = 0; at < length; at++) {
                final byte[] source = bytes.clone();
                source[at] |= (byte) 0x80;
                assertFalse(KeyCopy.copy(new UnsafeBuffer(source), 0, target, BufferUtil.ARRAY_BASE_OFFSET, length),
                    "length=" + length + " at=" + at);
                assertEquals(source[at], target[at]);
            }
        }
    }

    @Test
    void shouldNotLookAtWhatIsBesideTheKey() {
        final byte[] source = new byte[MAX_LENGTH + 2];
        Arrays.fill(source, (byte) 0xFF);
        for (int length = 0; length <= MAX_LENGTH; length++) {
            Arrays.fill(source, 1, 1 + length, (byte) 'k');
            assertTrue(KeyCopy.copy(new UnsafeBuffer(source), 1, new byte[MAX_LENGTH], BufferUtil.ARRAY_BASE_OFFSET, length), "length=" + length);
        }
    }
}
