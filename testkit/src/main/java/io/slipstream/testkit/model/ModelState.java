package io.slipstream.testkit.model;

import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a log says: a map and a cursor. Two states are equal when their live entries, versions included, and their
 * cursors are, however they came about.
 */
public final class ModelState {
    // Unsigned byte order: not the order of Java's String, which compares UTF-16 units.
    private final NavigableMap<byte[], ModelEntry> entries = new TreeMap<>(Arrays::compareUnsigned);
    private byte[] cursor = Token.none();

    /** No entries and no cursor. */
    public ModelState() {
    }

    /** An independent copy. */
    public ModelState(final ModelState other) {
        entries.putAll(other.entries);
        cursor = other.cursor;
    }

    /** Applies one step; a compaction changes nothing here. */
    public ModelState apply(final ModelUpdate update) {
        if (update instanceof ModelUpdate.Put put) {
            put(put.key(), put.value(), put.version());
        } else if (update instanceof ModelUpdate.Delete delete) {
            delete(delete.key());
        } else if (update instanceof ModelUpdate.Purge purge) {
            delete(purge.key());
        } else if (update instanceof ModelUpdate.Checkpoint checkpoint) {
            cursor(checkpoint.cursor());
        }
        return this;
    }

    /** Applies the steps in order. */
    public ModelState applyAll(final Iterable<? extends ModelUpdate> updates) {
        updates.forEach(this::apply);
        return this;
    }

    /** Sets a key. */
    public ModelState put(final byte[] key, final byte[] value, final byte[] version) {
        entries.put(key, new ModelEntry(value, version));
        return this;
    }

    /** Removes a key, live or not. */
    public ModelState delete(final byte[] key) {
        entries.remove(key);
        return this;
    }

    /** Sets the cursor; no bytes mean no cursor. */
    public ModelState cursor(final byte[] newCursor) {
        cursor = newCursor;
        return this;
    }

    /** The live entries by key, in unsigned order of the key's bytes; a read-only view. */
    public NavigableMap<byte[], ModelEntry> entries() {
        return Collections.unmodifiableNavigableMap(entries);
    }

    /** The live keys as texts, in unsigned order of their bytes. */
    public List<String> keys() {
        return entries.keySet().stream().map(Utf8::decode).toList();
    }

    /** What a key holds, if it is live. */
    public Optional<ModelEntry> entry(final byte[] key) {
        return Optional.ofNullable(entries.get(key));
    }

    /** What a text key holds, if it is live. */
    public Optional<ModelEntry> entry(final String key) {
        return entry(Utf8.encode(key));
    }

    /** Whether a key is live. */
    public boolean isLive(final byte[] key) {
        return entries.containsKey(key);
    }

    /** The cursor; no bytes mean no cursor. */
    public byte[] cursor() {
        return cursor;
    }

    /** Whether there is a cursor. */
    public boolean hasCursor() {
        return cursor.length > 0;
    }

    /** Whether there is neither a live entry nor a cursor: a log that says this loads as absent. */
    public boolean isEmpty() {
        return entries.isEmpty() && !hasCursor();
    }

    /** The one compact log that says this, {@code docs/format.md}: header, puts by key, cursor if there is one. */
    public byte[] compactForm() {
        final LogBuilder log = new LogBuilder().header();
        entries.forEach((key, entry) -> log.put(key, entry.value(), entry.version()));
        if (hasCursor()) {
            log.cursor(cursor);
        }
        return log.toBytes();
    }

    /** The SHA-256 of the compact form, in hex: equal for equal states. */
    public String sha256() {
        return Hex.ofSha256(compactForm());
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof ModelState that && Arrays.equals(compactForm(), that.compactForm());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(compactForm());
    }

    /** The state as the script that makes it. */
    @Override
    public String toString() {
        final StringBuilder script = new StringBuilder();
        entries.forEach((key, entry) -> script
            .append(new ModelUpdate.Put(key, entry.value(), entry.version()).toScript()).append('\n'));
        return script.append(new ModelUpdate.Checkpoint(cursor).toScript()).append('\n').toString();
    }
}
