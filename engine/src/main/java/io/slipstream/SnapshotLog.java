package io.slipstream;

import io.slipstream.compaction.CompactForm;
import io.slipstream.compaction.FreshLog;
import io.slipstream.errors.PoisonedLogException;
import io.slipstream.events.CompactionEvent;
import io.slipstream.events.LogEvents;
import io.slipstream.events.RecoveryEvent;
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
import io.slipstream.writer.SegmentSupply;
import org.agrona.DirectBuffer;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The one writer of a log: opens and recovers it, appends updates and checkpoints, compacts.
 *
 * <p>One writer thread at a time, for everything but {@link #length()}, {@link #isForced}, {@link #stats()}, {@link #recovery()} and {@link #path()}, which
 * any thread may call. A close by another thread in the middle of an append crashes nothing, but that append may be lost. Use after {@link #close()} is
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
     * (replay, verdict) -> LiveSet -> SnapshotView. Compaction: replay up to the writer's position -> LiveSet -> FreshLog -> rename; beside the
     * writer: Maintenance -> Rotation.
     *
     * Close never unmaps what is appended into: a call that another thread is in the middle of must not touch unmapped memory. The mapping is freed
     * when this object can no longer be reached.
     */
    private static final int FIRST_SEGMENT_LENGTH = 1 << 20;
    private static final long WAIT_NANOS = 50_000;
    private static final int CLOSE_RETRY_MS = 5_000;

    private final Context context;
    private final Storage storage;
    private final LogPaths paths;
    private final HeldLock lock;
    private final RecoveryReport recovery;
    private final SnapshotView recoveredView;
    private final WritableLog log;
    private final Maintenance maintenance; // null: inline
    private final AgentInvoker invoker;
    private final AgentRunner runner;
    private final ReentrantLock closing = new ReentrantLock();
    private volatile Thread maintenanceThread; // of the runner

    private volatile CompactionStats compaction = CompactionStats.NONE; // by the writer itself

    private SnapshotLog(
            final Context context,
            final LogPaths paths,
            final HeldLock lock,
            final WritableLog log,
            final RecoveryReport recovery,
            final SnapshotView recoveredView) {
        this.context = context;
        this.storage = context.storage;
        this.paths = paths;
        this.lock = lock;
        this.log = log;
        this.recovery = recovery;
        this.recoveredView = recoveredView;
        this.maintenance = context.maintenance == MaintenanceMode.INLINE ? null : new Maintenance(context, paths, log);
        this.invoker = context.maintenance == MaintenanceMode.INVOKER ? new AgentInvoker(context::handle, null, maintenance) : null;
        this.runner = context.maintenance == MaintenanceMode.RUNNER
                ? new AgentRunner(context.idleStrategyOfOneLog(), context::handle, null, maintenance)
                : null;
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
        final RecoveryEvent event = LogEvents.beginRecovery();
        final HeldLock lock = OpenedLog.lock(concluded.storage, paths);
        try {
            final SnapshotLog opened = openLocked(concluded, paths, lock);
            final RecoveryReport found = opened.recovery;
            LogEvents.endRecovery(event, paths.log(), found.tail(), found.rule(), found.position(), found.droppedLength(), found.survivors(),
                    found.records());
            return opened;
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
        final Object fileLock = new Object();
        final RecordAppender appender;
        try {
            marks.write(mark);
            appender = new RecordAppender(supply(context, paths, opened.file(), fileLock), report.position(), opened.lastCrc());
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
        final WritableLog log = new WritableLog(context.storage, paths, fileLock, opened.file(), appender, marks, mark);
        final SnapshotLog started = new SnapshotLog(context, paths, lock, log, report, view);
        started.startMaintenance();
        return started;
    }

    private void startMaintenance() {
        if (runner != null) {
            AgentRunner.startOnThread(runner, task -> context.threadFactory.newThread(() -> runUntilItEnds(task)));
        } else if (invoker != null) {
            invoker.start();
        }
    }

    // Whatever ends it: the writer has to know that it is on its own.
    private void runUntilItEnds(final Runnable task) {
        maintenanceThread = Thread.currentThread();
        try {
            task.run();
        } finally {
            maintenance.onClose();
        }
    }

    private static SegmentSupply supply(final Context context, final LogPaths paths, final StorageFile file, final Object fileLock) {
        return new SegmentSupply(paths.log(), file, context::nextSegmentLength, fileLock, context.maintenance != MaintenanceMode.INLINE);
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
        final RecordAppender target = log.open();
        try {
            target.put(key, value, version.bytes());
        } catch (final InternalError e) {
            throw log.poisonedBy(e);
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
        final RecordAppender target = log.open();
        try {
            target.put(key, keyOffset, keyLength, value, valueOffset, valueLength, revision);
        } catch (final InternalError e) {
            throw log.poisonedBy(e);
        }
    }

    /** Appends a delete: the key has no value from now on. Promises and errors as {@link #put(String, byte[], VersionToken)}. */
    public void delete(final String key, final VersionToken version) {
        final RecordAppender target = log.open();
        try {
            target.delete(key, version.bytes());
        } catch (final InternalError e) {
            throw log.poisonedBy(e);
        }
    }

    /** Appends a delete straight from the caller's buffer, with an 8-byte big-endian version. Allocates nothing. */
    public void delete(final DirectBuffer key, final int keyOffset, final int keyLength, final long revision) {
        final RecordAppender target = log.open();
        try {
            target.delete(key, keyOffset, keyLength, revision);
        } catch (final InternalError e) {
            throw log.poisonedBy(e);
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
        final RecordAppender target = log.open();
        try {
            target.cursor(cursor.bytes());
        } catch (final InternalError e) {
            throw log.poisonedBy(e);
        } catch (final UncheckedIOException e) {
            throw new IOException(e.getMessage(), e.getCause());
        }
        return afterCheckpoint();
    }

    /** As {@link #checkpoint(WatchCursor)} with an 8-byte big-endian cursor. Allocates nothing. */
    public boolean checkpoint(final long revision) throws IOException {
        final RecordAppender target = log.open();
        try {
            target.cursor(revision);
        } catch (final InternalError e) {
            throw log.poisonedBy(e);
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
        log.force();
    }

    /**
     * Asks for a force of everything appended so far, and waits for nothing: maintenance does it, and {@link #isForced} tells when it is done. Allocates
     * nothing, makes no system call. With {@linkplain MaintenanceMode#INLINE inline} maintenance it is done on return.
     *
     * @return what to ask {@link #isForced} for
     * @throws IOException with inline maintenance, as {@link #force()}
     */
    public long requestForce() throws IOException {
        if (isMaintained()) {
            final long ticket = maintenance.requestForce();
            if (isMaintained()) {
                return ticket;
            }
        }
        log.force();
        return log.ticket();
    }

    /**
     * Whether what was appended when {@link #requestForce()} gave that ticket survives power loss. Any thread; a volatile read.
     *
     * @throws PoisonedLogException if it does not and never will: the force failed
     */
    public boolean isForced(final long ticket) {
        log.requireNotClosed();
        if (log.isForced(ticket)) {
            return true;
        }
        log.requireUsable();
        return false;
    }

    /**
     * Rewrites the log to its compact form, in a fresh file that replaces the old one atomically. On return it survives power loss,
     * everything appended before included. Open views keep showing what they showed.
     *
     * @throws IOException if the disk fails or is full. The old log is in use and intact, or, where the new file may already have taken its
     *                     name, the log is poisoned
     */
    public void compact() throws IOException {
        if (isMaintained()) {
            compactBeside();
        } else {
            compactInline();
        }
    }

    /**
     * Asks for a compaction of what was appended so far, and waits for nothing: maintenance does it, and {@link LogStats#compactions()} or
     * {@link LogStats#failedCompactions()} tell when it has. It is finished by the writer's next calls, whatever they are. With
     * {@linkplain MaintenanceMode#INLINE inline} maintenance, or when maintenance has ended, it is done on return; one that is still to be done when
     * maintenance ends has failed.
     *
     * @throws IOException where it is done on return, as {@link #compact()}
     */
    public void requestCompaction() throws IOException {
        log.open();
        if (isMaintained()) {
            maintenance.requestCompaction();
            if (isMaintained()) {
                return; // who ends maintenance from now on, sees the request
            }
        }
        compactInline();
    }

    // Agrona ends an agent whose thread is interrupted, and if it is invoked, without a word to the agent.
    private boolean isMaintained() {
        if (invoker != null && !invoker.isRunning()) {
            maintenance.onClose();
        }
        return maintenance != null && !maintenance.isClosed();
    }

    // Helps instead of merely waiting: there may be nobody else.
    private void compactBeside() throws IOException {
        log.open();
        final long request = maintenance.requestCompaction();
        while (!maintenance.isAnswered(request)) {
            if (!worked()) {
                LockSupport.parkNanos(WAIT_NANOS);
            }
            log.open();
            if (!isMaintained()) {
                compactInline();
                return;
            }
        }
        final Throwable failure = maintenance.lastFailure();
        if (failure != null) {
            throw new IOException("compaction failed: file=" + paths.log() + ": " + failure.getMessage(), failure);
        }
        log.open(); // goes on in the new file, should maintenance have ended before that
    }

    private boolean worked() {
        try {
            return maintenance.doWork() > 0;
        } catch (final IOException | RuntimeException e) {
            context.handle(e);
            return false;
        }
    }

    private void compactInline() throws IOException {
        synchronized (log.fileLock()) {
            final long before = log.open().position();
            final long started = System.nanoTime();
            final CompactionEvent event = LogEvents.beginCompaction();
            try {
                rewrite(before);
            } catch (final IOException | RuntimeException | Error e) {
                compaction = compaction.failure();
                LogEvents.failCompaction(event, paths.log(), before, false, e);
                throw e;
            }
            final long after = log.appender().position();
            compaction = compaction.next(System.nanoTime() - started, after, before - after);
            LogEvents.endCompaction(event, paths.log(), before, after, before - after);
        }
    }

    private void rewrite(final long length) throws IOException {
        log.beginCompaction();
        try {
            final LogBytes bytes = LogBytes.map(log.file(), length);
            try {
                rotate(replayed(bytes));
            } finally {
                bytes.release();
            }
        } catch (final InternalError e) {
            throw IoFaults.toIoException(e, paths.log());
        } finally {
            log.endCompaction();
        }
    }

    private LiveSet replayed(final LogBytes bytes) throws IOException {
        try (LiveSetBuilder live = new LiveSetBuilder(bytes, log.file())) {
            new LogReplay(log.file(), bytes).replayAll(live, paths.log());
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
                next = new RecordAppender(supply(context, paths, fresh.file(), log.fileLock()), written.length(), written.lastCrc());
                fresh.force();
                nextMark = Mark.writing(log.bootId(), fresh.file().identity(), written.length(), written.lastCrc());
                log.marks().writeBeside(nextMark);
                fresh.publish();
                nextFile = fresh.takeFile();
            } catch (final IOException | RuntimeException | Error e) {
                if (fresh.isRenamed()) {
                    log.poison(e);
                }
                if (next != null) {
                    next.supply().release();
                }
                throw e;
            }
        }
        log.marks().adopt();
        closeUnlinked(log.switchTo(nextFile, next, nextMark));
    }

    // The new file is in place, and nothing of this one is wanted any more.
    static void closeUnlinked(final StorageFile unlinked) {
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
        synchronized (log.fileLock()) {
            final LogBytes bytes = LogBytes.map(log.file(), log.open().position());
            try (LiveSetBuilder live = new LiveSetBuilder(bytes, log.file())) {
                final LogReplay replay = new LogReplay(log.file(), bytes);
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
        log.requireNotClosed();
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
        log.requireNotClosed();
        return recovery;
    }

    /** The log's file, links resolved. */
    public Path path() {
        log.requireNotClosed();
        return paths.log();
    }

    /** End of the last record, in bytes from the start of the file. */
    public long length() {
        log.requireNotClosed();
        return log.appender().position();
    }

    /** Figures of this writer, now; each by itself exact, together as good as a moment allows. */
    public LogStats stats() {
        log.requireNotClosed();
        final RecordAppender current = log.appender();
        final long length = current.position();
        final CompactionStats latest = compactions();
        final long live = maintenance == null ? -1 : maintenance.liveBytes();
        return new LogStats(length, current.supply().capacity(), current.supply().mapped(), log.forcedLength(), length - log.compactedLength(),
                live, live < 0 ? -1 : Math.max(0, length - live), recovery.droppedLength(), log.growths(), log.growthsByWriter(),
                log.forces(), log.lastForceNanos(), log.longestForceNanos(), latest.count(), latest.failed(), latest.nanos(), latest.bytes(),
                latest.reclaimed(), log.longestSwitchNanos());
    }

    private CompactionStats compactions() {
        return maintenance == null ? compaction : maintenance.compaction().and(compaction); // the writer compacts when maintenance has ended
    }

    private long bytesSinceCompaction() {
        return log.appender().position() - log.compactedLength();
    }

    /**
     * What to invoke for the log's maintenance: again and again, by any one thread at a time, until the log is closed.
     *
     * @throws IllegalStateException unless {@link Context#maintenance} is {@link MaintenanceMode#INVOKER}
     */
    public AgentInvoker maintenanceInvoker() {
        log.requireNotClosed();
        if (invoker == null) {
            throw new IllegalStateException("maintenance is " + context.maintenance + ": set Context.maintenance(MaintenanceMode.INVOKER)");
        }
        return invoker;
    }

    /**
     * Ends maintenance, forces the log, cuts the unused rest of its segment off, forces the cut, and lets go of the lock. A poisoned log is left as it is.
     * Closing twice does nothing.
     *
     * @throws IOException if the disk fails. The lock is released all the same, and the log opens again
     */
    @Override
    public void close() throws IOException {
        if (!isMaintenanceThread()) {
            closing.lock();
        } else if (!closing.tryLock()) {
            return; // who is closing it waits for this thread
        }
        try {
            final WritableLog.State before = log.closing();
            if (before != WritableLog.State.CLOSED) {
                close(before);
            }
        } finally {
            closing.unlock();
        }
    }

    private void close(final WritableLog.State before) throws IOException {
        try (HeldLock held = lock; MarkFile closingMarks = log.marks()) {
            endMaintenance();
            synchronized (log.fileLock()) {
                synchronized (log.growthLock()) {
                    closeFile(before);
                }
            }
        }
    }

    private void closeFile(final WritableLog.State before) throws IOException {
        try (StorageFile closingFile = log.file()) {
            if (before != WritableLog.State.POISONED && before != WritableLog.State.COMPACTING) {
                log.closeCleanly();
            }
        }
    }

    private boolean isMaintenanceThread() {
        return Thread.currentThread() == maintenanceThread;
    }

    private void endMaintenance() {
        if (runner != null && isMaintenanceThread()) { // an error handler closes the log: the thread cannot wait for its own end
            maintenance.onClose();
            Thread.currentThread().interrupt();
        } else if (runner != null) {
            runner.close(CLOSE_RETRY_MS, thread -> { }); // it ends as soon as what it does has ended
        } else if (invoker != null) {
            invoker.close();
        }
        if (maintenance != null) {
            maintenance.onClose();
        }
    }

    @Override
    public String toString() {
        return "SnapshotLog[file=" + paths.log() + ", state=" + log.state() + ", length=" + log.appender().position() + "]";
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
        /** Dead bytes in parts of the live ones at which maintenance compacts, unless told otherwise. */
        public static final double DEFAULT_COMPACTION_RATIO = 0.5;
        /** Dead bytes below which maintenance never compacts, unless told otherwise. */
        public static final long DEFAULT_COMPACTION_FLOOR = 8L << 20;

        private static final long SPINS = 10;
        private static final long YIELDS = 20;
        private static final long MIN_PARK_NANOS = 1_000;
        private static final long MAX_PARK_NANOS = 1_000_000;

        private Storage storage = FileStorage.INSTANCE;
        private int segmentLength = DEFAULT_SEGMENT_LENGTH;
        private long compactionThreshold = DEFAULT_COMPACTION_THRESHOLD;
        private boolean forceOnCheckpoint;
        private RecoveryPolicy recoveryPolicy = RecoveryPolicy.PROVEN;
        private boolean setAsideRefused;
        private boolean recoveredView;
        private MaintenanceMode maintenance = MaintenanceMode.INLINE;
        private ErrorHandler errorHandler = Context::report;
        private ThreadFactory threadFactory = Context::daemonThread;
        private IdleStrategy idleStrategy; // null: one of its own for each log
        private NanoClock nanoClock = SystemNanoClock.INSTANCE;
        private double compactionRatio = DEFAULT_COMPACTION_RATIO;
        private long compactionFloor = DEFAULT_COMPACTION_FLOOR;
        private long compactionBytesPerSecond = Long.MAX_VALUE;

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

        /**
         * Who does what the log needs beside its appends. {@link MaintenanceMode#INLINE} unless set. Any other keeps an index of what is live beside the
         * writer, 30 to 60 bytes of heap and the key for each live key, and compacts by itself.
         */
        public Context maintenance(final MaintenanceMode mode) {
            maintenance = Objects.requireNonNull(mode, "mode");
            return this;
        }

        /** Who does what the log needs beside its appends. */
        public MaintenanceMode maintenance() {
            return maintenance;
        }

        /** What is told of failures of maintenance. Unless set, they are printed to standard error. */
        public Context errorHandler(final ErrorHandler handler) {
            errorHandler = Objects.requireNonNull(handler, "handler");
            return this;
        }

        /** What is told of failures of maintenance. */
        public ErrorHandler errorHandler() {
            return errorHandler;
        }

        /** Who makes the thread of {@link MaintenanceMode#RUNNER}. A daemon thread unless set. */
        public Context threadFactory(final ThreadFactory factory) {
            threadFactory = Objects.requireNonNull(factory, "factory");
            return this;
        }

        /** Who makes the thread of {@link MaintenanceMode#RUNNER}. */
        public ThreadFactory threadFactory() {
            return threadFactory;
        }

        /** What the thread of {@link MaintenanceMode#RUNNER} does when there is nothing to do. Backs off to 1 ms unless set. Not shared between logs. */
        public Context idleStrategy(final IdleStrategy strategy) {
            idleStrategy = Objects.requireNonNull(strategy, "strategy");
            return this;
        }

        /** What the thread of {@link MaintenanceMode#RUNNER} does when there is nothing to do; null unless set. */
        public IdleStrategy idleStrategy() {
            return idleStrategy;
        }

        private IdleStrategy idleStrategyOfOneLog() {
            return idleStrategy != null ? idleStrategy : new BackoffIdleStrategy(SPINS, YIELDS, MIN_PARK_NANOS, MAX_PARK_NANOS);
        }

        /** What maintenance waits and paces by. The system's unless set; for tests. */
        public Context nanoClock(final NanoClock clock) {
            nanoClock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /** What maintenance waits and paces by. */
        public NanoClock nanoClock() {
            return nanoClock;
        }

        /**
         * Maintenance compacts when the dead bytes of the log are at least so many times the live ones, and at least {@link #compactionFloor}. A rewrite
         * costs the live bytes, so what is written in all is at most {@code 1 + 1 / ratio} times what is appended.
         *
         * @throws IllegalArgumentException if it is not above 0
         */
        public Context compactionRatio(final double ratio) {
            if (!(ratio > 0)) {
                throw new IllegalArgumentException("compaction ratio out of range: ratio=" + ratio + "; it must be above 0");
            }
            compactionRatio = ratio;
            return this;
        }

        /** Dead bytes in parts of the live ones at which maintenance compacts. */
        public double compactionRatio() {
            return compactionRatio;
        }

        /**
         * Maintenance never compacts a log with fewer dead bytes.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Context compactionFloor(final long floorBytes) {
            if (floorBytes < 0) {
                throw new IllegalArgumentException("compaction floor out of range: bytes=" + floorBytes + " min=0");
            }
            compactionFloor = floorBytes;
            return this;
        }

        /** Dead bytes below which maintenance never compacts. */
        public long compactionFloor() {
            return compactionFloor;
        }

        /**
         * How fast maintenance copies live records. As fast as it can unless set.
         *
         * @throws IllegalArgumentException if it is not above 0
         */
        public Context compactionBytesPerSecond(final long bytesPerSecond) {
            if (bytesPerSecond <= 0) {
                throw new IllegalArgumentException("compaction speed out of range: bytes per second=" + bytesPerSecond + " min=1");
            }
            compactionBytesPerSecond = bytesPerSecond;
            return this;
        }

        /** How fast maintenance copies live records. */
        public long compactionBytesPerSecond() {
            return compactionBytesPerSecond;
        }

        // What a handler throws would end the thread.
        private void handle(final Throwable failure) {
            try {
                errorHandler.onError(failure);
            } catch (final RuntimeException | Error e) {
                report(failure);
                report(e);
            }
        }

        private static void report(final Throwable failure) {
            failure.printStackTrace();
        }

        private static Thread daemonThread(final Runnable task) {
            final Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        }

        int nextSegmentLength(final long logLength) {
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
            copy.maintenance = maintenance;
            copy.errorHandler = errorHandler;
            copy.threadFactory = threadFactory;
            copy.idleStrategy = idleStrategy;
            copy.nanoClock = nanoClock;
            copy.compactionRatio = compactionRatio;
            copy.compactionFloor = compactionFloor;
            copy.compactionBytesPerSecond = compactionBytesPerSecond;
            return copy;
        }
    }
}
