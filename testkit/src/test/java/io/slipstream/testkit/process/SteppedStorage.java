package io.slipstream.testkit.process;

import io.slipstream.storage.FileStorage;
import io.slipstream.storage.MappedRegion;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.ForwardingFile;
import io.slipstream.testkit.fault.ForwardingStorage;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The real disk, with a listener that is told before each store into a mapped segment, and after each that commits: a whole record
 * is there then. Bodies are stored in two pieces, so that there is an instant in the middle of them.
 */
final class SteppedStorage extends ForwardingStorage {
    private final Listener listener;

    SteppedStorage(final Listener listener) {
        super(FileStorage.INSTANCE);
        this.listener = listener;
    }

    /** Is told of a store, on the thread that makes it. */
    @FunctionalInterface
    interface Listener {
        void onStep(Moment moment, int step, String what);
    }

    @Override
    protected StorageFile wrap(final Path path, final StorageFile file) {
        return new SteppedFile(file, listener);
    }

    private static final class SteppedFile extends ForwardingFile {
        private final Listener listener;

        SteppedFile(final StorageFile file, final Listener listener) {
            super(file);
            this.listener = listener;
        }

        @Override
        public MappedRegion map(final long position, final int length, final boolean writable) throws IOException {
            return new SteppedRegion(super.map(position, length, writable), listener);
        }
    }

    private static final class SteppedRegion implements MappedRegion {
        private final MappedRegion region;
        private final UnsafeBuffer buffer;

        SteppedRegion(final MappedRegion region, final Listener listener) {
            this.region = region;
            this.buffer = new SteppedBuffer(region.buffer(), listener);
        }

        @Override
        public long position() {
            return region.position();
        }

        @Override
        public UnsafeBuffer buffer() {
            return buffer;
        }

        @Override
        public void force(final int offset, final int length) throws IOException {
            region.force(offset, length);
        }

        @Override
        public void release() {
            region.release();
        }
    }

    /** Knows the stores that an append makes. Not those of zeros, with which pages are touched. */
    private static final class SteppedBuffer extends UnsafeBuffer {
        private static final int TYPE_OFFSET = 4;

        private final Listener listener;
        private int steps;
        // Where the type stands, the first thing to be stored of a record.
        private int recordIndex = -1;

        SteppedBuffer(final UnsafeBuffer buffer, final Listener listener) {
            super(buffer);
            this.listener = listener;
        }

        private void before(final int index, final int length, final String what) {
            if (recordIndex < 0) {
                recordIndex = index;
            }
            listener.onStep(Moment.BEFORE, ++steps, what + ", " + length + " bytes at +" + (index - recordIndex + TYPE_OFFSET));
        }

        @Override
        public void putByte(final int index, final byte value) {
            if (value != 0) {
                before(index, Byte.BYTES, "type or length");
            }
            super.putByte(index, value);
        }

        @Override
        public void putShort(final int index, final short value, final ByteOrder byteOrder) {
            before(index, Short.BYTES, "length");
            super.putShort(index, value, byteOrder);
        }

        @Override
        public void putInt(final int index, final int value, final ByteOrder byteOrder) {
            final boolean commits = index < recordIndex;
            before(index, Integer.BYTES, commits ? "crc" : "length");
            super.putInt(index, value, byteOrder);
            if (commits) {
                recordIndex = -1;
                listener.onStep(Moment.AFTER, steps, "crc");
            }
        }

        @Override
        public void putBytes(final int index, final byte[] source, final int offset, final int length) {
            final int half = length / 2;
            before(index, half, "body");
            super.putBytes(index, source, offset, half);
            before(index + half, length - half, "body");
            super.putBytes(index + half, source, offset + half, length - half);
        }

        @Override
        public void putBytes(final int index, final DirectBuffer source, final int sourceIndex, final int length) {
            final int half = length / 2;
            before(index, half, "body");
            super.putBytes(index, source, sourceIndex, half);
            before(index + half, length - half, "body");
            super.putBytes(index + half, source, sourceIndex + half, length - half);
        }
    }
}
