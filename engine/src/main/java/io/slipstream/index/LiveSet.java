package io.slipstream.index;

import io.slipstream.storage.LogBytes;
import org.agrona.DirectBuffer;

/**
 * What is live after the records of a log: the keys' put records and the cursor; and whether any record was redundant.
 *
 * <p>Immutable; any number of readers once safely published.
 */
public final class LiveSet {
    private final LogBytes bytes;
    private final KeyTable table;
    private final byte[] cursor;
    private final boolean compact;

    LiveSet(final LogBytes bytes, final KeyTable table, final byte[] cursor, final boolean compact) {
        this.bytes = bytes;
        this.table = table;
        this.cursor = cursor;
        this.compact = compact;
    }

    /** Number of live keys. */
    public int length() {
        return table.length();
    }

    /** Whether there is neither a live key nor a cursor. */
    public boolean isEmpty() {
        return table.length() == 0 && cursor.length == 0;
    }

    /** Whether no record was redundant. Source: docs/format.md, "Compact, and compact form". */
    public boolean isCompact() {
        return compact;
    }

    /** The cursor's bytes; empty for none. A copy. */
    public byte[] cursor() {
        return cursor.clone();
    }

    /** Position of the key's live put record; 0 if it has none. */
    public long position(final DirectBuffer key, final int offset, final int keyLength) {
        return table.position(key, offset, keyLength);
    }

    /** Positions of the live put records, in the order they were appended. */
    public long[] positions() {
        return table.positions();
    }

    /** Positions of the live put records, in the order of their keys as unsigned UTF-8 bytes. */
    public long[] positionsInKeyOrder() {
        final long[] positions = table.positions();
        new KeySort(new LogKeys(bytes)).sort(positions);
        return positions;
    }

    /** Bytes of heap the index holds. */
    public long heapBytes() {
        return table.heapBytes();
    }

    KeyTable table() {
        return table;
    }

    /** The mapped log that the positions point into. */
    public LogBytes bytes() {
        return bytes;
    }
}
