package io.slipstream.testkit.bench;

import io.slipstream.EntryView;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.index.LiveSetBuilder;
import io.slipstream.replay.LogReplay;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.LogBytes;
import io.slipstream.storage.StorageFile;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Opening W, 5 updates a key on average, to a ready view, on a mapping made anew each time; its parts; look-ups; compaction. Time is per record. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 7)
@Fork(2)
public class ReplayBenchmark {
    private static final int KEYS = 1_000_000;
    private static final int UPDATES = 5 * KEYS;
    private static final int RECORDS = UPDATES + UPDATES / Workload.CHECKPOINT_INTERVAL;
    private static final int UPDATES_BEHIND = KEYS * 7 / 10;
    private static final int LOOKUPS = 1_000_000;
    private static final int READ_AHEAD = 256;

    private final Workload workload = new Workload(KEYS);
    private Path directory;
    private Path log;
    private Path compact;
    private Path updated;
    private SnapshotView view;

    @Setup(Level.Trial)
    public void write() throws IOException {
        directory = Workload.directory();
        log = directory.resolve("w.log");
        compact = directory.resolve("compact.log");
        try (SnapshotLog writer = SnapshotLog.open(log)) {
            workload.append(writer, UPDATES);
            writer.copyTo(compact);
        }
        updated = directory.resolve("updated.log");
        Files.copy(compact, updated);
        try (SnapshotLog writer = SnapshotLog.open(updated)) {
            workload.append(writer, UPDATES_BEHIND);
        }
        view = SnapshotView.open(compact);
    }

    @TearDown(Level.Trial)
    public void delete() throws IOException {
        view.close();
        Workload.delete(directory);
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public int openView() throws IOException {
        try (SnapshotView opened = SnapshotView.open(log)) {
            return opened.length();
        }
    }

    /** Reading, checking and judging alone. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long replayOnly() throws IOException {
        try (StorageFile file = FileStorage.INSTANCE.openForRead(log)) {
            final LogBytes bytes = LogBytes.map(file, file.length());
            final LogReplay replay = new LogReplay(file, bytes);
            replay.replay(record -> { });
            bytes.release();
            return replay.records();
        }
    }

    /** As openView, on one thread. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public int openOnOneThread() throws IOException {
        return index(false, READ_AHEAD, Long.MAX_VALUE);
    }

    /** As openOnOneThread, but each record resolved by itself: what overlapping the cache misses of many is worth. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public int indexOneByOne() throws IOException {
        return index(false, 1, Long.MAX_VALUE);
    }

    /** As openOnOneThread, but keys compared in the mapped log: what copying them beside the table is worth. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public int indexWithoutKeys() throws IOException {
        return index(false, READ_AHEAD, 0);
    }

    /** A log that was compacted, with updates behind it: as after the death of a process. Time is per live key, as of the next. */
    @Benchmark
    @OperationsPerInvocation(KEYS)
    public int openCompactedAndUpdated() throws IOException {
        try (SnapshotView opened = SnapshotView.open(updated)) {
            return opened.length();
        }
    }

    /** As openCompactedAndUpdated, but the keys of the compacted part are compared in the log: what a guess at its length is worth. */
    @Benchmark
    @OperationsPerInvocation(KEYS)
    public int openCompactedAndUpdatedWithoutGuess() throws IOException {
        try (StorageFile file = FileStorage.INSTANCE.openForRead(updated)) {
            final LogBytes bytes = LogBytes.map(file, file.length());
            try (LiveSetBuilder live = new LiveSetBuilder(bytes)) {
                new LogReplay(file, bytes).replay(live);
                return live.build().length();
            } finally {
                bytes.release();
            }
        }
    }

    private int index(final boolean shared, final int readAhead, final long maxCarriedBytes) throws IOException {
        try (StorageFile file = FileStorage.INSTANCE.openForRead(log)) {
            final LogBytes bytes = LogBytes.map(file, file.length());
            try (LiveSetBuilder live = new LiveSetBuilder(bytes, shared, readAhead, maxCarriedBytes)) {
                new LogReplay(file, bytes).replay(live);
                return live.build().length();
            } finally {
                bytes.release();
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(LOOKUPS)
    public int lookUpRandomLiveKeysOfTheCompactLog() {
        final EntryView entry = new EntryView();
        int found = 0;
        for (int i = 0; i < LOOKUPS; i++) {
            workload.toRandomKey();
            found += view.lookup(workload.key, 0, Workload.KEY_LENGTH, entry) ? 1 : 0;
        }
        return found;
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long compactWritten() throws IOException {
        final Path target = directory.resolve("copy.log");
        try (SnapshotView opened = SnapshotView.open(log)) {
            opened.copyTo(target);
        }
        Files.delete(target);
        return RECORDS;
    }

    @Benchmark
    @OperationsPerInvocation(KEYS)
    public int loadOwnedFromTheCompactLog() throws IOException {
        return Snapshot.load(compact).orElseThrow().entries().size();
    }
}
