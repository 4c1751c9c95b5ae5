package io.slipstream.writer;

import io.slipstream.storage.IoFaults;
import io.slipstream.storage.MappedRegion;
import io.slipstream.storage.StorageFile;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;

/**
 * The pre-sized, zero-filled, mapped end of a log, ready to be appended into. One thread appends; {@link #touch} and {@link #force} may come from
 * another.
 */
public final class Segment {
    /*
     * The blocks are written before they are mapped: on a sparse file a full disk would be found by a store, long after it, as a
     * fault. Each page is then touched, so that no append pays for its first fault: by adding nothing, since the
     * first page may hold records and be appended to meanwhile.
     */
    private static final int PAGE_LENGTH = 4096;
    private static final int TOUCHED_AT_ONCE = 1 << 16;

    private final MappedRegion region;
    private final long endPosition;
    private final boolean lengthForced;

    // Of maintenance: the pages before it were touched again since that many times the whole file was written back.
    private long touchedEnd;
    private long touchedSince;
    @SuppressWarnings("UnusedVariable") // written so that the loads it sums up are not optimised away
    private volatile int loaded;

    private Segment(final MappedRegion region, final long endPosition, final boolean lengthForced) {
        this.region = region;
        this.endPosition = endPosition;
        this.lengthForced = lengthForced;
    }

    /**
     * Grows {@code file} with zeros from {@code fileEnd} to {@code newEnd} and maps it from {@code position} on, which is at most
     * {@code fileEnd}. If that fails the file has its old length.
     *
     * @param finely whether it will be forced beside the thread that appends: see {@link StorageFile#allocateFinely}
     */
    static Segment prepare(final StorageFile file, final boolean finely, final long position, final long fileEnd, final long newEnd)
            throws IOException {
        try {
            if (finely) {
                file.allocateFinely(fileEnd, newEnd);
            } else {
                file.allocate(fileEnd, newEnd);
            }
            return map(file, position & -PAGE_LENGTH, newEnd, false);
        } catch (final IOException | RuntimeException | Error e) {
            cutBack(file, fileEnd, e);
            throw e;
        }
    }

    /**
     * As {@link #prepare}, while {@code used} is being appended into, whose end is that of the file: begins {@code overlap} bytes before that, or where
     * {@code used} does.
     *
     * @param forced whether the length that the file grows to survives power loss on return
     * @throws ForceFailedException if that failed
     */
    static Segment prepareBehind(final Segment used, final int overlap, final StorageFile file, final long newEnd, final boolean forced)
            throws IOException {
        if (file.length() != used.endPosition) { // to fill what is behind would overwrite records
            throw new IOException("the log has another length than its writer gave it: " + file + " length=" + file.length() + " expected="
                    + used.endPosition + "; another program is at fault");
        }
        try {
            file.allocateFinely(used.endPosition, newEnd);
            if (forced) {
                forceLastPage(file, used.endPosition, newEnd);
            }
            return map(file, Math.max(used.startPosition(), used.endPosition - overlap), newEnd, forced);
        } catch (final IOException | RuntimeException | Error e) {
            cutBack(file, used.endPosition, e);
            throw e;
        }
    }

    // To force the file would do, but also write back, and protect, what the writer stores into.
    private static void forceLastPage(final StorageFile file, final long from, final long to) throws ForceFailedException {
        final int length = (int) Math.min(PAGE_LENGTH, to - from);
        try {
            file.writeForced(to - length, new byte[length], 0, length);
        } catch (final IOException e) {
            throw new ForceFailedException(e);
        }
    }

    /** A segment of memory for {@code length} bytes from {@code position} on, for a writer that has not noticed yet that its file is superseded. */
    static Segment ofNoFile(final long position, final long length) {
        return new Segment(new Memory(position, new UnsafeBuffer(new byte[Math.toIntExact(length)])), position + length, false);
    }

    private record Memory(long position, UnsafeBuffer buffer) implements MappedRegion {
        @Override
        public void force(final int offset, final int length) {
            throw new IllegalStateException("a file that is superseded is not forced");
        }

        @Override
        public void release() {
            // the collector's
        }
    }

