package io.slipstream.testkit.bench;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/**
 * A put as the engine did it at first, step by step, into a buffer that is used over and over. One part at a time can be had as the engine does
 * it now: the difference is what that part is worth.
 */
final class HandPut {
    /** What of it is done as the engine does it now. */
    enum Way {
        /** Nothing. */
        FIRST,
        /** The key is checked as it is copied. */
        KEY_IN_LONGS,
        /** The checksum comes behind the copy into the segment. */
        SUM_LAST,
        /** Both. */
        BOTH
    }

    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final int KEY_OFFSET = 7;

    private final boolean keyInLongs;
    private final boolean sumLast;
    private final UnsafeBuffer segment;
    private final byte[] scratch = new byte[1 << 17];
    private final UnsafeBuffer scratchBuffer = new UnsafeBuffer(scratch);
    private final CRC32 crc = new CRC32();
    private int index;

    HandPut(final UnsafeBuffer segment, final Way way) {
        this.segment = segment;
        this.keyInLongs = way == Way.KEY_IN_LONGS || way == Way.BOTH;
        this.sumLast = way == Way.SUM_LAST || way == Way.BOTH;
    }

    int put(final DirectBuffer key, final int keyLength, final DirectBuffer value, final int valueLength, final long revision) {
        if (keyInLongs) {
            copyKey(key, keyLength);
        } else {
            key.getBytes(0, scratch, KEY_OFFSET, keyLength);
            requireAscii(keyLength);
        }
        final int length = KEY_OFFSET + keyLength + Integer.BYTES + valueLength + 1 + Long.BYTES;
        if (length > segment.capacity() - index) {
            index = 0;
        }
        scratch[4] = 1;
        scratchBuffer.putShort(5, (short) keyLength, ByteOrder.LITTLE_ENDIAN);
        scratchBuffer.putInt(KEY_OFFSET + keyLength, valueLength, ByteOrder.LITTLE_ENDIAN);
        value.getBytes(0, scratch, KEY_OFFSET + keyLength + Integer.BYTES, valueLength);
        scratch[length - Long.BYTES - 1] = Long.BYTES;
        scratchBuffer.putLong(length - Long.BYTES, revision, ByteOrder.BIG_ENDIAN);
        if (!sumLast) {
            sum(length);
        }
        storeFrame(keyLength, valueLength, length);
        segment.putBytes(index + 4, scratch, 4, length - 4);
        if (sumLast) {
            sum(length);
        }
        VarHandle.releaseFence();
        segment.putInt(index, (int) crc.getValue(), ByteOrder.LITTLE_ENDIAN);
        index += length;
        return index;
    }

    private void requireAscii(final int keyLength) {
        int i = 0;
        for (; i <= keyLength - Long.BYTES; i += Long.BYTES) {
            if ((scratchBuffer.getLong(KEY_OFFSET + i, ByteOrder.LITTLE_ENDIAN) & HIGH_BITS) != 0) {
                throw new IllegalArgumentException("not ASCII");
            }
        }
        for (; i < keyLength; i++) {
            if (scratch[KEY_OFFSET + i] < 0) {
                throw new IllegalArgumentException("not ASCII");
            }
        }
    }

    private void copyKey(final DirectBuffer key, final int keyLength) {
        long bits = 0;
        int i = 0;
        for (; i <= keyLength - Long.BYTES; i += Long.BYTES) {
            final long word = key.getLong(i, ByteOrder.LITTLE_ENDIAN);
            scratchBuffer.putLong(KEY_OFFSET + i, word, ByteOrder.LITTLE_ENDIAN);
            bits |= word;
        }
        for (; i < keyLength; i++) {
            final byte single = key.getByte(i);
            scratch[KEY_OFFSET + i] = single;
            bits |= single;
        }
        if ((bits & HIGH_BITS) != 0) {
            throw new IllegalArgumentException("not ASCII");
        }
    }

    private void sum(final int length) {
        crc.reset();
        crc.update(scratch, 4, length - 4);
    }

    private void storeFrame(final int keyLength, final int valueLength, final int length) {
        segment.putByte(index + 4, (byte) 1);
        VarHandle.releaseFence();
        segment.putShort(index + 5, (short) keyLength, ByteOrder.LITTLE_ENDIAN);
        VarHandle.releaseFence();
        segment.putInt(index + KEY_OFFSET + keyLength, valueLength, ByteOrder.LITTLE_ENDIAN);
        VarHandle.releaseFence();
        segment.putByte(index + length - Long.BYTES - 1, (byte) Long.BYTES);
        VarHandle.releaseFence();
    }
}
