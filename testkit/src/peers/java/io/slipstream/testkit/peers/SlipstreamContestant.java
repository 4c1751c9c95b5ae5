package io.slipstream.testkit.peers;

import io.slipstream.EntryView;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.file.Path;

/** This library: {@link SnapshotLog} writes, {@link SnapshotView} answers. */
final class SlipstreamContestant implements Contestant {
    private static final String FILE = "kv.log";
    private static final int FILLER_LENGTH = 1 << 20;
    private static final int RECORD_LENGTH = 176;

    private final UnsafeBuffer keyBuffer = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer valueBuffer = new UnsafeBuffer(0, 0);
    private byte[] keyArray;
    private byte[] valueArray;
    private SnapshotLog log;
    private SnapshotView view;
    private EntryView entry;

    static Path file(final Path directory) {
        return directory.resolve(FILE);
    }

    @Override
    public void create(final Path directory, final int keys, final int updates, final boolean ready) throws IOException {
        final SnapshotLog.Context context = new SnapshotLog.Context();
        if (ready) {
            context.segmentLength(SnapshotLog.Context.MAX_SEGMENT_LENGTH);
            fill(file(directory), (long) updates * RECORD_LENGTH);
        }
        log = SnapshotLog.open(file(directory), context);
    }

    // Segments grow with the log: one as long as what will be appended opens with room for all of it.
    private static void fill(final Path file, final long length) throws IOException {
        final UnsafeBuffer filler = new UnsafeBuffer(new byte[FILLER_LENGTH]);
        try (SnapshotLog first = SnapshotLog.open(file)) {
            while (first.length() < length) {
                first.put(filler, 0, 1, filler, 0, FILLER_LENGTH, 0);
            }
        }
    }

    private void wrap(final byte[] key, final byte[] value) {
        if (key != keyArray || value != valueArray) {
            keyArray = key;
            valueArray = value;
            keyBuffer.wrap(key);
            valueBuffer.wrap(value);
        }
    }

    @Override
    public void put(final byte[] key, final byte[] value, final long revision) {
        wrap(key, value);
        log.put(keyBuffer, 0, key.length, valueBuffer, 0, value.length, revision);
    }

    @Override
    public void checkpoint(final long revision) throws IOException {
        log.checkpoint(revision);
    }

    @Override
    public void open(final Path directory) throws IOException {
        view = SnapshotView.open(file(directory));
        entry = new EntryView();
    }

    @Override
    public long get(final byte[] key, final byte[] value) {
        wrap(key, value);
        if (!view.lookup(keyBuffer, 0, key.length, entry)) {
            return Workload.ABSENT;
        }
        entry.value().getBytes(0, value);
        return entry.revision();
    }

    @Override
    public boolean compact(final Path from, final Path to) throws IOException {
        try (SnapshotView source = SnapshotView.open(file(from))) {
            source.copyTo(file(to));
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        if (log != null) {
            log.close();
        }
        if (view != null) {
            view.close();
        }
    }
}
