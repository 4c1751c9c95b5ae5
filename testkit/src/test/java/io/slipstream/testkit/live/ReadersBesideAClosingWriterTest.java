package io.slipstream.testkit.live;

import io.slipstream.LogInspection;
import io.slipstream.RecoveryPolicy;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import io.slipstream.format.RecordFlyweight;
import io.slipstream.replay.LogFollower;
import io.slipstream.storage.FileStorage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A writer that closes cuts its slack off under whoever reads. To a reader that is nothing. */
@Timeout(120)
class ReadersBesideAClosingWriterTest {
    private static final int READS = 400;
    private static final int PUTS_A_RUN = 20;
    private static final int FOLLOWERS = 20;
    private static final int RUNS_FOLLOWED = 10;

    @TempDir
    Path directory;
    private Path path;
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicReference<Throwable> writerFailure = new AtomicReference<>();
    private Thread writer;

    @BeforeEach
    void startAWriterThatOpensAndClosesAllTheTime() throws IOException {
        path = directory.resolve("kv.log");
        run(0);
        writer = new Thread(() -> {
            try {
                for (int i = 1; !done.get(); i++) {
                    run(i);
                }
            } catch (final Throwable e) {
                writerFailure.set(e);
            }
        });
        writer.start();
    }

    private void run(final int run) throws IOException {
        try (SnapshotLog log = SnapshotLog.open(path, new SnapshotLog.Context().segmentLength(1 << 18))) {
            for (int i = 0; i < PUTS_A_RUN; i++) {
                log.put("key " + i, ("value of run " + run).getBytes(StandardCharsets.UTF_8), VersionToken.of(run));
            }
            if (run % 50 == 49) {
                log.compact();
            }
        }
    }

    @AfterEach
    void stopTheWriter() throws InterruptedException {
        done.set(true);
        writer.join();
        assertNull(writerFailure.get());
    }

    @Test
    void shouldOpenAView() throws IOException {
        for (int i = 0; i < READS; i++) {
            try (SnapshotView view = SnapshotView.open(path, RecoveryPolicy.STRICT)) {
                assertEquals(PUTS_A_RUN, view.length());
            }
        }
    }

    @Test
    void shouldInspect() {
        for (int i = 0; i < READS; i++) {
            final LogInspection found = LogInspection.of(path);
            assertEquals(LogInspection.Result.SOME, found.result(), found.message());
            assertEquals(PUTS_A_RUN, found.live());
        }
    }

    @Test
    void shouldFollow() throws IOException {
        for (int i = 0; i < FOLLOWERS; i++) {
            final Counter counter = new Counter();
            try (LogFollower follower = new LogFollower(FileStorage.INSTANCE, path)) {
                while (counter.records < RUNS_FOLLOWED * PUTS_A_RUN) {
                    follower.poll(counter);
                }
            }
            assertTrue(counter.records >= RUNS_FOLLOWED * PUTS_A_RUN);
        }
    }

    private static final class Counter implements LogFollower.Listener {
        private long records;

        @Override
        public void onRecord(final RecordFlyweight record) {
            records++;
        }

        @Override
        public void onRotated() {
            records++;
        }
    }
}
