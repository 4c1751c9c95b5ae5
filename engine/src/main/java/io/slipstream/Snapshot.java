package io.slipstream;

import io.slipstream.format.RecordLayout;
import io.slipstream.index.LiveSet;
import io.slipstream.storage.IoFaults;
import io.slipstream.storage.LogBytes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The live entries and the cursor of a log, owned: independent of its file. Immutable, any thread.
 */
public final class Snapshot {
    private static final int MAX_ARRAY_LENGTH = Integer.MAX_VALUE - 8;
    private static final int SETTLED_LENGTH = 1 << 20;

    private final Map<String, KvEntry> entries;
    private final WatchCursor cursor;

    private Snapshot(final Map<String, KvEntry> entries, final WatchCursor cursor) {
        this.entries = entries;
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
     * @return empty if there is no file, or neither a live entry nor a cursor in it
     * @throws io.slipstream.errors.CorruptSnapshotException       if the log is damaged; the file is as it was
     * @throws io.slipstream.errors.InvalidSnapshotFormatException if the file is no PGSS v2 log; it is as it was
     * @throws io.slipstream.errors.LogInUseException              if a writer has it
     * @throws IOException                                         if the disk fails or is full, or a value is too large for a Java array
     */
    public static Optional<Snapshot> load(final Path path, final SnapshotLog.Context context) throws IOException {
        return SnapshotLoader.load(path, context, true).snapshot();
    }

    static Snapshot of(final Map<String, KvEntry> entries, final WatchCursor cursor) {
        return new Snapshot(Collections.unmodifiableMap(entries), cursor);
    }

    static Snapshot materialize(final Path path, final LiveSet live) throws IOException {
        final Map<String, KvEntry> entries = new HashMap<>((int) Math.min(1L << 30, live.length() * 4L / 3 + 1));
        final byte[] keyBytes = new byte[RecordLayout.MAX_KEY_LENGTH];
        try {
            for (final long position : live.positions()) {
                final KvEntry entry = materializeEntry(path, live.bytes(), position, keyBytes);
                entries.put(entry.key(), entry);
            }
            IoFaults.settle();
        } catch (final InternalError e) {
            throw IoFaults.toIoException(e, path);
        } catch (final IndexOutOfBoundsException e) {
            throw IoFaults.nonsense(e, path);
        }
        return of(entries, WatchCursor.wrap(live.cursor()));
    }

    private static KvEntry materializeEntry(final Path path, final LogBytes bytes, final long position, final byte[] keyBytes)
            throws IOException {
        final int keyLength = bytes.shortAt(position + RecordLayout.KEY_LENGTH_OFFSET);
        final long valueLength = bytes.intAt(position + RecordLayout.valueLengthOffset(keyLength));
        if (valueLength > SETTLED_LENGTH) {
            IoFaults.settle(); // the length itself may be what a failed read left behind
        }
        if (valueLength > MAX_ARRAY_LENGTH) {
            throw new IOException("value too large for a Java array: file=" + path + " offset=" + position + " length=" + valueLength + " max="
                    + MAX_ARRAY_LENGTH + "; no Java process can hold it, remove it at its source");
        }
        final long tokenLengthPosition = position + RecordLayout.putTokenLengthOffset(keyLength, valueLength);
        final byte[] value = new byte[(int) valueLength];
        final byte[] version = new byte[bytes.byteAt(tokenLengthPosition) & 0xFF];
        bytes.copy(position + RecordLayout.KEY_OFFSET, keyBytes, 0, keyLength);
        bytes.copy(position + RecordLayout.valueOffset(keyLength), value, 0, value.length);
        bytes.copy(tokenLengthPosition + RecordLayout.TOKEN_LENGTH_FIELD, version, 0, version.length);
        return new KvEntry(new String(keyBytes, 0, keyLength, StandardCharsets.UTF_8), value, VersionToken.wrap(version));
    }

    /** The live entries by key, in no particular order. Unmodifiable. */
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
