package io.slipstream.testkit.allocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.slipstream.EntryView;
import io.slipstream.MaintenanceMode;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.replay.LogReplay;
import io.slipstream.replay.Verdict;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.LogBytes;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.faults.MemoryDir;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the hot paths allocate: nothing, counted in bytes by the JVM over 100,000 records, within one segment and once
 * everything is loaded and linked.
 */
class AllocationTest {
    private static final int RECORDS = 100_000;
    private static final int ROUNDS = 10;
    private static final int RECORDS_A_ROUND = RECORDS / ROUNDS;
    private static final int SEGMENT_LENGTH = 64 << 20;
    private static final int KEYS = 1_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir(factory = MemoryDir.class)
    Path directory;

    private final String[] keys = new String[KEYS];
    private final UnsafeBuffer[] keyBuffers = new UnsafeBuffer[KEYS];
    private final byte[] value = "v".repeat(128).getBytes(StandardCharsets.UTF_8);
    private final UnsafeBuffer valueBuffer = new UnsafeBuffer(value);

    /** One step; i counts from 0. */
    @FunctionalInterface
    private interface Step {
        void run(int i) throws IOException;
    }

    AllocationTest() {
        for (int i = 0; i < KEYS; i++) {
            keys[i] = "key-" + i + "-\u00e9\u20ac";
            keyBuffers[i] = new UnsafeBuffer(keys[i].getBytes(StandardCharsets.UTF_8));
        }
    }

    @BeforeAll
    static void mayCount() {
        assumeTrue(THREADS.isThreadAllocatedMemorySupported() && THREADS.isThreadAllocatedMemoryEnabled(),
            "SKIPPED: this JVM does not count what a thread allocates");
    }

    /** Bytes that {@code steps} steps allocate on this thread; what asking for the figure allocates is taken off. */
    private static long allocatedBy(final int steps, final Step step) throws IOException {
        final long thread = Thread.currentThread().getId();
        final long atStart = THREADS.getThreadAllocatedBytes(thread);
        final long before = THREADS.getThreadAllocatedBytes(thread);
        for (int i = 0; i < steps; i++) {
            step.run(i);
        }
        final long after = THREADS.getThreadAllocatedBytes(thread);
        return after - before - (before - atStart);
    }

    /**
     * What a step allocates it allocates in every round. The JVM itself allocates now and then on the thread that runs:
     * when it links a call, or gives up compiled code. So one round without a byte is proof.
     */
    private static void assertAllocatesNothing(final Step step) throws IOException {
        final long[] allocated = new long[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            allocated[round] = allocatedBy(RECORDS_A_ROUND, step);
        }
        assertEquals(0, Arrays.stream(allocated).min().orElseThrow(),
            () -> "bytes allocated by each " + RECORDS_A_ROUND + " steps: " + Arrays.toString(allocated));
    }

    /** A log whose one segment holds all that a test appends: the log's length rules how long the next segment is. */
    private SnapshotLog logWithRoom() throws IOException {
        final Path path = directory.resolve("kv.log");
        final SnapshotLog log = SnapshotLog.open(path, new SnapshotLog.Context().segmentLength(SEGMENT_LENGTH));
        while (log.stats().capacity() - log.length() < SEGMENT_LENGTH - (1 << 20)) {
            log.put("room", new byte[1 << 20], VersionToken.of(1));
        }
        return log;
    }

    private static void assertDidNotGrow(final SnapshotLog log, final long growths) {
        assertEquals(growths, log.stats().growths(), "the log grew: the test's segment is too short");
    }

    private void assertAppendAllocatesNothing(final SnapshotLog log, final Step step) throws IOException {
        try (log) {
            final long growths = log.stats().growths();
            assertAllocatesNothing(step);
            assertDidNotGrow(log, growths);
        }
    }

    @Test
    void shouldSeeAllocationsWhereThereAreSome() throws IOException {
        final Object[] kept = new Object[1];
        assertTrue(allocatedBy(RECORDS, i -> kept[0] = new byte[16]) >= 16L * RECORDS);
    }

    @Test
    void shouldAllocateNothingForAPutFromBuffers() throws IOException {
        final SnapshotLog log = logWithRoom();
        assertAppendAllocatesNothing(log,
            i -> log.put(keyBuffers[i % KEYS], 0, keyBuffers[i % KEYS].capacity(), valueBuffer, 0, 128, i));
    }

    @Test
    void shouldAllocateNothingForADeleteFromABuffer() throws IOException {
        final SnapshotLog log = logWithRoom();
        assertAppendAllocatesNothing(log, i -> log.delete(keyBuffers[i % KEYS], 0, keyBuffers[i % KEYS].capacity(), i));
    }

    @Test
    void shouldAllocateNothingForAPurgeFromABuffer() throws IOException {
        final SnapshotLog log = logWithRoom();
        assertAppendAllocatesNothing(log, i -> log.purge(keyBuffers[i % KEYS], 0, keyBuffers[i % KEYS].capacity(), i));
    }

