package io.slipstream;

import io.slipstream.compaction.CompactForm;
import io.slipstream.compaction.FreshLog;
import io.slipstream.format.RecordFlyweight;
import io.slipstream.format.RecordLayout;
import io.slipstream.index.LiveIndex;
import io.slipstream.replay.LogTail;
import io.slipstream.replay.RecordHandler;
import io.slipstream.storage.FirstFailure;
import io.slipstream.storage.LogBytes;
import io.slipstream.storage.LogPaths;
import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;
import io.slipstream.writer.RecordAppender;
import io.slipstream.writer.SegmentSupply;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * One compaction beside the writer, a step at a time: sort, copy, catch up, hand over. Single thread: that of maintenance.
 *
 * <p>Source: docs/recovery.md section 11.
 */
final class Rotation {
    /*
     * The index tells what is live up to a position, and is shown nothing while this goes on: what comes behind is copied as it is, record by record, each
     * checked. The last of it the writer copies itself, when it joins. No step takes much longer than its share of bytes, but for the forces, and for
     * making a segment ready; the writer notices none of them.
     */
    private enum Step { SORT, COPY, PREPARE, CATCH_UP, FORCE, FOLLOW, WAIT_FOR_WRITER, WAIT_FOR_ADOPTION, WAIT_FOR_PARTING, DONE }

    private static final int STEP_LENGTH = 1 << 16;
    private static final int CATCH_UP_LENGTH = 1 << 18;
    private static final int FORCE_INTERVAL = 8 << 20;
    private static final int OFFERED_LENGTH = WritableLog.MAX_JOINING_LENGTH / 4;
    private static final long MIN_PURSUIT = 64L << 20;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final SnapshotLog.Context context;
    private final Storage storage;
    private final LogPaths paths;
    private final WritableLog log;
    private final LiveIndex index;
    private final StorageFile file; // the log, for reading
    private final LogBytes bytes;
    private final long startPosition;
    private final long startedNanos;
    private final Copier copier = new Copier();

    private Step step = Step.SORT;
    private FreshLog fresh;
    private CompactForm form;
    private long copyStartedNanos;
    private long forcedLength;
    private RecordAppender next;
    private LogTail tail;
    private long freshForcedCapacity;
    private long freshForcedPosition;
    private Handover handover;
    private RecordAppender previous;
    private StorageFile previousFile;
    private IOException failure;

    Rotation(
            final SnapshotLog.Context context,
            final LogPaths paths,
            final WritableLog log,
            final LiveIndex index,
            final StorageFile file,
            final LogBytes bytes,
            final long startPosition) {
        this.context = context;
        this.storage = context.storage();
        this.paths = paths;
        this.log = log;
        this.index = index;
        this.file = file;
        this.bytes = bytes;
        this.startPosition = startPosition;
        this.startedNanos = context.nanoClock().nanoTime();
        index.beginSort();
    }

