package io.slipstream.index;

import io.slipstream.format.RecordFlyweight;
import io.slipstream.format.RecordLayout;
import io.slipstream.replay.AscentProbe;
import io.slipstream.replay.RecordHandler;
import io.slipstream.storage.ByteSource;
import io.slipstream.storage.LogBytes;

import java.util.concurrent.ThreadFactory;

/**
 * Gathers what is live from the records shown to it, in order. Allocates nothing per record.
 *
 * <p>One thread, or its equal: a long log is indexed by a second thread beside the one that reads it, where there is a processor for it. Close it
 * before the log is unmapped.
 */
public final class LiveSetBuilder implements RecordHandler, AutoCloseable {
    private static final long MIN_LONG_LENGTH = 8L << 20;
    private static final int SHARED_BATCH_WORDS = 1 << 14;
    private static final int OWN_BATCH_WORDS = 1 << 11;
    private static final int READ_AHEAD = 64;
    private static final long MAX_CARRIED_BYTES = 1L << 30;
    private static final int CARRIED_SHARE_OF_HEAP = 16;

    private final LogBytes bytes;
    private final KeyTableBuilder table;
    private final BatchWorker worker; // null where this thread does it all
    private KeyBatch batch;
    private byte[] cursor = {};
    private long supersededCursors;

    /** A builder over the records of {@code bytes}. */
    public LiveSetBuilder(final LogBytes bytes) {
        this(bytes, isLong(bytes) && Runtime.getRuntime().availableProcessors() > 1);
    }

    /** A builder over the records of {@code bytes}, which are those of {@code file}: a look at that chooses the way. */
    public LiveSetBuilder(final LogBytes bytes, final ByteSource file) {
        this(bytes);
        try {
            if (isLong(bytes) && new AscentProbe(file, bytes.length()).isMuchBehindTheAscent()) {
                table.giveEveryKeyAnEntry();
            }
        } catch (final RuntimeException | Error e) {
            close(); // nobody else can
            throw e;
        }
    }

    private static boolean isLong(final LogBytes bytes) {
        return bytes.length() >= MIN_LONG_LENGTH;
    }

    /** A builder over the records of {@code bytes}, with a second thread or without. */
    public LiveSetBuilder(final LogBytes bytes, final boolean shared) {
        this(bytes, shared, READ_AHEAD, Math.min(MAX_CARRIED_BYTES, Runtime.getRuntime().maxMemory() / CARRIED_SHARE_OF_HEAP));
    }

    /**
     * A builder over the records of {@code bytes}, to measure what each of its ways is worth.
     *
     * @param shared          whether a second thread indexes
     * @param readAhead       how many records are read ahead of being resolved, so that their cache misses overlap
     * @param maxCarriedBytes how many bytes of keys are copied beside the table; all others are compared in the log
     */
    public LiveSetBuilder(final LogBytes bytes, final boolean shared, final int readAhead, final long maxCarriedBytes) {
        this(bytes, new KeyHash(), shared ? new BatchWorker.DaemonThreads() : null, readAhead, maxCarriedBytes);
    }

    LiveSetBuilder(
            final LogBytes bytes, final KeyHash hash, final ThreadFactory threads, final int readAhead, final long maxCarriedBytes) {
        this.bytes = bytes;
        this.table = new KeyTableBuilder(bytes, hash, readAhead, maxCarriedBytes);
        this.worker = threads != null ? BatchWorker.start(table, hash, SHARED_BATCH_WORDS, threads) : null;
        this.batch = worker != null ? worker.take() : new KeyBatch(hash, OWN_BATCH_WORDS);
    }

    @Override
    public void onRecord(final RecordFlyweight record) {
        final int type = record.type();
        if (type == RecordLayout.CURSOR) {
            onCursor(record);
            return;
        }
        batch.add(record.position(), type == RecordLayout.DELETE, record.buffer(), record.keyOffset(), record.keyLength());
        if (batch.isFull()) {
            resolve();
        }
    }

    /** Whether a record was seen to be redundant. May be late to say so. */
    boolean isRedundantSoFar() {
        return supersededCursors > 0 || (worker == null ? table.isRedundant() : worker.isRedundant());
    }

    private void resolve() {
        if (worker == null) {
            table.apply(batch);
            batch.clear();
        } else {
            worker.submit();
            batch = worker.take();
        }
    }

    private void onCursor(final RecordFlyweight record) {
        if (cursor.length > 0) {
            supersededCursors++;
        }
        if (cursor.length != record.tokenLength()) {
            cursor = new byte[record.tokenLength()];
        }
        record.buffer().getBytes(record.tokenOffset(), cursor);
    }

    /** Resolves what is still gathered. After it, everything shown so far counts. */
    @Override
    public void onEnd() {
        if (worker == null) {
            resolve();
        } else {
            worker.finish();
            batch = worker.take();
        }
    }

    /** What is live after the records shown so far, which {@link #onEnd()} has ended. This builder is of no use afterwards. */
    public LiveSet build() {
        return build(KeyTable.positionMask(bytes.length()));
    }

    LiveSet build(final long positionMask) {
        close();
        final boolean compact = !table.isRedundant() && supersededCursors == 0;
        return new LiveSet(bytes, table.build(positionMask), cursor, compact);
    }

    /** Ends the second thread, if any. */
    @Override
    public void close() {
        if (worker != null) {
            worker.close();
        }
    }
}
