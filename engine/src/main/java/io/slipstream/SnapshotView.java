package io.slipstream;

import io.slipstream.compaction.CompactForm;
import io.slipstream.compaction.FreshLog;
import io.slipstream.format.Utf8;
import io.slipstream.index.LiveSet;
import io.slipstream.replay.Verdict;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.IoFaults;
import io.slipstream.storage.LogBytes;
import io.slipstream.storage.LogPaths;
import io.slipstream.storage.Storage;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The live entries and the cursor of a log, read in place, as they were when this was opened. Works beside a writer, in this or another
 * process, needs no lock and changes nothing.
 *
 * <p>Any thread may read, each with its own {@link EntryView}. After {@link #close()} every method throws {@link IllegalStateException}.
 * The mapping itself is freed only when neither this nor any buffer it handed out can be reached. If another program cuts the file short, or the
 * disk fails, reads of the mapped bytes throw {@link UncheckedIOException} here and {@link InternalError} on buffers handed out.
 */
public final class SnapshotView implements AutoCloseable {
    private final Path path;
    private final LogBytes bytes;
    private final LiveSet live;
    private final RecoveryReport recovery;
    private final WatchCursor cursor;
    private volatile boolean closed;

    SnapshotView(final Path path, final LogBytes bytes, final LiveSet live, final RecoveryReport recovery) {
        this.path = path;
        this.bytes = bytes;
        this.live = live;
        this.recovery = recovery;
        this.cursor = WatchCursor.wrap(live.cursor());
    }

    /** As {@link #open(Path, RecoveryPolicy)} with {@link RecoveryPolicy#PROVEN}. */
    public static SnapshotView open(final Path path) throws IOException {
        return open(path, RecoveryPolicy.PROVEN);
    }

    /**
     * Opens a view of the log at {@code path}: checks every record and indexes what is live.
     *
     * @throws java.nio.file.NoSuchFileException                   if there is no log
     * @throws io.slipstream.errors.CorruptSnapshotException       if it is damaged, unless {@code policy} takes what precedes the damage
     * @throws io.slipstream.errors.InvalidSnapshotFormatException if the file is no PGSS v2 log
     * @throws IOException                                         if the disk fails
     * @throws IllegalStateException                               if the JVM lacks the flag that Agrona needs; says which
     */
    public static SnapshotView open(final Path path, final RecoveryPolicy policy) throws IOException {
        return open(FileStorage.INSTANCE, path, policy);
    }

    /** As {@link #open(Path, RecoveryPolicy)}, on the given storage. */
    public static SnapshotView open(final Storage storage, final Path path, final RecoveryPolicy policy) throws IOException {
        Platform.requireExports();
        Objects.requireNonNull(policy, "policy");
        final Path log = storage.resolve(path);
        final OpenedLog opened = OpenedLog.read(storage, log);
        opened.closeFile();
        final boolean taken = policy == RecoveryPolicy.PREFIX && opened.verdict().position() > 0
                && opened.verdict().kind() == Verdict.Kind.CORRUPTED;
        if (opened.verdict().isRefused() && !taken) {
            opened.bytes().release();
            throw opened.verdict().toException(log);
        }
        return new SnapshotView(log, opened.bytes(), opened.live(), RecoveryReport.of(opened.verdict(), opened.records(), null));
    }

    /** Number of live entries. */
    public int length() {
        requireOpen();
        return live.length();
    }

    /** Where to resume the watch; {@link WatchCursor#none()} if the log has no cursor. */
    public WatchCursor cursor() {
        requireOpen();
        return cursor;
    }

    /** What was found at the end of the log. */
    public RecoveryReport recovery() {
        return recovery;
    }

    /** Bytes of heap that the index of this view holds. */
    public long heapBytes() {
        return live.heapBytes();
    }

    /**
     * Looks a key up and attaches {@code entry} to what it finds. Allocates nothing.
     *
     * @param key the key's UTF-8 bytes, at {@code offset}, {@code length} of them
     * @return whether the key is live; if not, {@code entry} is as it was
     */
    public boolean lookup(final DirectBuffer key, final int offset, final int length, final EntryView entry) {
        requireOpen();
        key.boundsCheck(offset, length);
        try {
            final long position = live.position(key, offset, length);
            if (position == 0) {
                return false;
            }
            entry.wrap(this, bytes, position);
            return true;
        } catch (final InternalError e) {
            throw new UncheckedIOException(IoFaults.toIoException(e, path));
        } finally {
            Reference.reachabilityFence(bytes);
        }
    }

    /** Looks a key up and attaches {@code entry} to what it finds, as {@link #lookup(DirectBuffer, int, int, EntryView)}; allocates. */
    public boolean lookup(final String key, final EntryView entry) {
        if (Utf8.encodedLength(key) < 0) {
            requireOpen();
            return false;
        }
        final byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        return lookup(new UnsafeBuffer(keyBytes), 0, keyBytes.length, entry);
    }

    /** An owned copy of a key's entry; null if the key is not live. */
    public KvEntry entry(final String key) {
        final EntryView entry = new EntryView();
        return lookup(key, entry) ? entry.toOwned() : null;
    }

    /**
     * Shows every live entry, in the order of the keys' unsigned UTF-8 bytes, which is not that of {@link String}. Sorts first: 16 bytes of heap
     * an entry for as long as it runs.
     *
     * @param consumer is shown the same {@link EntryView} each time, attached to the next entry
     */
    public void forEach(final Consumer<EntryView> consumer) {
        requireOpen();
        final EntryView entry = new EntryView();
        try {
            for (final long position : live.positionsInKeyOrder()) {
                requireOpen();
                entry.wrap(this, bytes, position);
                consumer.accept(entry);
            }
        } catch (final InternalError e) {
            throw new UncheckedIOException(IoFaults.toIoException(e, path));
        } finally {
            Reference.reachabilityFence(bytes);
        }
    }

    /** An owned copy of everything. 300 to 450 ns an entry and its weight in heap: a process gets ready faster on the view itself. */
    public Snapshot toOwned() throws IOException {
        requireOpen();
        return Snapshot.materialize(path, live);
    }

    /**
     * Writes the compact form of this view to {@code target}, which must not exist. On return the copy survives power loss.
     *
     * @throws FileAlreadyExistsException if something stands at {@code target}
     * @throws IOException                if a disk fails or is full; nothing stands at {@code target} then
     */
    public void copyTo(final Path target) throws IOException {
        copyTo(FileStorage.INSTANCE, target);
    }

    /** As {@link #copyTo(Path)}, to the given storage. */
    public void copyTo(final Storage storage, final Path target) throws IOException {
        requireOpen();
        final LogPaths paths = new LogPaths(storage.resolve(target));
        if (storage.identity(paths.log()) != null) {
            throw new FileAlreadyExistsException(target.toString(), null, "a copy never replaces a file: remove it first or name another");
        }
        try (FreshLog fresh = FreshLog.create(storage, paths, null)) {
            CompactForm.write(live, fresh);
            fresh.force();
            fresh.publish();
        } catch (final InternalError e) {
            throw IoFaults.toIoException(e, path);
        } finally {
            Reference.reachabilityFence(bytes);
        }
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("view is closed: file=" + path);
        }
    }

    /** Ends the use of this view. Closing twice does nothing. */
    @Override
    public void close() {
        closed = true;
    }

    @Override
    public String toString() {
        return "SnapshotView[file=" + path + ", entries=" + live.length() + ", cursor=" + cursor + (closed ? ", closed" : "") + "]";
    }
}