    /**
     * Does some of it.
     *
     * @return whether there was anything to do: not while it waits for the writer, or so as not to be too fast
     * @throws IOException if it failed and has ended; the log goes on, or is poisoned
     */
    boolean step() throws IOException {
        switch (step) {
            case SORT -> sort();
            case COPY -> {
                return copy();
            }
            case PREPARE -> prepare();
            case CATCH_UP -> catchUp();
            case FORCE -> force();
            case FOLLOW -> follow();
            case WAIT_FOR_WRITER -> {
                return waitForWriter();
            }
            case WAIT_FOR_ADOPTION -> {
                return waitForAdoption();
            }
            case WAIT_FOR_PARTING -> {
                return waitForParting();
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void sort() throws IOException {
        if (index.sortStep()) {
            fresh = FreshLog.create(storage, paths, storage.identity(paths.log()));
            form = new CompactForm(bytes, new IndexedRecords(index), index.length(), index.cursor(), fresh);
            copyStartedNanos = context.nanoClock().nanoTime();
            step = Step.COPY;
        }
    }

    private boolean copy() throws IOException {
        if (isTooFast()) {
            return false;
        }
        if (form.step(STEP_LENGTH)) {
            step = Step.PREPARE;
        } else if (form.end() - forcedLength > FORCE_INTERVAL) {
            fresh.force(); // bit by bit, so that the last force is short
            forcedLength = form.end();
        }
        return true;
    }

    private boolean isTooFast() {
        final long bytesPerSecond = context.compactionBytesPerSecond();
        if (bytesPerSecond == Long.MAX_VALUE) {
            return false;
        }
        final double seconds = (double) (context.nanoClock().nanoTime() - copyStartedNanos) / NANOS_PER_SECOND;
        return form.end() > seconds * bytesPerSecond;
    }

    private void prepare() throws IOException {
        final CompactForm.Written written = form.written();
        final SegmentSupply supply = new SegmentSupply(paths.log(), fresh.file(), context::nextSegmentLength, log.fileLock(), true);
        next = new RecordAppender(supply, written.length(), written.lastCrc());
        tail = new LogTail(file, startPosition);
        step = Step.CATCH_UP;
    }

    private void catchUp() throws IOException {
        if (pursue() <= CATCH_UP_LENGTH) {
            step = Step.FORCE;
        }
    }

    // Bytes still missing.
    private long pursue() throws IOException {
        final long end = log.appender().position();
        try {
            tail.advance(end, CATCH_UP_LENGTH, copier);
        } catch (final UncheckedIOException e) {
            throw new IOException(e.getMessage(), e.getCause());
        }
        final long appended = tail.position() - startPosition;
        if (appended > Math.max(MIN_PURSUIT, startPosition)) {
            throw new IOException("compaction cannot keep up with the writer: file=" + paths.log() + " appended meanwhile=" + appended
                    + " compacted=" + startPosition + "; the log goes on as it is, the next attempt waits");
        }
        return end - tail.position();
    }

    // Bit by bit, then the whole file, with its length. From then on a range will do.
    private void force() throws IOException {
        final SegmentSupply supply = next.supply();
        if (supply.makeReady(next.position(), false)) { // catching up may have left little room, and the writer would soon be in need
            return;
        }
        if (forcedLength < supply.capacity()) {
            final long to = Math.min(forcedLength + FORCE_INTERVAL, supply.capacity());
            supply.force(forcedLength, to);
            forcedLength = to;
            return;
        }
        freshForcedCapacity = supply.end();
        freshForcedPosition = next.position();
        supply.forceFile();
        step = Step.FOLLOW;
    }

    private void follow() throws IOException {
        if (pursue() <= OFFERED_LENGTH) {
            next.supply().touchAhead(next.position());
            next.supply().countAnew();
            handover = new Handover(next, tail.position(), form.written().length());
            step = Step.WAIT_FOR_WRITER;
            log.offer(handover);
        }
    }

    private boolean waitForWriter() throws IOException {
        switch (log.state()) {
            case JOINING -> {
                return false;
            }
            case JOINED -> publish();
            case OPEN -> { // too much was missing by then
                handover = null;
                step = Step.FOLLOW;
            }
            default -> throw new IOException("compaction was given up, for the log was closed or poisoned: file=" + paths.log());
        }
        return true;
    }

    private void publish() throws IOException {
        try {
            previous = log.appender();
            previousFile = log.publish(fresh, freshForcedCapacity, freshForcedPosition);
            step = Step.WAIT_FOR_ADOPTION;
        } catch (final IOException e) {
            log.giveUp();
            if (log.isOver()) {
                throw e;
            }
            failure = e;
            step = Step.WAIT_FOR_PARTING;
        }
    }

    private boolean waitForAdoption() throws IOException {
        if (log.appender() != next) {
            return false;
        }
        previous.supply().release();
        step = Step.DONE;
        SnapshotLog.closeUnlinked(previousFile);
        return true;
    }

    private boolean waitForParting() throws IOException {
        final WritableLog.State found = log.state();
        if (found == WritableLog.State.PARTING) {
            return false;
        }
        if (found == WritableLog.State.OPEN) {
            handover = null; // it has parted; of a log that is closed or poisoned, it may be in the middle of an append
        }
        throw failure;
    }

    /** Whether the new file is at the log's name. */
    boolean isPublished() {
        return previousFile != null;
    }

    /** Whether there is nothing left to do. */
    boolean isDone() {
        return step == Step.DONE;
    }

    /** How long the published log is in compact form. */
    CompactForm.Written compactForm() {
        return form.written();
    }

    /** Bytes of put records in compact form. */
    long putBytes() {
        return form.putBytes();
    }

    /** By how much the log was shortened. */
    long reclaimed() {
        return handover.shift();
    }

    /** Bytes of the log when this began. */
    long startPosition() {
        return startPosition;
    }

    long startedNanos() {
        return startedNanos;
    }

    /** Cleans up after a failure, or because the log is being closed. What the writer may be in the middle of, stays mapped. */
    void abandon(final Throwable because) {
        if (previousFile != null) {
            if (step != Step.DONE) {
                FirstFailure.close(because, previousFile);
            }
            return;
        }
        if (next == null) {
            closeFresh(because);
            return;
        }
        if (handover == null) {
            next.supply().release();
        }
        synchronized (next.supply().growthLock()) { // the writer may be lengthening it: its next write could go to whatever gets the descriptor
            closeFresh(because);
        }
    }

    private void closeFresh(final Throwable because) {
        if (fresh != null) {
            FirstFailure.close(because, fresh);
        }
    }

    private final class Copier implements RecordHandler {
        private final byte[] piece = new byte[STEP_LENGTH];
        private final UnsafeBuffer pieceBuffer = new UnsafeBuffer(piece);

        @Override
        public void onRecord(final RecordFlyweight record) throws IOException {
            final UnsafeBuffer source = record.buffer();
            final int crc = source.getInt(record.offset() + RecordLayout.CRC_OFFSET, RecordLayout.BYTE_ORDER);
            if (record.length() <= STEP_LENGTH) {
                next.appendRecords(source, record.offset(), (int) record.length(), crc);
            } else {
                copyInPieces(record, crc);
            }
        }

        private void copyInPieces(final RecordFlyweight record, final int crc) throws IOException {
            for (long done = 0; done < record.length(); done += STEP_LENGTH) {
                final int count = (int) Math.min(STEP_LENGTH, record.length() - done);
                file.copy(record.position() + done, piece, 0, count);
                next.appendRecords(pieceBuffer, 0, count, crc);
            }
        }
    }

    private record IndexedRecords(LiveIndex index) implements CompactForm.Records {
        @Override
        public long position(final int i) {
            return index.position(i);
        }

        @Override
        public void move(final int i, final long position) {
            index.move(i, position);
        }
    }
}
