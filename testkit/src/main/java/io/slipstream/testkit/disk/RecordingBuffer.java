package io.slipstream.testkit.disk;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The bytes of a writable mapping: tells the disk of every store. Knows the stores that the engine makes; another kind would be noticed when
 * the disk compares what it was told with what is there.
 */
final class RecordingBuffer extends UnsafeBuffer {
    private final Listener listener;

    /** Is told what was stored, after it was. */
    @FunctionalInterface
    interface Listener {
        void onStore(int index, int length);
    }

    RecordingBuffer(final byte[] bytes, final int offset, final int length, final Listener listener) {
        super(bytes, offset, length);
        this.listener = listener;
    }

    @Override
    public void putByte(final int index, final byte value) {
        super.putByte(index, value);
        listener.onStore(index, Byte.BYTES);
    }

    @Override
    public void putShort(final int index, final short value, final ByteOrder byteOrder) {
        super.putShort(index, value, byteOrder);
        listener.onStore(index, Short.BYTES);
    }

    @Override
    public void putInt(final int index, final int value, final ByteOrder byteOrder) {
        super.putInt(index, value, byteOrder);
        listener.onStore(index, Integer.BYTES);
    }

    @Override
    public void putLong(final int index, final long value, final ByteOrder byteOrder) {
        super.putLong(index, value, byteOrder);
        listener.onStore(index, Long.BYTES);
    }

    @Override
    public void putBytes(final int index, final byte[] source) {
        putBytes(index, source, 0, source.length);
    }

    @Override
    public void putBytes(final int index, final byte[] source, final int offset, final int length) {
        super.putBytes(index, source, offset, length);
        listener.onStore(index, length);
    }

    @Override
    public void putBytes(final int index, final DirectBuffer source, final int sourceIndex, final int length) {
        super.putBytes(index, source, sourceIndex, length);
        listener.onStore(index, length);
    }

    @Override
    public void putBytes(final int index, final ByteBuffer source, final int sourceIndex, final int length) {
        super.putBytes(index, source, sourceIndex, length);
        listener.onStore(index, length);
    }

    @Override
    public void setMemory(final int index, final int length, final byte value) {
        super.setMemory(index, length, value);
        listener.onStore(index, length);
    }
}
