package io.slipstream.index;

import io.slipstream.format.RecordFlyweight;
import io.slipstream.format.RecordLayout;
import io.slipstream.replay.RecordHandler;
import io.slipstream.storage.LogBytes;

/**
 * What is live in a log that goes on being written: kept up to date by being shown every record, beside the writer. Knows how long the live records
 * are, as well as can be told without looking them up. Allocates only to grow.
 *
 * <p>Single thread. A rewrite of the log takes {@link #beginSort}, {@link #sortStep} until all are sorted, and for each record, by its place in key order,
 * {@link #position} and {@link #move}; meanwhile no record may be shown.
 */
public final class LiveIndex implements RecordHandler {
    /*
     * A put that supersedes a record does not tell how long that one was, and to look it up would cost a cache miss. So all are taken to be of the mean
     * length of the puts so far, but for those that a rewrite left, whose length is known as a whole.
     */
    private static final int BATCH_WORDS = 1 << 11;
    private static final int READ_AHEAD = 256;
    private static final long MAX_CARRIED_BYTES = 1L << 30;
    private static final int CARRIED_SHARE_OF_HEAP = 16;

    private final KeyTableBuilder table;
    private final KeyBatch batch;
    private final KeyOrder order;
    private byte[] cursor = {};

    private long puts;
    private long putBytes;
    private int knownKeys;
    private long knownBytes;

    /** An empty index over the records of {@code bytes}. */
    public LiveIndex(final LogBytes bytes) {
        final KeyHash hash = new KeyHash();
        table = new KeyTableBuilder(bytes, hash, READ_AHEAD, Math.min(MAX_CARRIED_BYTES, Runtime.getRuntime().maxMemory() / CARRIED_SHARE_OF_HEAP));
        table.giveEveryKeyAnEntry();
        batch = new KeyBatch(hash, BATCH_WORDS);
        order = new KeyOrder(table);
    }

    @Override
    public void onRecord(final RecordFlyweight record) {
        switch (record.type()) {
            case RecordLayout.PUT -> {
                puts++;
                putBytes += record.length();
                add(record, false);
            }
            case RecordLayout.DELETE -> add(record, true);
            default -> onCursor(record);
        }
    }

    private void add(final RecordFlyweight record, final boolean isDelete) {
        batch.add(record.position(), isDelete, record.buffer(), record.keyOffset(), record.keyLength());
        if (batch.isFull()) {
            onEnd();
        }
    }

    private void onCursor(final RecordFlyweight record) {
        if (cursor.length != record.tokenLength()) {
            cursor = new byte[record.tokenLength()];
        }
        record.buffer().getBytes(record.tokenOffset(), cursor);
    }

    /** Resolves what is still gathered. After it, everything shown so far counts. */
    @Override
    public void onEnd() {
        table.apply(batch);
        batch.clear();
    }

    /** Number of live keys. */
    public int length() {
        return table.length();
    }

    /** About how long the log would be in compact form, in bytes. */
    public long liveBytes() {
        final long meanLength = puts == 0 ? 0 : putBytes / puts;
        return Math.max(0, knownBytes + (table.length() - knownKeys) * meanLength) + RecordLayout.HEADER_LENGTH
                + (cursor.length == 0 ? 0 : RecordLayout.cursorLength(cursor.length));
    }

    /** The cursor's bytes; empty for none. Not to be changed. */
    public byte[] cursor() {
        return cursor;
    }

    /** Begins to sort the live keys. */
    public void beginSort() {
        order.begin();
    }

    /** Sorts some more; whether that was all. */
    public boolean sortStep() {
        return order.step();
    }

    /** Position of the {@code i}-th live put record in the order of keys. */
    public long position(final int i) {
        return table.position(order.entry(i));
    }

    /** Says that the {@code i}-th record stands at {@code position} of the new log. */
    public void move(final int i, final long position) {
        table.move(order.entry(i), position);
    }

    /** Every record was moved, to {@code log}, where they take {@code putBytes} in all. */
    public void moved(final LogBytes log, final long putBytesInAll) {
        table.lookIn(log);
        knownKeys = table.length();
        knownBytes = putBytesInAll;
    }
}
