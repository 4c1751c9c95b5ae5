package io.slipstream.storage;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteOrder;

/**
 * A file's bytes, mapped for reading, by {@code long} position: also beyond 2 GiB.
 *
 * <p>Reading is thread-safe; {@link #extendTo} and {@link #release} are for the one thread that owns it.
 */
public final class LogBytes implements ByteSource {
    /*
     * Regions start every STRIDE bytes but reach up to 2 GiB, so that they overlap: whatever starts in a stride and is no longer than
     * the overlap lies whole inside that stride's region, and one index and one buffer do for it.
     *
     * Bytes are only ever read by plain loads and plain copies in short pieces: a file cut short under the mapping is then an
     * InternalError, which IoFaults turns into an IOException, and not the death of the JVM, as it would be inside a checksum intrinsic.
     */
    private static final int STRIDE_BITS = 30;
    private static final long STRIDE = 1L << STRIDE_BITS;
    private static final int STRIDE_MASK = (int) (STRIDE - 1);
    private static final int PIECE_LENGTH = 1 << 16;
    private static final MappedRegion[] NONE = {};
    private static final byte[] NO_BYTES = {};

    /** Most bytes from any position that {@link #wrap} can show in one buffer. */
    public static final int MAX_WRAP_LENGTH = Integer.MAX_VALUE - STRIDE_MASK - 8;

    private final StorageFile file;
    private MappedRegion[] regions = NONE;
    private UnsafeBuffer[] buffers = {};
    private long length;

    private LogBytes(final StorageFile file) {
        this.file = file;
    }

    /** Maps the first {@code length} bytes of {@code file}. */
    public static LogBytes map(final StorageFile file, final long length) throws IOException {
        final LogBytes bytes = new LogBytes(file);
        bytes.extendTo(length);
        return bytes;
    }

    /** Maps anew up to {@code newLength}; what was mapped before is freed when nothing can reach it. */
    public void extendTo(final long newLength) throws IOException {
        final int count = (int) ((newLength + STRIDE - 1) >>> STRIDE_BITS);
        final MappedRegion[] mapped = new MappedRegion[count];
        final UnsafeBuffer[] mappedBuffers = new UnsafeBuffer[count];
        for (int i = 0; i < count; i++) {
            final long start = (long) i << STRIDE_BITS;
            mapped[i] = file.map(start, (int) Math.min(newLength - start, Integer.MAX_VALUE - 8), false);
            mappedBuffers[i] = mapped[i].buffer();
        }
        regions = mapped;
        buffers = mappedBuffers;
        length = newLength;
    }

    /** Maps anew up to {@code newLength}, and unmaps what was mapped before: only where no buffer of that was handed out. */
    public void remapTo(final long newLength) throws IOException {
        final MappedRegion[] before = regions;
        extendTo(newLength);
        for (final MappedRegion region : before) {
            region.release();
        }
    }

    /** Number of bytes mapped. */
    public long length() {
        return length;
    }

    @Override
    public void copy(final long position, final byte[] target, final int offset, final int length) {
        int done = 0;
        while (done < length) {
            final long at = position + done;
            final UnsafeBuffer buffer = buffers[region(at)];
            final int index = index(at);
            if (index >= buffer.capacity()) {
                throw new IndexOutOfBoundsException("position=" + at + " length=" + this.length);
            }
            final int piece = Math.min(Math.min(length - done, PIECE_LENGTH), buffer.capacity() - index);
            buffer.getBytes(index, target, offset + done, piece);
            done += piece;
        }
    }

    /** The byte at {@code position}. */
    public byte byteAt(final long position) {
        return buffers[region(position)].getByte(index(position));
    }

    /** The little-endian 16 bits at {@code position}, as 0 to 65535. */
    public int shortAt(final long position) {
        return buffers[region(position)].getShort(index(position), ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    /** The little-endian 32 bits at {@code position}, as 0 to 2^32-1. */
    public long intAt(final long position) {
        return buffers[region(position)].getInt(index(position), ByteOrder.LITTLE_ENDIAN) & 0xFFFF_FFFFL;
    }

    /** The little-endian 64 bits at {@code position}. */
    public long littleEndianLongAt(final long position) {
        return buffers[region(position)].getLong(index(position), ByteOrder.LITTLE_ENDIAN);
    }

    /** The big-endian 64 bits at {@code position}. */
    public long bigEndianLongAt(final long position) {
        return buffers[region(position)].getLong(index(position), ByteOrder.BIG_ENDIAN);
    }

    /** Whether the {@code length} bytes at {@code position} equal those of {@code other}. */
    public boolean equalsAt(final long position, final DirectBuffer other, final int offset, final int length) {
        final UnsafeBuffer buffer = buffers[region(position)];
        final int index = index(position);
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            if (buffer.getLong(index + i) != other.getLong(offset + i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (buffer.getByte(index + i) != other.getByte(offset + i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the {@code length} bytes at {@code one} equal those at {@code other}. */
    public boolean equalRanges(final long one, final long other, final int length) {
        return equalsAt(one, buffers[region(other)], index(other), length);
    }

    /** Attaches {@code view} to {@code length} bytes at {@code position}; at most {@link #MAX_WRAP_LENGTH}. Copies nothing. */
    public void wrap(final UnsafeBuffer view, final long position, final int length) {
        if (length == 0) {
            view.wrap(NO_BYTES); // position may be the end of the last region
        } else {
            view.wrap(buffers[region(position)], index(position), length);
        }
    }

    /** Whether all bytes of {@code [from, to)} are zero. */
    public boolean isZero(final long from, final long to) {
        long position = from;
        while (position < to && (position & (Long.BYTES - 1)) != 0) {
            if (byteAt(position++) != 0) {
                return false;
            }
        }
        while (position <= to - Long.BYTES) {
            final UnsafeBuffer buffer = buffers[region(position)];
            final int start = index(position);
            final int end = (int) Math.min(start + Math.min(to - position, PIECE_LENGTH), buffer.capacity()) - (Long.BYTES - 1);
            long found = 0;
            int i = start;
            for (; i < end; i += Long.BYTES) {
                found |= buffer.getLong(i);
            }
            if (found != 0) {
                return false;
            }
            position += i - start;
        }
        while (position < to) {
            if (byteAt(position++) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Position of the last byte of {@code [from, to)} that is not zero; {@code from - 1} if there is none. */
    public long lastNonZero(final long from, final long to) {
        long end = to;
        while (end - PIECE_LENGTH >= from && isZero(end - PIECE_LENGTH, end)) {
            end -= PIECE_LENGTH;
        }
        while (end > from && byteAt(end - 1) == 0) {
            end--;
        }
        return end - 1;
    }

    /** Unmaps now: only where no buffer was handed out, and nothing is read afterwards. */
    public void release() {
        for (final MappedRegion region : regions) {
            region.release();
        }
        regions = NONE;
        buffers = new UnsafeBuffer[0];
        length = 0;
    }

    private static int region(final long position) {
        return (int) (position >>> STRIDE_BITS);
    }

    private static int index(final long position) {
        return (int) position & STRIDE_MASK;
    }
}
