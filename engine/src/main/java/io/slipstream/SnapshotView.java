package io.slipstream;

import io.slipstream.compaction.CompactForm;
import io.slipstream.compaction.FreshLog;
import io.slipstream.format.Utf8;
import io.slipstream.index.LiveSet;
import io.slipstream.replay.Verdict;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.IoFaults;
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
 * disk fails, reads of the mapped bytes throw {@link UncheckedIOException} here and {@link InternalError} on buffers handed out; on JDK 17 a
 * look-up may have answered by then, and the {@code InternalError} comes in the next thing that the thread does.
 */
public final class SnapshotView implements AutoCloseable {
    private final Path path;
    private final RecoveryReport recovery;
    private final WatchCursor cursor;
    private volatile LiveSet live; // null once closed, so that a closed view pins no memory

    SnapshotView(final Path path, final LiveSet live, final RecoveryReport recovery) {
        this.path = path;
        this.live = live;
        this.recovery = recovery;
        this.cursor = WatchCursor.wrap(live.cursor());
    }

    /** As {@link #open(Path, RecoveryPolicy)} with {@link RecoveryPolicy#PROVEN}. */
    public static SnapshotView open(final Path path) throws IOException {
        return open(path, RecoveryPolicy.PROVEN);
    }

    /**
     * Opens a view of the log at {@code path}: checks every record and indexes what is live. A log of 8 MiB or more is indexed by a second thread
     * meanwhile, named {@code slipstream-index}, where there is a second processor; it has ended on return. While this runs it needs heap for the keys
     * too, at most a sixteenth of the maximum for their bytes.
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
        try {
            return openResolved(storage, log, policy);
        } catch (final InternalError e) {
            throw IoFaults.toIoException(e, path);
        }
    }

    private static SnapshotView openResolved(final Storage storage, final Path log, final RecoveryPolicy policy) throws IOException {
        final OpenedLog opened = OpenedLog.read(storage, new LogPaths(log), policy);
        opened.closeFile();
        final boolean taken = policy == RecoveryPolicy.PREFIX && opened.verdict().position() > 0
                && opened.verdict().kind() == Verdict.Kind.CORRUPTED;
        if (opened.verdict().isRefused() && !taken) {
            opened.bytes().release();
            throw opened.verdict().toException(log);
        }
        return new SnapshotView(log, opened.live(), RecoveryReport.of(opened.verdict(), opened.records(), null));
    }

    /** Number of live entries. */
    public int length() {
        return open().length();
    }

    /** Where to resume the watch; {@link WatchCursor#none()} if the log has no cursor. */
    public WatchCursor cursor() {
        requireOpen();
        return cursor;
    }

    /** What was found at the end of the log. */
    public RecoveryReport recovery() {
        requireOpen();
        return recovery;
    }

    /** Bytes of heap that the index of this view holds until it is closed. */
    public long heapBytes() {
        return open().heapBytes();
    }

    /**
     * Looks a key up and attaches {@code entry} to what it finds. Allocates nothing.
     *
     * @param key the key's UTF-8 bytes, at {@code offset}, {@code length} of them
     * @return whether the key is live; if not, {@code entry} is as it was
     */
    public boolean lookup(final DirectBuffer key, final int offset, final int length, final EntryView entry) {
        final LiveSet current = open();
        key.boundsCheck(offset, length);
        try {
            final long position = current.position(key, offset, length);
            if (position == 0) {
                return false;
            }
            attach(entry, current, position);
            return true;
        } catch (final InternalError e) {
            throw new UncheckedIOException(IoFaults.toIoException(e, path));
        } finally {
            Reference.reachabilityFence(current);
        }
    }

    /** Looks a key up and attaches {@code entry} to what it finds, as {@link #lookup(DirectBuffer, int, int, EntryView)}; allocates. */
    public boolean lookup(final String key, final EntryView entry) {
        requireOpen();
        if (Utf8.encodedLength(key) < 0) {
            return false;
        }
        final byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        return lookup(new UnsafeBuffer(keyBytes), 0, keyBytes.length, entry);
    }

    /** An owned copy of a key's entry; null if the key is not live. */
    public KvEntry entry(final String key) {
        final EntryView entry = new EntryView();
        try {
            final KvEntry owned = lookup(key, entry) ? entry.toOwned() : null;
            IoFaults.settle();
            return owned;
        } catch (final InternalError e) {
            throw new UncheckedIOException(IoFaults.toIoException(e, path));
        }
    }

    /**
     * Shows every live entry, in the order of the keys' unsigned UTF-8 bytes, which is not that of {@link String}. Sorts first: 16 bytes of heap
     * an entry for as long as it runs.
     *
     * @param consumer is shown the same {@link EntryView} each time, attached to the next entry
     */
    public void forEach(final Consumer<EntryView> consumer) {
        final LiveSet current = open();
        final EntryView entry = new EntryView();
        try {
            for (final long position : positionsInKeyOrder(current)) {
                requireOpen();
                attach(entry, current, position);
                consumer.accept(entry);
            }
            IoFaults.settle();
        } catch (final InternalError e) {
            throw new UncheckedIOException(IoFaults.toIoException(e, path));
        } finally {
            Reference.reachabilityFence(current);
        }
    }

    private long[] positionsInKeyOrder(final LiveSet current) {
        try {
            return current.positionsInKeyOrder();
        } catch (final IndexOutOfBoundsException e) {
            throw new UncheckedIOException(IoFaults.nonsense(e, path));
        }
    }

    private void attach(final EntryView entry, final LiveSet current, final long position) {
        try {
            entry.wrap(this, current.bytes(), position);
        } catch (final IndexOutOfBoundsException e) {
            throw new UncheckedIOException(IoFaults.nonsense(e, path));
        }
    }

    /** An owned copy of everything. 100 to 400 ns an entry and its weight in heap: a process gets ready faster on the view itself. */
    public Snapshot toOwned() throws IOException {
        return Snapshot.copyOf(path, open());
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
        final LiveSet current = open();
        final LogPaths paths = LogPaths.ofWritten(storage.resolve(target));
        requireFree(storage, paths, target);
        try (FreshLog fresh = FreshLog.createCopy(storage, paths)) {
            CompactForm.write(current, fresh);
            fresh.force();
            fresh.publishNew();
        } catch (final InternalError e) {
            throw IoFaults.toIoException(e, path);
        } finally {
            Reference.reachabilityFence(current);
        }
    }

    private static void requireFree(final Storage storage, final LogPaths paths, final Path target) throws IOException {
        if (storage.identity(paths.log()) != null) {
            throw new FileAlreadyExistsException(target.toString(), null, "a copy never replaces a file: remove it first or name another");
        }
    }

    private LiveSet open() {
        final LiveSet current = live;
        if (current == null) {
            throw new IllegalStateException("view is closed: file=" + path);
        }
        return current;
    }

    void requireOpen() {
        open();
    }

    Path path() {
        return path;
    }

    /** Ends the use of this view and lets go of its index and mapping. Closing twice does nothing. */
    @Override
    public void close() {
        live = null;
    }

    @Override
    public String toString() {
        final LiveSet current = live;
        return "SnapshotView[file=" + path + (current == null ? ", closed" : ", entries=" + current.length()) + ", cursor=" + cursor + "]";
    }
}
