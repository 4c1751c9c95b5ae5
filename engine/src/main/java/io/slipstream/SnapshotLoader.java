package io.slipstream;

import io.slipstream.compaction.CompactForm;
import io.slipstream.compaction.FreshLog;
import io.slipstream.index.LiveSet;
import io.slipstream.index.OwnedRecordsBuilder;
import io.slipstream.mark.Mark;
import io.slipstream.mark.MarkFile;
import io.slipstream.replay.Verdict;
import io.slipstream.storage.FileChangedException;
import io.slipstream.storage.FileIdentity;
import io.slipstream.storage.HeldLock;
import io.slipstream.storage.IoFaults;
import io.slipstream.storage.LockHeldException;
import io.slipstream.storage.LogPaths;
import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Loads a log and leaves it clean: what {@link Snapshot#load(Path)} and the {@code load} command do. Source: docs/recovery.md, "Loading".
 */
public final class SnapshotLoader {
    private final Storage storage;
    private final SnapshotLog.Context context;
    private final Path path;
    private final LogPaths paths;

    private SnapshotLoader(final SnapshotLog.Context context, final Path path, final LogPaths paths) {
        this.storage = context.storage();
        this.context = context;
        this.path = path;
        this.paths = paths;
    }

    /**
     * What a load found and did.
     *
     * @param snapshot  the owned snapshot; empty if absent or not asked for
     * @param asFound   the file as it was found; null unless asked for
     * @param rewritten whether the file was replaced
     */
    public record Loaded(Optional<Snapshot> snapshot, LogInspection asFound, boolean rewritten) {
    }

    /**
     * Cleans the log at {@code path} as a load does, and tells what it was like before. Damage, a writer in its place and I/O errors are
     * results, not exceptions.
     */
    public static Loaded loadInspected(final Path path, final SnapshotLog.Context context) {
        try {
            return load(path, context, false);
        } catch (final IOException e) {
            return new Loaded(Optional.empty(), LogInspection.failed(path, e), false);
        }
    }

    static Loaded load(final Path path, final SnapshotLog.Context context, final boolean owned) throws IOException {
        Platform.requireWriter();
        final SnapshotLog.Context concluded = context.copy();
        final Storage storage = concluded.storage();
        final LogPaths paths;
        try {
            paths = LogPaths.ofWritten(storage.resolve(path));
        } catch (final NoSuchFileException e) {
            return absent(path, owned);
        }
        if (storage.identity(paths.log()) == null) {
            return absent(path, owned);
        }
        final SnapshotLoader loader = new SnapshotLoader(concluded, path, paths);
        try (HeldLock lock = loader.lock()) {
            return loader.loadLocked(owned, lock != null);
        } catch (final InternalError e) {
            throw IoFaults.toIoException(e, path);
        }
    }

    private static Loaded absent(final Path path, final boolean owned) {
        return new Loaded(Optional.empty(), owned ? null : LogInspection.absent(path), false);
    }

    // Where no lock can be written, nothing will be: reading is as harmless beside a writer as a view is. But if one is seen to have it, say so.
    private HeldLock lock() throws IOException {
        try {
            return OpenedLog.lock(storage, paths);
        } catch (final AccessDeniedException e) {
            requireNoWriter();
            return null;
        }
    }

    private void requireNoWriter() throws IOException {
        try (HeldLock lock = storage.lockForRead(paths.lock())) {
            return;
        } catch (final LockHeldException e) {
            throw OpenedLog.inUse(paths, e);
        } catch (final AccessDeniedException e) {
            return;
        }
    }

    private void requireLock(final boolean locked, final OpenedLog opened) throws IOException {
        if (!locked) {
            throw new AccessDeniedException(path.toString(), null, "the log needs cleaning ("
                    + (opened.live().isCompact() ? opened.verdict().detail() + " at the end" : "it is not compact")
                    + "), but neither it nor its lock can be written here");
        }
    }

    private Loaded loadLocked(final boolean owned, final boolean locked) throws IOException {
        try (OpenedLog opened = replay(storage.openForRead(paths.log()), owned, locked)) {
            final LogInspection asFound = owned ? null : LogInspection.of(path, opened);
            final Verdict verdict = opened.verdict();
            if (verdict.kind() == Verdict.Kind.CLEAN && opened.kept() != null) {
                return new Loaded(present(opened.kept()), null, false);
            }
            if (verdict.isRefused()) {
                return loadRefused(opened, asFound, owned, locked);
            }
            // Nobody can vouch for a file whose force failed: to cut its slack and force it again would prove nothing.
            final boolean distrusted = opened.isForceFailed() && verdict.kind() == Verdict.Kind.SLACK;
            final boolean rewritten = verdict.isTailDropped() || !opened.live().isCompact() || distrusted;
            if (rewritten || verdict.kind() == Verdict.Kind.SLACK) {
                requireLock(locked, opened);
            }
            if (rewritten) {
                opened.confirmSlack(opened.file());
                return new Loaded(rewrite(opened, owned, false), asFound, true);
            }
            final Optional<Snapshot> snapshot = snapshot(opened, owned);
            if (verdict.kind() == Verdict.Kind.SLACK) {
                cutSlack(opened);
            }
            return new Loaded(snapshot, asFound, false);
        }
    }

    private OpenedLog replay(final StorageFile file, final boolean owned, final boolean locked) throws IOException {
        if (owned) {
            return OpenedLog.replayKeeping(storage, paths, file, locked, context.recoveryPolicy());
        }
        return locked
                ? OpenedLog.replay(storage, paths, file, true, context.recoveryPolicy())
                : OpenedLog.replayUnlocked(storage, paths, file, context.recoveryPolicy());
    }

    private Loaded loadRefused(final OpenedLog opened, final LogInspection asFound, final boolean owned, final boolean locked)
            throws IOException {
        final Verdict verdict = opened.verdict();
        if (context.recoveryPolicy() == RecoveryPolicy.PREFIX && verdict.kind() == Verdict.Kind.CORRUPTED) {
            requireLock(locked, opened);
            return new Loaded(rewrite(opened, owned, true), asFound, true);
        }
        if (context.setAsideRefused()) {
            requireLock(locked, opened);
            OpenedLog.setAside(storage, paths, opened.file().identity());
            return new Loaded(Optional.empty(), asFound, true);
        }
        if (owned) {
            throw verdict.toException(path);
        }
        return new Loaded(Optional.empty(), asFound, false);
    }

    private static Optional<Snapshot> present(final Snapshot snapshot) {
        return snapshot.isEmpty() ? Optional.empty() : Optional.of(snapshot);
    }

    private Optional<Snapshot> snapshot(final OpenedLog opened, final boolean owned) throws IOException {
        return owned ? present(opened.kept() != null ? opened.kept() : Snapshot.copyOf(path, opened.live())) : Optional.empty();
    }

    // What is live is read once, for the new file and for the snapshot.
    private Optional<Snapshot> rewrite(final OpenedLog opened, final boolean owned, final boolean keepOriginal) throws IOException {
        final LiveSet live = opened.live();
        final boolean copied = owned && opened.kept() == null;
        if (copied) {
            Snapshot.requireArrays(path, live);
        }
        final OwnedRecordsBuilder records = copied ? new OwnedRecordsBuilder(live.bytes()) : null;
        final FileIdentity identity = opened.file().identity();
        try (FreshLog fresh = FreshLog.create(storage, paths, identity);
                MarkFile marks = MarkFile.open(storage, paths, identity)) {
            final CompactForm.Written written = CompactForm.write(live, fresh, records);
            final Optional<Snapshot> snapshot =
                    copied ? present(Snapshot.of(records.build(live.length()), live.cursor())) : snapshot(opened, owned);
            fresh.force();
            if (keepOriginal) {
                OpenedLog.keepAside(storage, paths);
            }
            marks.writeBeside(Mark.writing(storage.bootId(), fresh.file().identity(), written.length(), written.lastCrc()).closed());
            fresh.publish();
            return snapshot;
        }
    }

    private void cutSlack(final OpenedLog opened) throws IOException {
        try (StorageFile writable = storage.openForWrite(paths.log())) {
            if (!writable.identity().isSameFile(opened.file().identity())) {
                throw new FileChangedException("the log was replaced while it was loaded, by a program that takes no lock: file=" + path);
            }
            opened.cutTail(storage, paths, writable);
            try (MarkFile marks = MarkFile.open(storage, paths, writable.identity())) {
                marks.write(Mark.writing(storage.bootId(), writable.identity(), opened.verdict().position(), opened.lastCrc()).closed());
            }
        }
    }
}