    private static Segment map(final StorageFile file, final long start, final long end, final boolean lengthForced) throws IOException {
        final Segment segment = new Segment(file.map(start, Math.toIntExact(end - start), true), end, lengthForced);
        segment.touch(start, end);
        IoFaults.settle();
        return segment;
    }

    private static void cutBack(final StorageFile file, final long fileEnd, final Throwable failure) {
        try {
            file.truncate(fileEnd);
        } catch (final IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** Makes the pages of {@code [from, to)}, positions in the file, ready to be stored to. Changes nothing, also beside a thread that does. */
    void touch(final long from, final long to) {
        final UnsafeBuffer buffer = region.buffer();
        final long end = Math.min(to - region.position(), buffer.capacity() - Integer.BYTES + 1);
        for (long index = from - region.position() & -PAGE_LENGTH; index < end; index += PAGE_LENGTH) {
            buffer.getAndAddInt((int) index, 0);
        }
    }

    /**
     * {@linkplain #touch Touches} what part of {@code [from, to)} was not touched since the file was written back the last of {@code writeBacks} times,
     * if that is much, or the end. For one thread.
     *
     * @return whether there was anything to touch
     */
    boolean touchAgain(final long from, final long to, final long writeBacks) {
        if (touchedSince != writeBacks) {
            touchedSince = writeBacks;
            touchedEnd = 0;
        }
        final long start = Math.max(Math.max(from, startPosition()), touchedEnd);
        final long end = Math.min(to, endPosition);
        if (end - start < (end == endPosition ? 1 : TOUCHED_AT_ONCE)) {
            return false;
        }
        touchMapped(start, end);
        touchedEnd = end;
        return true;
    }

    /** {@linkplain #touch Touches} the pages behind {@code position}, up to which was forced: what shares a block of memory with it was written back, too. */
    void touchBehind(final long position) {
        touchMapped(position, Math.min(position + TOUCHED_AT_ONCE, endPosition));
    }

    // The file may have been cut short since it was mapped. A load that fails for that is thrown as an error; an atomic add that fails, interpreted on
    // JDK 17, ends the process. So the one comes close before the other.
    private void touchMapped(final long from, final long to) {
        for (long at = from; at < to; at += TOUCHED_AT_ONCE) {
            final long end = Math.min(to, at + TOUCHED_AT_ONCE);
            load(at, end);
            IoFaults.settle();
            touch(at, end);
            IoFaults.settle();
        }
    }

    private void load(final long from, final long to) {
        final UnsafeBuffer buffer = region.buffer();
        final long end = to - region.position();
        int sum = 0;
        for (long index = from - region.position() & -PAGE_LENGTH; index < end; index += PAGE_LENGTH) {
            sum += buffer.getByte((int) index);
        }
        loaded = sum;
    }

    /** Where the segment that follows {@code position} should end, to hold at least {@code needed} bytes. */
    static long endOf(final long position, final long needed, final int segmentLength) {
        final long end = position + Math.max(needed, segmentLength);
        final long pageEnd = (end + PAGE_LENGTH - 1) & -PAGE_LENGTH;
        return Math.min(pageEnd, (position & -PAGE_LENGTH) + Integer.MAX_VALUE);
    }

    /** Whether {@code needed} bytes at {@code position} lie inside. */
    boolean holds(final long position, final long needed) {
        return position >= startPosition() && needed <= endPosition - position;
    }

    /** The mapped bytes; index 0 is {@link #startPosition()}. */
    UnsafeBuffer buffer() {
        return region.buffer();
    }

    /** Position in the file of the buffer's index 0. */
    long startPosition() {
        return region.position();
    }

    /** Position in the file where the segment, and the file, ends. */
    long endPosition() {
        return endPosition;
    }

    /** Whether a file that reaches to its end survives power loss, as far as it was seen to when it was made. */
    boolean isLengthForced() {
        return lengthForced;
    }

    /** Makes the stores of {@code [from, to)}, positions in the file, survive power loss. */
    void force(final long from, final long to) throws IOException {
        region.force((int) (from - region.position()), (int) (to - from));
    }

    /** Unmaps now: nobody may touch it any more. */
    void release() {
        region.release();
    }
}
