package io.slipstream;

import io.slipstream.format.RecordLayout;
import io.slipstream.index.LiveSet;
import io.slipstream.index.OwnedRecords;
import io.slipstream.index.OwnedRecordsBuilder;
import io.slipstream.storage.IoFaults;
import io.slipstream.storage.LogBytes;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The live entries and the cursor of a log, owned: independent of its file. Immutable, any thread.
 *
 * <p>Held are the entries' bytes, as the log has them, in a few large arrays, and 16 to 32 bytes of index a key. {@link KvEntry}s are made when asked
 * for, see {@link #entries()}.
 */
public final class Snapshot {
    private static final int MAX_ARRAY_LENGTH = Integer.MAX_VALUE - 8;

    private final Map<String, KvEntry> entries;
    private final WatchCursor cursor;

    private Snapshot(final OwnedRecords records, final WatchCursor cursor) {
        this.entries = Collections.unmodifiableMap(new OwnedEntries(records));
        this.cursor = cursor;
    }

    /** As {@link #load(Path, SnapshotLog.Context)} with the defaults. */
    public static Optional<Snapshot> load(final Path path) throws IOException {
        return load(path, new SnapshotLog.Context());
    }

    /**
     * Loads the log at {@code path} and leaves it clean: slack is cut off; a log that was not compact, or had a torn tail, is rewritten in compact
     * form, which survives power loss on return. A compact log without slack is not touched, and loads from a read-only directory too. Holds the
     * writer's lock meanwhile.
     *
     * <p>A second thread may index a log that is not in compact form, as {@link SnapshotView#open(Path, RecoveryPolicy)} says; for one that is in it,
     * and is longer than some 50 MB, one named {@code slipstream-load} makes room in the heap ahead. It has ended on return.
     *
     * @return empty if there is no file, or neither a live entry nor a cursor in it
     * @throws io.slipstream.errors.CorruptSnapshotException       if the log is damaged; the file is as it was
     * @throws io.slipstream.errors.InvalidSnapshotFormatException if the file is no PGSS v2 log; it is as it was
     * @throws io.slipstream.errors.LogInUseException              if a writer has it
     * @throws IOException                                         if the disk fails or is full, or a value is too large for a Java array
     */
    public static Optional<Snapshot> load(final Path path, final SnapshotLog.Context context) throws IOException {
        return SnapshotLoader.load(path, context, true).snapshot();
    }

    static Snapshot of(final OwnedRecords records, final byte[] cursor) {
        return new Snapshot(records, WatchCursor.wrap(cursor));
    }

    /** A copy of what is in {@code live}, of the log at {@code path}. */
    static Snapshot copyOf(final Path path, final LiveSet live) throws IOException {
        requireArrays(path, live);
        final OwnedRecordsBuilder records = new OwnedRecordsBuilder(live.bytes());
        try {
            for (final long position : live.positions()) {
                records.accept(position);
            }
            IoFaults.settle();
        } catch (final InternalError e) {
            throw IoFaults.toIoException(e, path);
        } catch (final IndexOutOfBoundsException e) {
            throw IoFaults.nonsense(e, path);
        } finally {
            Reference.reachabilityFence(live);
        }
        return of(records.build(live.length()), live.cursor());
    }

    /** @throws IOException if a value of {@code live} is too long for a Java array */
    static void requireArrays(final Path path, final LiveSet live) throws IOException {
        final LogBytes bytes = live.bytes();
        if (bytes.length() <= MAX_ARRAY_LENGTH) {
            return;
        }
        for (final long position : live.positions()) {
            final long valueLength = bytes.intAt(position + RecordLayout.valueLengthOffset(bytes.shortAt(position + RecordLayout.KEY_LENGTH_OFFSET)));
            if (valueLength > MAX_ARRAY_LENGTH) {
                IoFaults.settle(); // the length itself may be what a failed read left behind
                throw new IOException("value too large for a Java array: file=" + path + " offset=" + position + " length=" + valueLength + " max="
                        + MAX_ARRAY_LENGTH + "; no Java process can hold it, remove it at its source");
            }
        }
    }

    boolean isEmpty() {
        return entries.isEmpty() && cursor.isEmpty();
    }

    /**
     * The live entries by key, in no particular order. Unmodifiable.
     *
     * <p>Each is made when it is asked for: key, value and version are copied, but for a value longer than 256 KiB, which all entries of its key share.
     * Asked twice, there are two entries, equal but not the same: who needs an entry again and again had better keep it. {@code containsKey} and
     * {@code keySet()} make none. The first look-up by key may fill the index, about 100 ns a key, while others that come meanwhile wait; to go through
     * all takes no index.
     */
    public Map<String, KvEntry> entries() {
        return entries;
    }

    /** Where to resume the watch; {@link WatchCursor#none()} if the log has no cursor. */
    public WatchCursor cursor() {
        return cursor;
    }

    /**
     * The keys of this snapshot that are not among {@code currentKeys}: what to delete when the cursor has expired and the source was listed
     * anew.
     */
    public Set<String> staleKeys(final Set<String> currentKeys) {
        final Set<String> stale = new HashSet<>();
        for (final String key : entries.keySet()) {
            if (!currentKeys.contains(key)) {
                stale.add(key);
            }
        }
        return stale;
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof Snapshot that && cursor.equals(that.cursor) && entries.equals(that.entries);
    }

    @Override
    public int hashCode() {
        return 31 * entries.hashCode() + cursor.hashCode();
    }

    @Override
    public String toString() {
        return "Snapshot[entries=" + entries.size() + ", cursor=" + cursor + "]";
    }
}
