package io.slipstream;

import io.slipstream.compaction.ByteSink;
import io.slipstream.compaction.FreshLog;
import io.slipstream.errors.LogInUseException;
import io.slipstream.format.RecordFlyweight;
import io.slipstream.format.RecordLayout;
import io.slipstream.index.KeepingReplay;
import io.slipstream.index.LiveSet;
import io.slipstream.index.LiveSetBuilder;
import io.slipstream.index.OwnedRecords;
import io.slipstream.mark.Mark;
import io.slipstream.mark.MarkFile;
import io.slipstream.replay.LogReplay;
import io.slipstream.replay.RecordHandler;
import io.slipstream.replay.TailJudge;
import io.slipstream.replay.Verdict;
import io.slipstream.storage.FileChangedException;
import io.slipstream.storage.FileIdentity;
import io.slipstream.storage.FirstFailure;
import io.slipstream.storage.HeldLock;
import io.slipstream.storage.LockHeldException;
import io.slipstream.storage.LogBytes;
import io.slipstream.storage.LogPaths;
import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A log's file with the verdict on it: what reading, loading, repairing and writing all begin with. Single thread.
 */
final class OpenedLog implements AutoCloseable {
    private static final RecordHandler IGNORE = new Ignoring();
    private static final int COPY_LENGTH = 1 << 16;
    private static final int MAX_DAMAGED = 10_000;
    private static final int MAX_ATTEMPTS = 100;

    private final StorageFile file;
    private final LogBytes bytes;
    private final LiveSet live;
    private final Snapshot kept;
    private final Verdict verdict;
    private final long records;
    private final int lastCrc;
    private final Mark mark;
    private final Mark found;

    private OpenedLog(
            final StorageFile file,
            final LogBytes bytes,
            final LiveSet live,
            final Snapshot kept,
            final Verdict verdict,
            final LogReplay replay,
            final Mark mark,
            final Mark found) {
        this.file = file;
        this.bytes = bytes;
        this.live = live;
        this.kept = kept;
        this.verdict = verdict;
        this.records = replay.records();
        this.lastCrc = replay.lastCrc();
        this.mark = mark;
        this.found = found;
    }

    /** Replays {@code file}, the log at {@code paths}, for who holds its lock; indexes what is live if wanted. Closes the file if it fails. */
    static OpenedLog replay(
            final Storage storage, final LogPaths paths, final StorageFile file, final boolean indexed, final RecoveryPolicy policy)
            throws IOException {
        return replay(storage, paths, file, true, indexed, false, policy);
    }

    /** Replays {@code file}, the log at {@code paths}, and copies what is live if it is {@link #kept}. Closes the file if it fails. */
    static OpenedLog replayKeeping(
            final Storage storage, final LogPaths paths, final StorageFile file, final boolean locked, final RecoveryPolicy policy)
            throws IOException {
        return replay(storage, paths, file, locked, true, true, policy);
    }

    /** Replays {@code file}, the log at {@code paths}, indexed, for who changes nothing. Closes the file if it fails. */
    static OpenedLog replayUnlocked(final Storage storage, final LogPaths paths, final StorageFile file, final RecoveryPolicy policy)
            throws IOException {
        return replay(storage, paths, file, false, true, false, policy);
    }

    private static OpenedLog replay(
            final Storage storage,
            final LogPaths paths,
            final StorageFile file,
            final boolean locked,
            final boolean indexed,
            final boolean keeping,
            final RecoveryPolicy policy)
            throws IOException {
        try {
            final Mark found = locked
                    ? MarkFile.read(storage, paths, file.identity())
                    : MarkFile.readIfPossible(storage, paths, file.identity());
            return replay(storage, found, file, indexed, keeping, policy);
        } catch (final IOException | RuntimeException | Error e) {
            FirstFailure.close(e, file);
            throw e;
        }
    }

