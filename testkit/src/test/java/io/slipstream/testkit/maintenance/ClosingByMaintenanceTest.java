package io.slipstream.testkit.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.slipstream.MaintenanceMode;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation.Kind;
import io.slipstream.testkit.faults.MemoryDir;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.recovery.EngineState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An error handler that closes the log, which it is called about on the thread of maintenance. */
@Timeout(60)
class ClosingByMaintenanceTest {
    @TempDir(factory = MemoryDir.class)
    Path directory;

    private final FaultyStorage disk = new FaultyStorage();
    private final CountDownLatch told = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile SnapshotLog log;

    private Path path() {
        return directory.resolve("kv.log");
    }

    private void openAndFailACompaction(final CountDownLatch before) throws IOException {
        log = SnapshotLog.open(path(), new SnapshotLog.Context().storage(disk).maintenance(MaintenanceMode.RUNNER).errorHandler(failure -> {
            told.countDown();
            await(before);
            close(log);
            closed.countDown();
        }));
        log.put("key", new byte[] {1}, VersionToken.of(1));
        disk.failNth(Kind.CREATE, 1, Moment.BEFORE);
        log.requestCompaction();
        await(told);
    }

    private static void await(final CountDownLatch latch) {
        boolean done = false;
        while (!done) {
            try {
                done = latch.await(1, TimeUnit.SECONDS);
            } catch (final InterruptedException e) {
                continue; // a close interrupts the thread that it waits for
            }
        }
    }

    private static void close(final SnapshotLog log) {
        try {
            log.close();
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    private void assertKept() throws IOException {
        assertEquals(new ModelState().put(Utf8.encode("key"), new byte[] {1}, Token.of(1)), EngineState.of(Snapshot.load(path())));
    }

    @Test
    void shouldCloseTheLog() throws IOException {
        openAndFailACompaction(new CountDownLatch(0));
        await(closed);
        assertKept();
    }

    @Test
    void shouldNotWaitForWhoClosesTheLogAndWaitsForIt() throws IOException, InterruptedException {
        final CountDownLatch closing = new CountDownLatch(1);
        openAndFailACompaction(closing);
        final Thread closer = new Thread(() -> close(log));
        closer.start();
        while (closer.getState() != Thread.State.TIMED_WAITING) { // for the thread that is in the handler
            Thread.onSpinWait();
        }
        closing.countDown();
        closer.join();
        await(closed);
        assertKept();
    }
}
