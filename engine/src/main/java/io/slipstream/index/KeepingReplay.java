package io.slipstream.index;

import io.slipstream.format.RecordFlyweight;
import io.slipstream.format.RecordLayout;
import io.slipstream.replay.RecordHandler;
import io.slipstream.storage.LogBytes;

import java.util.Arrays;

/**
 * Copies the records of a log for as long as none is redundant, and finds out what is live: a log that is compact is owned after one pass. Single
 * thread. Close it before the log is unmapped.
 */
public final class KeepingReplay implements RecordHandler, AutoCloseable {
    /*
     * While each key is above the one before, as compaction writes them, none can have come before: to know that takes no index. The first key
     * that is not has all records so far shown to the index that other logs need, and it is shown what comes.
     * Where a record is redundant, the log will be rewritten, and its records are copied then. What is deleted later must not need much heap before.
     */
    private static final int SHARE_OF_HEAP = 8;
    private static final long MAX_RECORD_LENGTH = 1L << 30;

    private final LogBytes bytes;
    private final long maxEnd = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;
    private OwnedRecordsBuilder kept; // null from the first redundant record on, or so
    private LiveSetBuilder index; // null while keys ascend
    private byte[] lastKeyArray = {};
    private int lastKeyIndex;
    private int lastKeyLength = -1;
    private byte[] cursor = {};
    private int puts;
    private LiveSet live;

    /** Begins to copy the records of {@code bytes}. */
    public KeepingReplay(final LogBytes bytes) {
        this.bytes = bytes;
        this.kept = new OwnedRecordsBuilder(bytes).ahead();
    }

    @Override
    public void onRecord(final RecordFlyweight record) {
        if (kept != null) {
            keep(record);
        }
        if (index != null) {
            index.onRecord(record);
        }
    }

    private void keep(final RecordFlyweight record) {
        final boolean tooMuch = record.position() + record.length() > maxEnd || record.length() > MAX_RECORD_LENGTH;
        if (index == null && (tooMuch || !isNext(record))) {
            indexAll();
        }
        if (tooMuch || index != null && index.isRedundantSoFar()) {
            kept.stop();
            kept = null;
            return;
        }
        kept.keep(record);
        if (index == null && record.type() == RecordLayout.PUT) {
            puts++;
            lastKeyArray = kept.headArray();
            lastKeyIndex = kept.headIndex() + RecordLayout.KEY_OFFSET;
            lastKeyLength = record.keyLength();
        }
    }

    private boolean isNext(final RecordFlyweight record) {
        switch (record.type()) {
            case RecordLayout.PUT:
                final int from = record.keyOffset();
                return lastKeyLength < 0 || Arrays.compareUnsigned(record.buffer().byteArray(), from, from + record.keyLength(),
                        lastKeyArray, lastKeyIndex, lastKeyIndex + lastKeyLength) > 0;
            case RecordLayout.CURSOR:
                final boolean first = cursor.length == 0;
                cursor = new byte[record.tokenLength()];
                record.buffer().getBytes(record.tokenOffset(), cursor);
                return first;
            default:
                return false;
        }
    }

    private void indexAll() {
        index = new LiveSetBuilder(bytes);
        final OwnedExtents.Walk walk = kept.extents().walk();
        while (walk.next()) {
            index.onRecord(walk.record());
        }
    }

    @Override
    public void onEnd() {
        if (index != null) {
            index.onEnd();
        }
    }

    /**
     * Ends this.
     *
     * @param indexed whether the live set is wanted also where all its records were kept
     */
    public void end(final boolean indexed) {
        if (index == null && indexed) {
            indexAll();
            index.onEnd();
        }
        live = index == null ? null : index.build();
    }

    /** What is live; null if that was not wanted, since everything was kept. After the end. */
    public LiveSet live() {
        return live;
    }

    /** The records, which are all live; null if they were not all kept. After the end, once. */
    public OwnedRecords kept() {
        if (live == null) {
            return kept.build(puts);
        }
        return kept != null && live.isCompact() ? kept.build(live.table()) : null;
    }

    /** The cursor's bytes; empty for none. After the end. */
    public byte[] cursor() {
        return live == null ? cursor : live.cursor();
    }

    @Override
    public void close() {
        if (kept != null) {
            kept.stop();
        }
        if (index != null) {
            index.close();
        }
    }
}
