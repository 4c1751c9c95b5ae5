package io.slipstream.index;

import io.slipstream.format.RecordFlyweight;
import io.slipstream.format.RecordLayout;
import io.slipstream.replay.RecordHandler;
import io.slipstream.storage.LogBytes;
import org.agrona.DirectBuffer;

/**
 * What is live after the records shown to it: the keys' put records and the cursor; and whether any record was redundant.
 *
 * <p>One writer; any number of readers once the replay is over and this is safely published.
 */
public final class LiveSet implements RecordHandler {
    /*
     * A random key costs two cache misses, its slot and the key it is compared with, and they would come one after the other. So records are
     * gathered, and for a whole batch first the slots are read, then the keys, then each record is resolved, exactly and in order: the misses
     * overlap.
     */
    private static final int BATCH_LENGTH = 64;

    private final LogBytes bytes;
    private final KeyTable table;
    private final long[] batchHashes;
    private final long[] batchPositions;
    private int batched;
    @SuppressWarnings("UnusedVariable") // written so that the reads it sums up are not optimised away
    private long touched;
    private final byte[] cursor = new byte[RecordLayout.MAX_TOKEN_LENGTH];
    private int cursorLength;
    private long redundantRecords;

    /** An empty live set over the records of {@code bytes}. */
    public LiveSet(final LogBytes bytes) {
        this(bytes, BATCH_LENGTH);
    }

    /** An empty live set that resolves so many records at once. */
    public LiveSet(final LogBytes bytes, final int batchLength) {
        this.bytes = bytes;
        this.table = new KeyTable(bytes);
        this.batchHashes = new long[batchLength];
        this.batchPositions = new long[batchLength];
    }

    @Override
    public void onRecord(final RecordFlyweight record) {
        switch (record.type()) {
            case RecordLayout.PUT -> gather(record, record.position());
            case RecordLayout.DELETE -> gather(record, -record.position());
            default -> onCursor(record);
        }
    }

    // A delete's position is negative: no record stands at 0.
    private void gather(final RecordFlyweight record, final long signedPosition) {
        batchHashes[batched] = table.hash(record.buffer(), record.keyOffset(), record.keyLength());
        batchPositions[batched] = signedPosition;
        if (++batched == batchHashes.length) {
            onEnd();
        }
    }

    /** Resolves what is still gathered. After it, everything shown so far counts. */
    @Override
    public void onEnd() {
        final int count = batched;
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += table.touchSlot(batchHashes[i]);
        }
        for (int i = 0; i < count; i++) {
            sum += table.touchKey(batchHashes[i]);
        }
        touched += sum;
        for (int i = 0; i < count; i++) {
            final long position = batchPositions[i];
            if (position < 0) {
                table.remove(batchHashes[i], -position);
                redundantRecords++;
            } else if (table.put(batchHashes[i], position)) {
                redundantRecords++;
            }
        }
        batched = 0;
    }

    private void onCursor(final RecordFlyweight record) {
        if (cursorLength > 0) {
            redundantRecords++;
        }
        cursorLength = record.tokenLength();
        bytes.copy(record.tokenPosition(), cursor, 0, cursorLength);
    }

    /** Number of live keys. */
    public int length() {
        return table.length();
    }

    /** Whether there is neither a live key nor a cursor. */
    public boolean isEmpty() {
        return table.length() == 0 && cursorLength == 0;
    }

    /** Whether no record was redundant. Source: docs/format.md, "Compact, and compact form". */
    public boolean isCompact() {
        return redundantRecords == 0;
    }

    /** The cursor's bytes; empty for none. A copy. */
    public byte[] cursor() {
        final byte[] copy = new byte[cursorLength];
        System.arraycopy(cursor, 0, copy, 0, cursorLength);
        return copy;
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
        new KeySort(bytes).sort(positions);
        return positions;
    }

    /** Bytes of heap the index holds. */
    public long heapBytes() {
        return table.heapBytes();
    }

    /** The mapped log that the positions point into. */
    public LogBytes bytes() {
        return bytes;
    }
}
