package io.slipstream;

import io.slipstream.format.RecordFlyweight;
import io.slipstream.format.RecordLayout;
import io.slipstream.replay.RecordHandler;
import org.agrona.DirectBuffer;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Makes the entries of a log while it is read, in one pass and without an index: the fastest way where nearly every put survives, as in a log that
 * is compact, or was until shortly. Single thread.
 */
final class SnapshotBuilder implements RecordHandler {
    /*
     * An entry that does not survive was made in vain, which costs more than indexing it. So this gives up when they become many, when they hold much
     * of the heap, which what is deleted later must not, and at a record longer than what is shown of it at once: the index is for those logs.
     */
    private static final int MAX_IN_VAIN = 1000;
    private static final int IN_VAIN_SHARE = 16;
    private static final int SAMPLE_LENGTH = 1024;
    private static final int TABLE_SHARE_OF_HEAP = 64;
    private static final int ENTRIES_SHARE_OF_HEAP = 4;
    private static final int ENTRY_OVERHEAD = 256;

    private final long logLength;
    private final long maxHeld = Runtime.getRuntime().maxMemory() / ENTRIES_SHARE_OF_HEAP;
    private final byte[] keyBytes = new byte[RecordLayout.MAX_KEY_LENGTH];
    private Map<String, KvEntry> entries = new HashMap<>();
    private byte[] cursor = Token.NO_BYTES;
    private long inVain;
    private long held; // at least what the entries made so far take that no other has replaced
    private boolean hasRoom;

    /** A builder for a log of that length. */
    SnapshotBuilder(final long logLength) {
        this.logLength = logLength;
    }

    @Override
    public void onRecord(final RecordFlyweight record) {
        if (entries == null) {
            return;
        }
        switch (record.type()) {
            case RecordLayout.PUT -> onPut(record);
            case RecordLayout.DELETE -> {
                release(entries.remove(key(record)));
                inVain++;
            }
            default -> onCursor(record);
        }
        if (inVain > MAX_IN_VAIN && entries != null && inVain > entries.size() / IN_VAIN_SHARE) {
            entries = null;
        }
    }

    private void onPut(final RecordFlyweight record) {
        final DirectBuffer buffer = record.buffer();
        if (record.length() > buffer.capacity()) {
            entries = null;
            return;
        }
        final byte[] value = new byte[(int) record.valueLength()];
        final byte[] version = new byte[record.tokenLength()];
        buffer.getBytes(record.keyOffset() + record.keyLength() + RecordLayout.VALUE_LENGTH_FIELD, value);
        buffer.getBytes(record.tokenOffset(), version);
        final KvEntry entry = new KvEntry(key(record), value, VersionToken.wrap(version));
        held += weight(entry);
        final KvEntry superseded = entries.put(entry.key(), entry);
        if (superseded != null) {
            release(superseded);
            inVain++;
        } else if (entries.size() == SAMPLE_LENGTH && !hasRoom) {
            makeRoom(record.position());
        }
        if (held > maxHeld) {
            entries = null; // what is deleted later must not need heap now
        }
    }

    private void release(final KvEntry entry) {
        if (entry != null) {
            held -= weight(entry);
        }
    }

    private static long weight(final KvEntry entry) {
        return ENTRY_OVERHEAD + 2L * entry.key().length() + entry.value().length;
    }

    private String key(final RecordFlyweight record) {
        record.buffer().getBytes(record.keyOffset(), keyBytes, 0, record.keyLength());
        return new String(keyBytes, 0, record.keyLength(), StandardCharsets.UTF_8);
    }

    // As many entries as there will be if all are like the first ones, so that the map need not grow again and again.
    private void makeRoom(final long position) {
        final long expected = SAMPLE_LENGTH * (logLength / position) * 4 / 3;
        final long affordable = Runtime.getRuntime().maxMemory() / TABLE_SHARE_OF_HEAP / Integer.BYTES;
        final Map<String, KvEntry> larger = new HashMap<>((int) Math.min(expected, Math.min(affordable, 1 << 30)));
        larger.putAll(entries);
        entries = larger;
        hasRoom = true;
    }

    private void onCursor(final RecordFlyweight record) {
        if (cursor.length > 0) {
            inVain++;
        }
        cursor = new byte[record.tokenLength()];
        record.buffer().getBytes(record.tokenOffset(), cursor);
    }

    /** Whether this gave up. */
    boolean hasGivenUp() {
        return entries == null;
    }

    /** Whether no record was redundant. Source: docs/format.md, "Compact, and compact form". */
    boolean isCompact() {
        return entries != null && inVain == 0;
    }

    /** What the records shown so far leave; null for neither a live entry nor a cursor. Unless {@linkplain #hasGivenUp() given up}. */
    Snapshot build() {
        return entries.isEmpty() && cursor.length == 0 ? null : Snapshot.of(entries, WatchCursor.wrap(cursor));
    }
}
