package io.slipstream;

import io.slipstream.compaction.CompactForm;
import io.slipstream.compaction.FreshLog;
import io.slipstream.errors.PoisonedLogException;
import io.slipstream.format.RecordLayout;
import io.slipstream.index.LiveSet;
import io.slipstream.index.LiveSetBuilder;
import io.slipstream.mark.Mark;
import io.slipstream.mark.MarkFile;
import io.slipstream.replay.LogReplay;
import io.slipstream.replay.Verdict;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.FirstFailure;
import io.slipstream.storage.HeldLock;
import io.slipstream.storage.IoFaults;
import io.slipstream.storage.LogBytes;
import io.slipstream.storage.LogPaths;
import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;
import io.slipstream.writer.RecordAppender;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The one writer of a log: opens and recovers it, appends updates and checkpoints, compacts.
 *
 * <p>One writer thread at a time, for everything but {@link #length()}, {@link #stats()}, {@link #recovery()} and {@link #path()}, which any
 * thread may call. A close by another thread in the middle of an append crashes nothing, but that append may be lost. Use after {@link #close()} is
 * an {@link IllegalStateException}, after a failed force or rotation a {@link PoisonedLogException}. An interrupt ends no call: it completes
 * and keeps the interrupt status.
 *
 * <p>If another program cuts the file short, or the disk fails under the mapping, an append throws {@link PoisonedLogException}; on JDK 17 it may have
 * returned by then, and an {@link InternalError} comes in the next thing that the thread does. {@link #force()}, {@link #compact()} and
 * {@link #close()} notice a file that is still too short.
 *
 * <p>Three promises, not to be mixed: what an append or checkpoint wrote survives the death of the process from the moment the call returns;
 * power loss only after {@link #force()}, {@link #compact()} or {@link #close()}. Sources: docs/format.md, docs/recovery.md.
 */
public final class SnapshotLog implements AutoCloseable {
    /*
     * The way of a byte: put -> RecordAppender (encode, sum, commit into the mapped segment) -> page cache -> force. Back: OpenedLog
     * (replay, verdict) -> LiveSet -> SnapshotView. Compaction: replay up to the writer's position -> LiveSet -> FreshLog -> rename.
     *
     * Close never unmaps: a call that another thread is in the middle of must not touch unmapped memory. The mapping is freed when this
     * object can no longer be reached.
     */
    private enum State { OPEN, COMPACTING, POISONED, CLOSED }

    private static final int FIRST_SEGMENT_LENGTH = 1 << 20;

    private final Context context;
    private final Storage storage;
    private final LogPaths paths;
    private final HeldLock lock;
    private final RecoveryReport recovery;
    private final SnapshotView recoveredView;
    private final Object maintenance = new Object();
    private final MarkFile marks;
    private final String bootId;

    // Written by the writer thread; the state also by whoever closes.
    private volatile State state = State.OPEN;
    private Throwable poison;
    private StorageFile file;
    private volatile RecordAppender appender;
    private volatile long compactedLength;
    private volatile long forcedLength;
    private volatile long growthsBefore;
    private volatile long forces;
    private volatile long compactions;
    private volatile long lastCompactionNanos;
    private volatile long lastCompactionReclaimed;
    private long forcedCapacity; // the file's length when it was last forced as a whole in this run; 0 if it was not
    private Mark mark;

    private SnapshotLog(
            final Context context,
            final LogPaths paths,
            final HeldLock lock,
            final StorageFile file,
            final RecordAppender appender,
            final MarkFile marks,
            final Mark mark,
            final RecoveryReport recovery,
            final SnapshotView recoveredView) {
        this.context = context;
        this.storage = context.storage;
        this.paths = paths;
        this.lock = lock;
        this.file = file;
        this.appender = appender;
        this.marks = marks;
        this.mark = mark;
        this.bootId = mark.bootId();
        this.forcedLength = mark.forcedPosition();
        this.recovery = recovery;
        this.recoveredView = recoveredView;
        this.compactedLength = RecordLayout.HEADER_LENGTH;
    }

    /** As {@link #open(Path, Context)} with the defaults. */
    public static SnapshotLog open(final Path path) throws IOException {
        return open(path, new Context());
    }

    /**
     * Opens the log at {@code path} for writing: creates it, or finds its end, cuts a torn tail off, and prepares a segment.
     *
     * <p>On return the header, and the cut if there was one, survive power loss; existing records do only after the first
     * {@link #force()}.
     *
     * @throws io.slipstream.errors.CorruptSnapshotException       if the log is damaged; the file is as it was
     * @throws io.slipstream.errors.InvalidSnapshotFormatException if the file is no PGSS v2 log; it is as it was
     * @throws io.slipstream.errors.LogInUseException              if there is a writer already, in this or another process
     * @throws IOException                                         if the disk fails or is full
     * @throws IllegalStateException                               if the JVM lacks the flag that Agrona needs; says which
     * @throws UnsupportedOperationException                       on Windows
     * @throws IllegalArgumentException                            if the name is that of another log's companion, such as {@code kv.lock}
     */
    public static SnapshotLog open(final Path path, final Context context) throws IOException {
        Platform.requireWriter();
        final Context concluded = context.copy();
        final LogPaths paths = LogPaths.ofWritten(concluded.storage.resolve(path));
        final HeldLock lock = OpenedLog.lock(concluded.storage, paths);
        try {
            return openLocked(concluded, paths, lock);
        } catch (final InternalError e) {
            final IOException fault = IoFaults.toIoException(e, paths.log());
            FirstFailure.close(fault, lock);
            throw fault;
        } catch (final IOException | RuntimeException | Error e) {
            FirstFailure.close(e, lock);
            throw e;
        }
    }

    private static SnapshotLog openLocked(final Context context, final LogPaths paths, final HeldLock lock) throws IOException {
        final Storage storage = context.storage;
        storage.unlink(paths.compact());
        boolean created = storage.identity(paths.log()) == null;
        if (created) {
            FreshLog.publishEmpty(storage, paths, null);
        }
        final StorageFile file = storage.openForWrite(paths.log());
        try {
            created |= OpenedLog.completeHeader(file);
        } catch (final IOException | RuntimeException | Error e) {
            FirstFailure.close(e, file);
            throw e;
        }
        final OpenedLog opened = OpenedLog.replay(storage, paths, file, context.recoveredView, context.recoveryPolicy);
        RecoveryReport report = RecoveryReport.of(opened.verdict(), opened.records(), null);
        if (created) {
            report = new RecoveryReport(RecoveryReport.Tail.NEW, 0, RecordLayout.HEADER_LENGTH, 0, 0, 0, null);
        }
        if (opened.verdict().isRefused()) {
            return openRefused(context, paths, lock, opened);
        }
        if (opened.isForceFailed()) {
            try (opened) {
                opened.replaceByCopy(storage, paths);
            }
            return startOver(context, paths, lock, report);
        }
        try {
            opened.cutTail(context.storage, paths, file);
            return start(context, paths, lock, opened, report);
        } catch (final IOException | RuntimeException | Error e) {
            FirstFailure.close(e, opened);
            throw e;
        }
    }

    private static SnapshotLog start(
            final Context context, final LogPaths paths, final HeldLock lock, final OpenedLog opened, final RecoveryReport report)
            throws IOException {
        final MarkFile marks = MarkFile.open(context.storage, paths, opened.file().identity());
        final Mark mark = opened.beginningMark(context.storage.bootId());
        final RecordAppender appender;
        try {
            marks.write(mark);
            appender = new RecordAppender(opened.file(), report.position(), opened.lastCrc(), context::nextSegmentLength);
        } catch (final IOException | RuntimeException | Error e) {
            FirstFailure.close(e, marks);
            throw e;
        }
        SnapshotView view = null;
        if (context.recoveredView) {
            view = new SnapshotView(paths.log(), opened.live(), report);
        } else {
            opened.bytes().release();
        }
        return new SnapshotLog(context, paths, lock, opened.file(), appender, marks, mark, report, view);
    }

    private static SnapshotLog openRefused(final Context context, final LogPaths paths, final HeldLock lock, final OpenedLog opened)
            throws IOException {
        final Path aside;
        final Verdict verdict = opened.verdict();
        try (opened) {
            if (context.recoveryPolicy == RecoveryPolicy.PREFIX && verdict.kind() == Verdict.Kind.CORRUPTED) {
                aside = opened.replaceByPrefix(context.storage, paths);
            } else if (context.setAsideRefused) {
                aside = OpenedLog.setAside(context.storage, paths, opened.file().identity());
            } else {
                throw verdict.toException(paths.log());
            }
        }
        final boolean prefixKept = context.recoveryPolicy == RecoveryPolicy.PREFIX && verdict.kind() == Verdict.Kind.CORRUPTED;
        final long kept = prefixKept ? verdict.position() : RecordLayout.HEADER_LENGTH;
        return startOver(context, paths, lock, new RecoveryReport(RecoveryReport.Tail.DAMAGED, verdict.row(), kept,
                Math.max(0, verdict.fileLength() - kept), verdict.survivors(), prefixKept ? opened.records() : 0, aside));
    }

    // The log was just published in whole: nothing but a clean end may be found.
    private static SnapshotLog startOver(
            final Context context, final LogPaths paths, final HeldLock lock, final RecoveryReport report) throws IOException {
        final OpenedLog rest = OpenedLog.replay(
                context.storage, paths, context.storage.openForWrite(paths.log()), context.recoveredView, context.recoveryPolicy);
        try {
            if (rest.verdict().kind() != Verdict.Kind.CLEAN || rest.verdict().position() != report.position()) {
                throw new IOException("a log that was just published is not what was written: file=" + paths.log() + " found="
                        + rest.verdict().message(paths.log()));
            }
            return start(context, paths, lock, rest, report);
        } catch (final IOException | RuntimeException | Error e) {
            FirstFailure.close(e, rest);
            throw e;
        }
    }

    /**
     * Appends a put. On return it survives the death of the process; power loss only after {@link #force()}.
     *
     * @param key     at most 65,535 bytes in UTF-8, no unpaired surrogate
     * @param value   copied
     * @param version at most 10 bytes
     * @throws IllegalArgumentException     if something is too long or has no UTF-8 form; nothing was appended
     * @throws java.io.UncheckedIOException if the log had to grow and could not; nothing was appended, and the log goes on
     */
    public void put(final String key, final byte[] value, final VersionToken version) {
        final RecordAppender target = open();
        try {
            target.put(key, value, version.bytes());
        } catch (final InternalError e) {
            throw poisonedBy(e);
        }
    }

    /**
     * Appends a put straight from the caller's buffers, with an 8-byte big-endian version. Allocates nothing. Promises and errors as
     * {@link #put(String, byte[], VersionToken)}; besides, the key's bytes must be UTF-8 and the ranges inside the buffers.
     */
    public void put(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer value,
            final int valueOffset,
            final int valueLength,
            final long revision) {
        final RecordAppender target = open();
        try {
            target.put(key, keyOffset, keyLength, value, valueOffset, valueLength, revision);
        } catch (final InternalError e) {
            throw poisonedBy(e);
        }
    }

    /** Appends a delete: the key has no value from now on. Promises and errors as {@link #put(String, byte[], VersionToken)}. */
    public void delete(final String key, final VersionToken version) {
        final RecordAppender target = open();
        try {
            target.delete(key, version.bytes());
        } catch (final InternalError e) {
            throw poisonedBy(e);
        }
    }

    /** Appends a delete straight from the caller's buffer, with an 8-byte big-endian version. Allocates nothing. */
    public void delete(final DirectBuffer key, final int keyOffset, final int keyLength, final long revision) {
        final RecordAppender target = open();
        try {
            target.delete(key, keyOffset, keyLength, revision);
        } catch (final InternalError e) {
            throw poisonedBy(e);
        }
    }

    /** Appends a purge, which the format writes as a delete. Promises and errors as {@link #put(String, byte[], VersionToken)}. */
    public void purge(final String key, final VersionToken version) {
        delete(key, version);
    }

    /** Appends a purge straight from the caller's buffer, as {@link #delete(DirectBuffer, int, int, long)}. */
    public void purge(final DirectBuffer key, final int keyOffset, final int keyLength, final long revision) {
        delete(key, keyOffset, keyLength, revision);
    }

    /** Appends one update of any kind. Promises and errors as {@link #put(String, byte[], VersionToken)}. */
    public void append(final KvUpdate update) {
        if (update instanceof KvUpdate.Put put) {
            put(put.key(), put.value(), put.version());
        } else {
            delete(update.key(), update.version());
        }
    }

    /**
     * Appends the cursor: everything up to it in the source has been appended. On return it survives the death of the process; power
     * loss only after {@link #force()}, or if {@link Context#forceOnCheckpoint} is set.
     *
     * @return whether more bytes than the compaction threshold were appended since the last compaction; at open all records count
     * @throws IOException if a force was configured and failed, or the log had to grow and could not
     */
    public boolean checkpoint(final WatchCursor cursor) throws IOException {
        final RecordAppender target = open();
        try {
            target.cursor(cursor.bytes());
        } catch (final InternalError e) {
            throw poisonedBy(e);
        } catch (final UncheckedIOException e) {
            throw new IOException(e.getMessage(), e.getCause());
        }
        return afterCheckpoint();
    }

    /** As {@link #checkpoint(WatchCursor)} with an 8-byte big-endian cursor. Allocates nothing. */
    public boolean checkpoint(final long revision) throws IOException {
        final RecordAppender target = open();
        try {
            target.cursor(revision);
        } catch (final InternalError e) {
            throw poisonedBy(e);
        } catch (final UncheckedIOException e) {
            throw new IOException(e.getMessage(), e.getCause());
        }
        return afterCheckpoint();
    }

    private boolean afterCheckpoint() throws IOException {
        if (context.forceOnCheckpoint) {
            force();
        }
        return bytesSinceCompaction() > context.compactionThreshold;
    }

    /**
     * Makes everything appended so far survive power loss. The first force of a run covers the whole log.
     *
     * @throws IOException if the disk fails, or the log was cut short or its name leads to another file now. The log is poisoned then: nobody can tell which
     *                     pages were lost. Only where not even its name and length could be asked for, nothing was tried, and the log goes on
     */
    public void force() throws IOException {
        synchronized (maintenance) {
            final RecordAppender target = open();
            requireOwnFile();
            final long position = target.position();
            try {
                IoFaults.settle();
                if (target.capacity() == forcedCapacity) {
                    target.force(forcedLength);
                } else {
                    file.force(); // a mapped range would do for the records, but not for the length that the file has grown to
                }
                setMark(Mark.writing(bootId, file.identity(), position, target.lastCrc()));
            } catch (final InternalError e) {
                final IOException fault = IoFaults.toIoException(e, paths.log());
                failedForce(fault);
                throw fault;
            } catch (final IOException | RuntimeException | Error e) {
                failedForce(e);
                throw e;
            }
            forcedLength = position;
            forcedCapacity = target.capacity();
            forces++;
        }
    }

    private void setMark(final Mark next) throws IOException {
        marks.write(next);
        mark = next;
    }

    // A later force may succeed with the pages gone: the next open must not trust this file.
    private void failedForce(final Throwable failure) {
        poison(failure);
        try {
            setMark(mark.failed());
        } catch (final IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * Rewrites the log to its compact form, in a fresh file that replaces the old one atomically. On return it survives power loss,
     * everything appended before included. Open views keep showing what they showed.
     *
     * @throws IOException if the disk fails or is full. The old log is in use and intact, or, where the new file may already have taken its
     *                     name, the log is poisoned
     */
    public void compact() throws IOException {
        synchronized (maintenance) {
            open();
            requireOwnFile();
            final long started = System.nanoTime();
            final RecordAppender previous = appender;
            final long before = previous.position();
            final LogBytes bytes = LogBytes.map(file, before);
            state = State.COMPACTING;
            try {
                rotate(replayed(bytes));
                growthsBefore += previous.growths();
            } catch (final InternalError e) {
                throw IoFaults.toIoException(e, paths.log());
            } finally {
                bytes.release();
                if (state == State.COMPACTING) {
                    state = State.OPEN;
                }
            }
            compactions++;
            lastCompactionNanos = System.nanoTime() - started;
            lastCompactionReclaimed = before - appender.position();
        }
    }

    private LiveSet replayed(final LogBytes bytes) throws IOException {
        try (LiveSetBuilder live = new LiveSetBuilder(bytes)) {
            new LogReplay(file, bytes).replayAll(live, paths.log());
            return live.build();
        }
    }

    // Everything that can fail and be undone comes before the rename: the temporary file is given up, the old log stays in use.
    private void rotate(final LiveSet live) throws IOException {
        RecordAppender next = null;
        final StorageFile nextFile;
        final Mark nextMark;
        try (FreshLog fresh = FreshLog.create(storage, paths, storage.identity(paths.log()))) {
            try {
                final CompactForm.Written written = CompactForm.write(live, fresh);
                next = new RecordAppender(fresh.file(), written.length(), written.lastCrc(), context::nextSegmentLength);
                fresh.force();
                nextMark = Mark.writing(bootId, fresh.file().identity(), written.length(), written.lastCrc());
                marks.writeBeside(nextMark);
                fresh.publish();
                nextFile = fresh.takeFile();
            } catch (final IOException | RuntimeException | Error e) {
                if (fresh.isRenamed()) {
                    poison(e);
                }
                if (next != null) {
                    next.release();
                }
                throw e;
            }
        }
        marks.adopt();
        mark = nextMark;
        switchTo(nextFile, next);
    }

    private void switchTo(final StorageFile nextFile, final RecordAppender next) {
        final StorageFile previousFile = file;
        final RecordAppender previous = appender;
        file = nextFile;
        appender = next;
        compactedLength = next.position();
        forcedLength = next.position();
        forcedCapacity = next.capacity();
        previous.release();
        closeUnlinked(previousFile);
    }

    // The new file is in place, and nothing of this one is wanted any more.
    private static void closeUnlinked(final StorageFile unlinked) {
        try {
            unlinked.close();
        } catch (final IOException e) {
            return;
        }
    }

    /**
     * A zero-copy view of the log as it is now. Independent of this log from then on: it outlives a compaction and
     * a close.
     *
     * @throws IOException if the disk fails
     */
    public SnapshotView view() throws IOException {
        synchronized (maintenance) {
            open();
            final LogBytes bytes = LogBytes.map(file, appender.position());
            try (LiveSetBuilder live = new LiveSetBuilder(bytes)) {
                final LogReplay replay = new LogReplay(file, bytes);
                replay.replayAll(live, paths.log());
                return new SnapshotView(paths.log(), live.build(),
                        new RecoveryReport(RecoveryReport.Tail.CLEAN, 1, bytes.length(), 0, 0, replay.records(), null));
            } catch (final InternalError e) {
                final IOException fault = IoFaults.toIoException(e, paths.log());
                FirstFailure.close(fault, bytes::release);
                throw fault;
            } catch (final IOException | RuntimeException | Error e) {
                FirstFailure.close(e, bytes::release);
                throw e;
            }
        }
    }

    /**
     * What was live when this log was opened, indexed by the same pass that recovered it. Every call gives the same view; who closes it, closes
     * it for all.
     *
     * @throws IllegalStateException if {@link Context#recoveredView(boolean)} was not set
     */
    public SnapshotView recoveredView() {
        requireNotClosed();
        if (recoveredView == null) {
            throw new IllegalStateException("the log was opened without a recovered view: set Context.recoveredView(true)");
        }
        return recoveredView;
    }

    /**
     * Writes a consistent compact copy of the log as it is now to {@code target}, which must not exist. On return
     * the copy survives power loss.
     *
     * @throws java.nio.file.FileAlreadyExistsException if something stands at {@code target}
     * @throws IOException                              if a disk fails or is full; nothing stands at {@code target} then
     */
    public void copyTo(final Path target) throws IOException {
        try (SnapshotView view = view()) {
            view.copyTo(storage, target);
        }
    }

    /** What was found and dropped when this log was opened. */
    public RecoveryReport recovery() {
        requireNotClosed();
        return recovery;
    }

    /** The log's file, links resolved. */
    public Path path() {
        requireNotClosed();
        return paths.log();
    }

    /** End of the last record, in bytes from the start of the file. */
    public long length() {
        requireNotClosed();
        return appender.position();
    }

    /** Figures of this writer, now; each by itself exact, together as good as a moment allows. */
    public LogStats stats() {
        requireNotClosed();
        final RecordAppender current = appender;
        final long length = current.position();
        return new LogStats(length, current.capacity(), forcedLength, length - compactedLength, growthsBefore + current.growths(), forces,
                compactions, lastCompactionNanos, lastCompactionReclaimed);
    }

    private long bytesSinceCompaction() {
        return appender.position() - compactedLength;
    }

    /**
     * Forces the log, cuts the unused rest of its segment off, forces the cut, and lets go of the lock. A poisoned log is left as it is.
     * Closing twice does nothing.
     *
     * @throws IOException if the disk fails. The lock is released all the same, and the log opens again
     */
    @Override
    public void close() throws IOException {
        synchronized (maintenance) {
            final State before = state;
            if (before == State.CLOSED) {
                return;
            }
            state = State.CLOSED;
            try (HeldLock held = lock; MarkFile closingMarks = marks; StorageFile closing = file) {
                if (before == State.OPEN) {
                    requireOwnFile();
                    cutSlack(closing);
                    closingMarks.write(Mark.writing(bootId, closing.identity(), appender.position(), appender.lastCrc()).closed());
                }
            }
        }
    }

    private void cutSlack(final StorageFile closing) throws IOException {
        try {
            IoFaults.settle();
            closing.force();
            closing.truncate(appender.position());
            closing.force();
        } catch (final InternalError e) {
            final IOException fault = IoFaults.toIoException(e, paths.log());
            failedForce(fault);
            throw fault;
        } catch (final IOException | RuntimeException | Error e) {
            failedForce(e);
            throw e;
        }
    }

    private RecordAppender open() {
        if (state != State.OPEN) {
            throw notOpen();
        }
        return appender;
    }

    private void requireNotClosed() {
        if (state == State.CLOSED) {
            throw notOpen();
        }
    }

    private IllegalStateException notOpen() {
        return switch (state) {
            case CLOSED -> new IllegalStateException("log is closed: file=" + paths.log());
            case COMPACTING -> new IllegalStateException("log is used by two threads, one of which compacts it: file=" + paths.log()
                    + "; there is one writer thread");
            default -> new PoisonedLogException("log is poisoned: file=" + paths.log() + "; close it and open it again; cause: " + poison, poison);
        };
    }

    // A program that takes no lock may have put another file under the log's name, or cut this one: what was appended since would be gone.
    private void requireOwnFile() throws IOException {
        final String done;
        final long capacity = appender.capacity(); // before the length: who grows the log meanwhile lengthens the file first
        if (!file.identity().isSameFile(storage.identity(paths.log()))) {
            done = "removed or replaced";
        } else if (file.length() < capacity) {
            done = "cut short";
        } else {
            return;
        }
        final IOException changed = new IOException("the log was " + done + " under its writer, by a program that takes no lock: file=" + paths.log()
                + "; what was appended since then may be lost, rebuild it from the store");
        poison(changed);
        throw changed;
    }

    private void poison(final Throwable cause) {
        poison = cause;
        if (state != State.CLOSED) {
            state = State.POISONED;
        }
    }

    private PoisonedLogException poisonedBy(final InternalError error) {
        poison(IoFaults.toIoException(error, paths.log()));
        return new PoisonedLogException("log is poisoned: file=" + paths.log() + "; its mapped bytes failed; close it and open it again", poison);
    }

    @Override
    public String toString() {
        return "SnapshotLog[file=" + paths.log() + ", state=" + state + ", length=" + appender.position() + "]";
    }

    /**
     * How a log is opened. Fluent; not thread-safe; copied at open, so that later changes touch no open log.
     */
    public static final class Context {
        /** Longest segment unless told otherwise. */
        public static final int DEFAULT_SEGMENT_LENGTH = 64 << 20;
        /** Shortest segment. */
        public static final int MIN_SEGMENT_LENGTH = 4096;
        /** Longest segment. */
        public static final int MAX_SEGMENT_LENGTH = 1 << 30;
        /** Bytes after which a checkpoint asks for a compaction, unless told otherwise. */
        public static final long DEFAULT_COMPACTION_THRESHOLD = 10L << 20;

        private Storage storage = FileStorage.INSTANCE;
        private int segmentLength = DEFAULT_SEGMENT_LENGTH;
        private long compactionThreshold = DEFAULT_COMPACTION_THRESHOLD;
        private boolean forceOnCheckpoint;
        private RecoveryPolicy recoveryPolicy = RecoveryPolicy.PROVEN;
        private boolean setAsideRefused;
        private boolean recoveredView;

        /**
         * Longest segment in bytes. Segments begin at 1 MiB, or at this if it is less, and grow with the log up to this: a small log opens
         * without filling a large one.
         *
         * @throws IllegalArgumentException if it is not between 4 KiB and 1 GiB
         */
        public Context segmentLength(final int segmentLengthBytes) {
            if (segmentLengthBytes < MIN_SEGMENT_LENGTH || segmentLengthBytes > MAX_SEGMENT_LENGTH) {
                throw new IllegalArgumentException("segment length out of range: length=" + segmentLengthBytes + " min=" + MIN_SEGMENT_LENGTH
                        + " max=" + MAX_SEGMENT_LENGTH);
            }
            segmentLength = segmentLengthBytes;
            return this;
        }

        /** Longest segment in bytes. */
        public int segmentLength() {
            return segmentLength;
        }

        /**
         * A checkpoint asks for a compaction when more than this many bytes were appended since the last.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Context compactionThreshold(final long thresholdBytes) {
            if (thresholdBytes < 0) {
                throw new IllegalArgumentException("compaction threshold out of range: bytes=" + thresholdBytes + " min=0");
            }
            compactionThreshold = thresholdBytes;
            return this;
        }

        /** Bytes after which a checkpoint asks for a compaction. */
        public long compactionThreshold() {
            return compactionThreshold;
        }

        /** Whether every checkpoint forces. Off unless set. */
        public Context forceOnCheckpoint(final boolean force) {
            forceOnCheckpoint = force;
            return this;
        }

        /** Whether every checkpoint forces. */
        public boolean forceOnCheckpoint() {
            return forceOnCheckpoint;
        }

        /** What to do about a log whose end is not sound. {@link RecoveryPolicy#PROVEN} unless set. */
        public Context recoveryPolicy(final RecoveryPolicy policy) {
            recoveryPolicy = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /** What to do about a log whose end is not sound. */
        public RecoveryPolicy recoveryPolicy() {
            return recoveryPolicy;
        }

        /**
         * Whether a log that would be refused as corrupted or invalid is set aside, as {@code LOG.damaged-N}, and an empty one begun: for
         * callers that must start. Off unless set.
         */
        public Context setAsideRefused(final boolean setAside) {
            setAsideRefused = setAside;
            return this;
        }

        /** Whether a log that would be refused is set aside. */
        public boolean setAsideRefused() {
            return setAsideRefused;
        }

        /** Whether opening also indexes what is live, for {@link SnapshotLog#recoveredView()}. Off unless set. */
        public Context recoveredView(final boolean index) {
            recoveredView = index;
            return this;
        }

        /** Whether opening also indexes what is live. */
        public boolean recoveredView() {
            return recoveredView;
        }

        /** The storage to work on. The real disk unless set; for tests. */
        public Context storage(final Storage storageSeam) {
            storage = Objects.requireNonNull(storageSeam, "storage");
            return this;
        }

        /** The storage to work on. */
        public Storage storage() {
            return storage;
        }

        private int nextSegmentLength(final long logLength) {
            return (int) Math.min(segmentLength, Math.max(FIRST_SEGMENT_LENGTH, logLength));
        }

        Context copy() {
            final Context copy = new Context();
            copy.storage = storage;
            copy.segmentLength = segmentLength;
            copy.compactionThreshold = compactionThreshold;
            copy.forceOnCheckpoint = forceOnCheckpoint;
            copy.recoveryPolicy = recoveryPolicy;
            copy.setAsideRefused = setAsideRefused;
            copy.recoveredView = recoveredView;
            return copy;
        }
    }
}
