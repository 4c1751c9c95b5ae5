package io.slipstream.writer;

import io.slipstream.events.GrowthEvent;
import io.slipstream.events.LogEvents;
import io.slipstream.storage.StorageFile;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Where the segments of one file come from, and where those go that are full. The writer takes what is ready; if nothing is, or it will not do, the
 * writer makes one itself.
 *
 * <p>{@link #first} and {@link #next} for the writer's thread; {@link #makeReady}, {@link #touchAhead} and {@link #release} for one thread of
 * maintenance beside it, if there is one; the rest from any thread.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // each is written by one thread at a time
public final class SegmentSupply {
    /*
     * A segment that is made ahead cannot know where the writer will be when it takes it. So it begins OVERLAP_LENGTH before the end of the one in use:
     * a record that does not fit there, and is no longer than that, begins where both reach.
     * The file is lengthened under the growth lock, by whichever thread. A force does without it, so that the writer need not wait for one: what a force
     * covers is where the file ended before. Maintenance, which grows the file while the writer may be reading it, holds the file lock besides, and takes
     * that first.
     * Full segments go to maintenance, which unmaps them; when it does not come, the collector does.
     */
    private static final int OVERLAP_LENGTH = 1 << 20;
    private static final int USED_SHARE = 8;
    private static final int TOUCHED_LENGTH = 16 << 20;
    private static final int MAX_RETIRED = 16;
    private static final int SPARE_LENGTH = 1 << 16;

    private final Path log;
    private final StorageFile file;
    private final SegmentLengths lengths;
    private final Object fileLock;
    private final Object growthLock = new Object();
    private final OneToOneConcurrentArrayQueue<Segment> retired; // null: unmapped by the writer

    // Written by the writer; made ready by maintenance.
    private volatile Segment current;
    private volatile Segment ready;

    // Guarded by growthLock.
    private boolean superseded;
    private Throwable refused;
    private boolean chosen;

    // Written by the writer; before the file is published, maintenance's alone.
    private volatile long growths;
    private volatile long growthsByWriter;

    private volatile long writeBacks; // of the whole file; guarded by fileLock for writing, before the file is published, maintenance's alone

    /**
     * A supply for a log that ends in {@code file}.
     *
     * @param log        the log's name, which the file has, or will get
     * @param fileLock   held by whoever reads, forces, closes or renames the file, and by maintenance when it lengthens it
     * @param maintained whether full segments are left to maintenance to unmap
     */
    public SegmentSupply(
            final Path log, final StorageFile file, final SegmentLengths lengths, final Object fileLock, final boolean maintained) {
        this.log = log;
        this.file = file;
        this.lengths = lengths;
        this.fileLock = fileLock;
        this.retired = maintained ? new OneToOneConcurrentArrayQueue<>(MAX_RETIRED) : null;
    }

    /**
     * The writer does without this file, which it appends to only in case it replaces the log's: it cannot grow.
     *
     * @return false if it may have replaced it already
     */
    boolean refuse(final Throwable because) {
        synchronized (growthLock) {
            if (!chosen) {
                refused = because;
            }
            return !chosen;
        }
    }

    /**
     * This file is about to replace the log's. Under the file lock.
     *
     * @throws IOException if the writer has given it up
     */
    public void requireNotRefused() throws IOException {
        synchronized (growthLock) {
            if (refused != null) {
                throw new IOException("the compacted log could not grow as the log does: " + this + "; the log goes on as it is, the next attempt waits: "
                        + refused.getMessage(), refused);
            }
            chosen = true;
        }
    }

    /** Held by whoever lengthens the file, and by who must not be beside that. Taken behind the file lock; of two, first that of the file in use. */
    public Object growthLock() {
        return growthLock;
    }

    /** The first segment, behind {@code position}, where the file ends. */
    Segment first(final long position) throws IOException {
        final Segment segment = Segment.prepare(file, retired != null, position, position, Segment.endOf(position, 0, lengths.next(position)));
        current = segment;
        return segment;
    }

    /** The segment to go on in at {@code position}, with room for {@code needed} bytes. If it throws, the one in use is still there. */
    Segment next(final long position, final long needed) throws IOException {
        final Segment full = current;
        Segment next = ready;
        if (next != null && next.holds(position, needed)) {
            current = next; // first: see makeReady
            ready = null;
        } else {
            next = makeNow(position, needed);
        }
        growths++;
        retire(full);
        return next;
    }

    private Segment makeNow(final long position, final long needed) throws IOException {
        synchronized (growthLock) { // not the file lock, which a force holds
            final Segment unfit = ready;
            final Segment next;
            if (unfit != null && unfit.holds(position, needed)) { // it came meanwhile
                next = unfit;
            } else if (superseded) {
                return Segment.ofNoFile(position, Math.max(needed, SPARE_LENGTH));
            } else {
                final long end = unfit == null ? current.endPosition() : unfit.endPosition();
                final GrowthEvent event = LogEvents.beginGrowth();
                next = Segment.prepare(file, retired != null, position, end, Math.max(end, Segment.endOf(position, needed, lengths.next(position))));
                LogEvents.endGrowth(event, log, next.endPosition() - end, next.endPosition(), false);
                growthsByWriter++;
                if (unfit != null) {
                    retire(unfit);
                }
            }
            current = next;
            ready = null;
            return next;
        }
    }

    /**
     * The file is at no name any more, and what is appended to it goes for nothing. Under the growth lock.
     */
    public void supersede() {
        superseded = true;
    }

    private void retire(final Segment segment) {
        if (retired == null) {
            segment.release();
        } else if (!retired.offer(segment)) {
            return; // the collector will find it
        }
    }

    /**
     * Makes the next segment ready once part of the one in use is used.
     *
     * @param forced whether the length that the file grows to survives power loss on return
     * @return whether it made one
     * @throws IOException          if the disk fails or is full; the file is as long as it was
     * @throws ForceFailedException if to force that failed
     */
    public boolean makeReady(final long position, final boolean forced) throws IOException {
        if (ready != null || isHardlyUsed(position)) {
            return false;
        }
        synchronized (fileLock) {
            synchronized (growthLock) {
                return isMadeReady(position, forced);
            }
        }
    }

    private boolean isMadeReady(final long position, final boolean forced) throws IOException {
        if (ready != null || isHardlyUsed(position)) {
            return false;
        }
        final Segment used = current; // behind ready: a writer that takes it, sets this before
        final GrowthEvent event = LogEvents.beginGrowth();
        final long end = Segment.endOf(used.endPosition(), 0, lengths.next(position));
        final Segment made = Segment.prepareBehind(used, OVERLAP_LENGTH, file, end, forced);
        ready = made;
        LogEvents.endGrowth(event, log, made.endPosition() - used.endPosition(), made.endPosition(), true);
        return true;
    }

    private boolean isHardlyUsed(final long position) {
        final Segment used = current;
        return position - used.startPosition() < (used.endPosition() - used.startPosition()) / USED_SHARE;
    }

    /** Makes all stores, and the length of the file, survive power loss. */
    public void forceFile() throws IOException {
        file.force();
        writeBacks++;
    }

    /** Makes the stores of {@code [from, to)}, positions in the file, survive power loss. The length of the file does not by this. */
    public void force(final long from, final long to) throws IOException {
        final Segment used = current;
        if (from < used.startPosition()) {
            forceFile();
        } else if (from < to) {
            used.force(from, to);
            used.touchBehind(to);
        }
    }

    /**
     * Touches again what lies ahead of {@code position}, part by part as the writer comes nearer: the kernel protects pages that it wrote back, and the
     * next store to each would pay for it.
     *
     * @return whether there was anything to touch
     */
    public boolean touchAhead(final long position) {
        final Segment next = ready; // first: see makeReady
        final Segment used = current;
        final long written = writeBacks;
        final boolean touched = used.touchAgain(position, position + TOUCHED_LENGTH, written);
        return next != null && next != used && next.touchAgain(position, position + TOUCHED_LENGTH, written) || touched;
    }

    /**
     * Makes the zeros of the segment that is ready survive power loss; the length of the file does not by this.
     *
     * @return whether that does, since it was forced when the segment was made
     */
    public boolean forceReady() throws IOException {
        final Segment next = ready; // first: see makeReady
        final Segment used = current;
        if (next != null && used.endPosition() < next.endPosition()) { // or the writer has taken it, or done without it
            next.force(used.endPosition(), next.endPosition());
            return next.isLengthForced();
        }
        return false;
    }

    /** Where the last segment ends, and the file, unless the writer makes it longer just now: that in use, or the next if it is ready. */
    public long end() {
        final Segment next = ready; // first: see makeReady
        return next == null ? current.endPosition() : next.endPosition();
    }

    /** Unmaps one full segment, if there is one. */
    public boolean releaseOne() {
        final Segment segment = retired == null ? null : retired.poll();
        if (segment == null) {
            return false;
        }
        segment.release();
        return true;
    }

    /** Unmaps everything. Nobody may append any more. */
    public void release() {
        while (releaseOne()) {
            // one after the other
        }
        if (ready != null) {
            ready.release();
        }
        current.release();
    }

    /** Where the mapped segment in use ends. The file is at least as long. */
    public long capacity() {
        return current.endPosition();
    }

    /** Counts from here on: what was added before, was not for the writer. */
    public void countAnew() {
        growths = 0;
        growthsByWriter = 0;
    }

    /** How many segments are mapped to be appended into. */
    public int mapped() {
        return ready == null ? 1 : 2;
    }

    /** How often a segment was added. */
    public long growths() {
        return growths;
    }

    /** How often the writer had to make it itself. */
    public long growthsByWriter() {
        return growthsByWriter;
    }

    @Override
    public String toString() {
        return file + " length=" + capacity();
    }
}