    @Test
    void shouldAllocateNothingForACheckpointOfARevision() throws IOException {
        final SnapshotLog log = logWithRoom();
        assertAppendAllocatesNothing(log, log::checkpoint);
    }

    @Test
    void shouldAllocateNothingForACheckpointOfAReadyCursor() throws IOException {
        final SnapshotLog log = logWithRoom();
        final WatchCursor cursor = WatchCursor.of(1);
        assertAppendAllocatesNothing(log, i -> log.checkpoint(cursor));
    }

    @Test
    void shouldAllocateNothingForAPutOfAString() throws IOException {
        final SnapshotLog log = logWithRoom();
        final VersionToken version = VersionToken.of(1);
        assertAppendAllocatesNothing(log, i -> log.put(keys[i % KEYS], value, version));
    }

    @Test
    void shouldAllocateNothingForADeleteOfAString() throws IOException {
        final SnapshotLog log = logWithRoom();
        final VersionToken version = VersionToken.of(1);
        assertAppendAllocatesNothing(log, i -> log.delete(keys[i % KEYS], version));
    }

    @Test
    void shouldAllocateNothingWhereTheWriterTakesPartInAHandover() throws IOException {
        final SnapshotLog.Context context = new SnapshotLog.Context().maintenance(MaintenanceMode.INVOKER);
        try (SnapshotLog log = SnapshotLog.open(directory.resolve("kv.log"), context)) {
            final long[] allocated = new long[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                log.requestCompaction();
                while (log.stats().compactions() == round) {
                    log.maintenanceInvoker().invoke();
                    allocated[round] += allocatedBy(1, i -> log.put(keyBuffers[i], 0, keyBuffers[i].capacity(), valueBuffer, 0, 128, i));
                }
            }
            assertTrue(log.stats().longestSwitchNanos() > 0, "the writer took no part");
            assertEquals(0, Arrays.stream(allocated).min().orElseThrow(), () -> "bytes allocated by each handover: " + Arrays.toString(allocated));
        }
    }

    /** A replay allocates its window and its verdict, but not one byte more for 100,000 records than for 1,000. */
    @Test
    void shouldAllocateNothingPerRecordForAReplay() throws IOException {
        final Path few = logOf("few.log", 1_000);
        final Path many = logOf("many.log", RECORDS);
        final long[] seen = {0};
        long forFew = Long.MAX_VALUE;
        long forMany = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            forFew = Math.min(forFew, allocatedByReplay(few, seen));
            assertEquals(1_000, seen[0]);
            forMany = Math.min(forMany, allocatedByReplay(many, seen));
            assertEquals(RECORDS, seen[0]);
        }
        assertEquals(forFew, forMany);
    }

    private Path logOf(final String name, final int records) throws IOException {
        final Path path = directory.resolve(name);
        try (SnapshotLog log = SnapshotLog.open(path)) {
            for (int i = 0; i < records; i++) {
                log.put(keyBuffers[i % KEYS], 0, keyBuffers[i % KEYS].capacity(), valueBuffer, 0, 128, i);
            }
        }
        return path;
    }

    private static long allocatedByReplay(final Path path, final long[] seen) throws IOException {
        try (StorageFile file = FileStorage.INSTANCE.openForRead(path)) {
            final LogBytes bytes = LogBytes.map(file, file.length());
            final LogReplay replay = new LogReplay(file, bytes);
            seen[0] = 0;
            final long allocated = allocatedBy(1, i -> {
                final Verdict verdict = replay.replay(record -> seen[0]++);
                assertEquals(Verdict.Kind.CLEAN, verdict.kind());
            });
            bytes.release();
            return allocated;
        }
    }

    @Test
    void shouldAllocateNothingForALookup() throws IOException {
        final Path path = logOf("kv.log", RECORDS);
        final EntryView entry = new EntryView();
        try (SnapshotView view = SnapshotView.open(path)) {
            assertAllocatesNothing(i ->
                requireFound(view.lookup(keyBuffers[i % KEYS], 0, keyBuffers[i % KEYS].capacity(), entry), entry));
        }
    }

    @Test
    void shouldAllocateNothingForALookupOfAnAbsentKey() throws IOException {
        final Path path = logOf("kv.log", 1_000);
        final EntryView entry = new EntryView();
        final UnsafeBuffer absent = new UnsafeBuffer("absent".getBytes(StandardCharsets.UTF_8));
        try (SnapshotView view = SnapshotView.open(path)) {
            assertAllocatesNothing(i -> requireAbsent(view.lookup(absent, 0, absent.capacity(), entry)));
        }
    }

    private static void requireFound(final boolean found, final EntryView entry) {
        if (!found || entry.value().capacity() != 128 || entry.revision() < 0) {
            throw new IllegalStateException("not what was put");
        }
    }

    private static void requireAbsent(final boolean found) {
        if (found) {
            throw new IllegalStateException("a key that was never put");
        }
    }
}
