package io.slipstream.testkit.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.MaintenanceMode;
import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation.Kind;
import io.slipstream.testkit.faults.MemoryDir;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Compactions that were asked for when maintenance ends, and the log goes on: the figures tell that nobody does them any more. */
@Timeout(60)
class CompactionsAtTheEndTest {
    @TempDir(factory = MemoryDir.class)
    Path directory;

    private final FaultyStorage disk = new FaultyStorage();
    private final AtomicReference<Thread> runner = new AtomicReference<>();

    private SnapshotLog open(final SnapshotLog.Context context) throws IOException {
        final SnapshotLog log = SnapshotLog.open(directory.resolve("kv.log"), context.storage(disk).threadFactory(task -> {
            runner.set(new Thread(task));
            return runner.get();
        }));
        log.put("key", new byte[100], VersionToken.of(1));
        return log;
    }

    // By a clock that stands still it copies nothing.
    private static SnapshotLog.Context endless(final MaintenanceMode mode) {
        return new SnapshotLog.Context().maintenance(mode).compactionBytesPerSecond(1).nanoClock(() -> 0);
    }

    private void endRunner() throws InterruptedException {
        runner.get().interrupt();
        runner.get().join();
    }

    @Test
    void shouldCountAFailureWhenTheThreadOfMaintenanceIsInterrupted() throws IOException, InterruptedException {
        try (SnapshotLog log = open(endless(MaintenanceMode.RUNNER))) {
            log.requestCompaction();
            endRunner();
            assertCompactions(0, 1, log);
            log.requestCompaction();
            assertCompactions(1, 1, log);
        }
    }

    @Test
    void shouldCountAFailureWhenTheInvokerIsClosed() throws IOException {
        try (SnapshotLog log = open(endless(MaintenanceMode.INVOKER))) {
            log.requestCompaction();
            for (int i = 0; i < 10; i++) {
                log.maintenanceInvoker().invoke();
            }
            log.maintenanceInvoker().close();
            assertCompactions(0, 1, log);
        }
    }

    @Test
    void shouldCountNoFailureWhenNobodyAskedForAnything() throws IOException {
        try (SnapshotLog log = open(new SnapshotLog.Context().maintenance(MaintenanceMode.INVOKER))) {
            log.requestCompaction();
            log.compact();
            log.maintenanceInvoker().close();
            assertCompactions(1, 0, log);
        }
    }

    @Test
    void shouldCountAFailureOfWhatWasAskedForWhileMaintenanceEnds() throws IOException, InterruptedException {
        try (SnapshotLog log = open(new SnapshotLog.Context().maintenance(MaintenanceMode.RUNNER))) {
            log.compact(); // so that there is a file to let go of
            log.put("key", new byte[100], VersionToken.of(2));
            final AtomicBoolean asked = new AtomicBoolean();
            disk.atNth(Kind.CLOSE, 1, Moment.BEFORE, () -> {
                log.requestCompaction();
                asked.set(true);
            });
            endRunner();
            assertTrue(asked.get());
            assertCompactions(1, 1, log);
        }
    }

    private static void assertCompactions(final int published, final int failed, final SnapshotLog log) {
        assertEquals(published, log.stats().compactions());
        assertEquals(failed, log.stats().failedCompactions());
    }
}