    private static OpenedLog replay(
            final Storage storage,
            final Mark found,
            final StorageFile file,
            final boolean indexed,
            final boolean keeping,
            final RecoveryPolicy policy)
            throws IOException {
        final LogBytes bytes = LogBytes.map(file, file.length());
        try (LiveSetBuilder index = indexed && !keeping ? new LiveSetBuilder(bytes, file) : null;
                KeepingReplay keeper = keeping ? new KeepingReplay(bytes) : null) {
            final LogReplay replay = new LogReplay(file, bytes);
            if (found != null) {
                replay.watch(found.forcedPosition());
            }
            final RecordHandler handler = keeper != null ? keeper : index != null ? index : IGNORE;
            Verdict verdict = replay.replay(handler);
            final Mark mark = found != null && found.isOf(replay.crcAtWatchedPosition()) ? found : null;
            if (mark != null && verdict.isExcusable() && policy != RecoveryPolicy.STRICT
                    && mark.excuses(verdict.position(), storage.bootId())) {
                verdict = replay.excuse(verdict);
            }
            if (keeper == null) {
                return new OpenedLog(file, bytes, index != null ? index.build() : null, null, verdict, replay, mark, found);
            }
            keeper.end(verdict.kind() != Verdict.Kind.CLEAN);
            final OwnedRecords records = keeper.kept();
            final Snapshot kept = records != null ? Snapshot.of(records, keeper.cursor()) : null;
            return new OpenedLog(file, bytes, keeper.live(), kept, verdict, replay, mark, found);
        } catch (final IOException | RuntimeException | Error e) {
            FirstFailure.close(e, bytes::release);
            throw e;
        }
    }

