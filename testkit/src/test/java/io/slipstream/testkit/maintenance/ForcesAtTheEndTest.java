package io.slipstream.testkit.maintenance;

import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A force that is asked for while the thread of maintenance ends, because it was interrupted: the log goes on, and somebody has to do it. */
@Timeout(60)
class ForcesAtTheEndTest {
    @TempDir(factory = MemoryDir.class)
    Path directory;

    @Test
    void shouldForceWhatWasAskedForWhileMaintenanceEnds() throws IOException, InterruptedException {
        final FaultyStorage disk = new FaultyStorage();
        final AtomicReference<Thread> runner = new AtomicReference<>();
        final AtomicLong ticket = new AtomicLong();
        final SnapshotLog.Context context = new SnapshotLog.Context().storage(disk).maintenance(MaintenanceMode.RUNNER).threadFactory(task -> {
            runner.set(new Thread(task));
            return runner.get();
        });
        try (SnapshotLog log = SnapshotLog.open(directory.resolve("kv.log"), context)) {
            log.put("key", new byte[100], VersionToken.of(1));
            log.compact(); // so that there is a file to let go of
            log.put("key", new byte[100], VersionToken.of(2));
            disk.atNth(Kind.CLOSE, 1, Moment.BEFORE, () -> {
                ticket.set(log.requestForce());
                assertFalse(log.isForced(ticket.get()));
            });
            runner.get().interrupt();
            runner.get().join();
            assertTrue(ticket.get() > 0);
            assertTrue(log.isForced(ticket.get()));
        }
    }
}
