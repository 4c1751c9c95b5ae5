package io.slipstream.testkit.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.LogStats;
import io.slipstream.MaintenanceMode;
import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation.Kind;
import io.slipstream.testkit.faults.MemoryDir;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the figures of a log count. */
class LogStatsTest {
    @TempDir(factory = MemoryDir.class)
    Path directory;

    @ParameterizedTest
    @EnumSource(MaintenanceMode.class)
    void shouldCountACompactionThatFailed(final MaintenanceMode mode) throws IOException {
        final FaultyStorage storage = new FaultyStorage();
        final SnapshotLog.Context context = new SnapshotLog.Context().storage(storage).maintenance(mode).errorHandler(failure -> { });
        try (SnapshotLog log = SnapshotLog.open(directory.resolve("kv.log"), context)) {
            log.put("a", new byte[100], VersionToken.of(1));
            storage.failNth(Kind.RENAME, 1, Moment.BEFORE);
            assertThrows(IOException.class, log::compact);
            final LogStats stats = log.stats();
            assertEquals(1, stats.failedCompactions());
            assertEquals(0, stats.compactions());
        }
    }

    /** The writer is on its own then, and goes on counting where maintenance left off. */
    @Test
    void shouldCountCompactionsAfterTheThreadOfMaintenanceWasInterrupted() throws IOException, InterruptedException {
        final FaultyStorage storage = new FaultyStorage();
        final AtomicReference<Thread> runner = new AtomicReference<>();
        final SnapshotLog.Context context = new SnapshotLog.Context().storage(storage).maintenance(MaintenanceMode.RUNNER).errorHandler(failure -> { })
            .threadFactory(task -> {
                runner.set(new Thread(task));
                return runner.get();
            });
        try (SnapshotLog log = SnapshotLog.open(directory.resolve("kv.log"), context)) {
            log.put("a", new byte[100], VersionToken.of(1));
            storage.failNth(Kind.RENAME, 1, Moment.BEFORE);
            assertThrows(IOException.class, log::compact);
            log.compact();
            runner.get().interrupt();
            runner.get().join();
            assertCompactions(1, 1, log);
            assertCompactionIsCounted(2, log);
            storage.failNth(Kind.RENAME, 1, Moment.BEFORE);
            assertThrows(IOException.class, log::compact);
            assertCompactions(2, 2, log);
        }
    }

    @Test
    void shouldCountCompactionsAfterTheThreadThatInvokesWasInterrupted() throws IOException {
        try (SnapshotLog log = SnapshotLog.open(directory.resolve("kv.log"), new SnapshotLog.Context().maintenance(MaintenanceMode.INVOKER))) {
            log.put("a", new byte[100], VersionToken.of(1));
            log.compact();
            Thread.currentThread().interrupt();
            while (log.maintenanceInvoker().isRunning()) {
                log.maintenanceInvoker().invoke();
            }
            assertTrue(Thread.interrupted());
            assertCompactionIsCounted(2, log);
        }
    }

    private static void assertCompactionIsCounted(final int count, final SnapshotLog log) throws IOException {
        log.put("a", new byte[200], VersionToken.of(2));
        final long before = log.length();
        log.compact();
        final LogStats stats = log.stats();
        assertEquals(count, stats.compactions());
        assertEquals(log.length(), stats.lastCompactionBytes());
        assertEquals(before - log.length(), stats.lastCompactionReclaimed());
    }

    private static void assertCompactions(final int published, final int failed, final SnapshotLog log) {
        assertEquals(published, log.stats().compactions());
        assertEquals(failed, log.stats().failedCompactions());
    }
}