    /** Replays the log at {@code paths}, indexed, beside whoever writes it: begins again where the file changed meanwhile. */
    static OpenedLog read(final Storage storage, final LogPaths paths, final RecoveryPolicy policy) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return replayUnlocked(storage, paths, storage.openForRead(paths.log()), policy);
            } catch (final FileChangedException e) {
                if (attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    static HeldLock lock(final Storage storage, final LogPaths paths) throws IOException {
        try {
            return storage.lock(paths.lock());
        } catch (final LockHeldException e) {
            throw inUse(paths, e);
        }
    }

    static LogInUseException inUse(final LogPaths paths, final LockHeldException cause) {
        final LogInUseException inUse = new LogInUseException(paths.log(), cause.pid());
        inUse.initCause(cause);
        return inUse;
    }

    /** Completes the header of a file that holds only the beginning of one. */
    static boolean completeHeader(final StorageFile file) throws IOException {
        if (!new TailJudge(file).isHeaderPrefix()) {
            return false;
        }
        final byte[] header = RecordLayout.header();
        final long length = file.length();
        try {
            file.write(0, header, 0, header.length);
            file.force();
        } catch (final IOException e) {
            FirstFailure.close(e, () -> file.truncate(length)); // or the next open would take a header for forced that was lost
            throw e;
        }
        return true;
    }

    /**
     * Cuts everything behind the last record off in place and forces the cut. What is cut was judged through the file.
     *
     * <p>Dropped records whose cut was never forced would come back to life behind new ones. So the mark says that a force is owed before they
     * are cut; who dies before it was paid, leaves a log that the next open rewrites. Slack that comes back is still slack; but a force of its cut
     * that failed may have lost records of a process that died, and the mark says so then.
     */
    void cutTail(final Storage storage, final LogPaths paths, final StorageFile writable) throws IOException {
        confirmSlack(writable);
        if (verdict.isTailDropped()) {
            markForceOwed(storage, paths);
        }
        if (verdict.fileLength() > verdict.position()) {
            try {
                writable.truncate(verdict.position());
                writable.force();
            } catch (final IOException e) {
                FirstFailure.close(e, () -> markForceOwed(storage, paths));
                throw e;
            }
        }
    }

    private void markForceOwed(final Storage storage, final LogPaths paths) throws IOException {
        try (MarkFile marks = MarkFile.open(storage, paths, file.identity())) {
            marks.write((found == null ? Mark.writing(null, file.identity(), Mark.NOTHING_KNOWN, 0) : found).failed());
        }
    }

    /** Reads slack again, through the file, before it is given up: so far it was only seen through a mapping. */
    void confirmSlack(final StorageFile readable) throws IOException {
        if (verdict.kind() == Verdict.Kind.SLACK && !new TailJudge(readable).isZero(verdict.position(), verdict.fileLength())) {
            throw new IOException("slack is not zero when read again: " + readable + "; the disk is failing, nothing was cut");
        }
    }

    /** Writes the bytes up to the verdict's position to {@code sink}, as they are. */
    void copyPrefix(final ByteSink sink) throws IOException {
        final byte[] buffer = new byte[COPY_LENGTH];
        for (long position = 0; position < verdict.position(); position += COPY_LENGTH) {
            final int count = (int) Math.min(COPY_LENGTH, verdict.position() - position);
            file.copy(position, buffer, 0, count);
            sink.accept(buffer, 0, count);
        }
    }

    /** Keeps the log at {@code paths} under the first free {@code LOG.damaged-N} too, and makes that name survive power loss. */
    static Path keepAside(final Storage storage, final LogPaths paths) throws IOException {
        for (int number = 1; number <= MAX_DAMAGED; number++) {
            final Path aside = paths.damaged(number);
            if (storage.identity(aside) == null) {
                storage.link(paths.log(), aside);
                storage.forceDirectory(paths.directory());
                return aside;
            }
        }
        throw new IOException("too many damaged logs are kept: file=" + paths.damaged(MAX_DAMAGED) + "; remove some");
    }

    /** Replaces a damaged log by the records before the damage; the original is kept aside. */
    Path replaceByPrefix(final Storage storage, final LogPaths paths) throws IOException {
        try (FreshLog fresh = FreshLog.create(storage, paths, file.identity())) {
            copyPrefix(fresh);
            return replaceBy(fresh, storage, paths);
        }
    }

    /** Replaces the log by a forced copy of its records: after a failed force nobody can vouch for the pages of this file. */
    void replaceByCopy(final Storage storage, final LogPaths paths) throws IOException {
        try (FreshLog fresh = FreshLog.create(storage, paths, file.identity());
                MarkFile marks = MarkFile.open(storage, paths, file.identity())) {
            copyPrefix(fresh);
            fresh.force();
            marks.writeBeside(Mark.writing(storage.bootId(), fresh.file().identity(), verdict.position(), lastCrc));
            fresh.publish();
        }
    }

    /** Replaces the log by an empty one, for the same owner; the original is kept aside. */
    static Path setAside(final Storage storage, final LogPaths paths, final FileIdentity like) throws IOException {
        try (FreshLog fresh = FreshLog.create(storage, paths, like)) {
            fresh.accept(RecordLayout.header(), 0, RecordLayout.HEADER_LENGTH);
            return replaceBy(fresh, storage, paths);
        }
    }

    /** Replaces the log by {@code fresh}; the original is kept aside. */
    static Path replaceBy(final FreshLog fresh, final Storage storage, final LogPaths paths) throws IOException {
        fresh.force();
        try (MarkFile marks = MarkFile.open(storage, paths, storage.identity(paths.log()))) {
            // An old slot may speak of a file that had the fresh one's inode.
            marks.writeBeside(Mark.writing(storage.bootId(), fresh.file().identity(), Mark.NOTHING_KNOWN, 0));
        }
        final Path aside = keepAside(storage, paths);
        fresh.publish();
        return aside;
    }

    StorageFile file() {
        return file;
    }

    LogBytes bytes() {
        return bytes;
    }

    /** What is live, indexed; null if that was not asked for, or if the end is clean and everything was {@link #kept}. */
    LiveSet live() {
        return live;
    }

    /** What is live, copied on the way; null if the log is not compact, or holds too much for that, or it was not asked for. */
    Snapshot kept() {
        return kept;
    }

    Verdict verdict() {
        return verdict;
    }

    long records() {
        return records;
    }

    /** Crc of the last record; 0 if there is none. */
    int lastCrc() {
        return lastCrc;
    }

    /** Whether a force of this file failed, or is owed. In doubt it is: to rewrite a log does no harm. */
    boolean isForceFailed() {
        return found != null && found.isForceFailed();
    }

    /**
     * The mark that a writer begins with, once what does not count was cut. After a restart of the machine all that was read came from the
     * disk; otherwise what was forced is what the last writer forced; without its mark nothing is known.
     */
    Mark beginningMark(final String bootId) {
        if (mark == null) {
            return Mark.writing(bootId, file.identity(), Mark.NOTHING_KNOWN, 0);
        }
        return mark.isOfEarlierBoot(bootId) && !mark.isClean()
                ? Mark.writing(bootId, file.identity(), verdict.position(), lastCrc)
                : Mark.writing(bootId, file.identity(), mark.forcedPosition(), mark.recordCrc());
    }

    /** Closes the file; the mapping lives on. */
    void closeFile() throws IOException {
        file.close();
    }

    /** Closes the file and unmaps it: only where nothing of it was handed out. */
    @Override
    public void close() throws IOException {
        bytes.release();
        file.close();
    }

    // No lambda: the first one in a JVM takes milliseconds, and a gateway opens its log once.
    private static final class Ignoring implements RecordHandler {
        @Override
        public void onRecord(final RecordFlyweight record) {
            // nothing is asked of it
        }
    }
}
