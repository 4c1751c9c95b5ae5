package io.slipstream.testkit.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.LogInspection;
import io.slipstream.SnapshotView;
import io.slipstream.format.RecordFlyweight;
import io.slipstream.format.RecordLayout;
import io.slipstream.replay.LogFollower;
import io.slipstream.storage.FileStorage;
import io.slipstream.testkit.bytes.Utf8;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reads a log again and again while another process appends, compacts, closes and reopens it. No look may find damage, or
 * anything but the state after some update.
 */
class ReadersBesideAWriterTest {
    private static final int ROUNDS = 150;

    @TempDir
    Path directory;

    private Path path;
    private volatile boolean writerIsDone;

    @BeforeEach
    void name() {
        path = directory.resolve("kv.log");
    }

    /** Runs the writer and, beside it, a reader; answers what the reader answered, and the last update. */
    private <T> Map.Entry<T, Long> beside(final Callable<T> reader) throws Exception {
        final ExecutorService thread = Executors.newSingleThreadExecutor();
        try (ChildJvm child = ChildJvm.start(Churner.class, path, ROUNDS)) {
            child.expectLine("open");
            final Future<T> answer = thread.submit(reader);
            final String done = child.readLine();
            assertTrue(done.startsWith("done "), done);
            child.finish();
            writerIsDone = true;
            return Map.entry(answer.get(), Long.parseLong(done.substring("done ".length())));
        } finally {
            writerIsDone = true;
            thread.shutdown();
        }
    }

    @Test
    void shouldSeeTheStateAfterSomeUpdateInEveryView() throws Exception {
        final var outcome = beside(() -> {
            long views = 0;
            long last;
            do {
                last = lookThroughAView();
                views++;
            } while (!writerIsDone);
            System.out.println("ReadersBesideAWriterTest: " + views + " views");
            return lookThroughAView();
        });
        assertEquals(outcome.getValue(), outcome.getKey());
    }

    /** Opens a view and compares all of it; answers which update it shows as the last. */
    private long lookThroughAView() throws IOException {
        try (SnapshotView view = SnapshotView.open(path)) {
            final long[] last = {view.cursor().isEmpty() ? 0 : view.cursor().revision()};
            final Map<String, Long> found = new TreeMap<>();
            view.forEach(entry -> {
                final String key = Utf8.decode(copy(entry.key()));
                assertEquals(Churner.value(entry.revision()), Utf8.decode(copy(entry.value())), key);
                found.put(key, entry.revision());
                last[0] = Math.max(last[0], entry.revision());
            });
            assertEquals(Churner.entriesAfter(last[0]), found);
            assertEquals(Churner.cursorAfter(last[0]), view.cursor().isEmpty() ? 0 : view.cursor().revision());
            return last[0];
        }
    }

    private static byte[] copy(final DirectBuffer buffer) {
        final byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    @Test
    void shouldFindNoDamageInAnyInspection() throws Exception {
        final var outcome = beside(() -> {
            long inspections = 0;
            LogInspection last;
            do {
                last = LogInspection.of(path);
                final LogInspection found = last;
                assertTrue(last.result() == LogInspection.Result.SOME
                    || last.result() == LogInspection.Result.NONE && last.records() == 0, found::toString);
                inspections++;
            } while (!writerIsDone);
            System.out.println("ReadersBesideAWriterTest: " + inspections + " inspections");
            return LogInspection.of(path);
        });
        assertEquals(Churner.cursorAfter(outcome.getValue()), outcome.getKey().cursor().revision());
    }

    @Test
    void shouldFollowEveryUpdateOverCompactionsAndReopenings() throws Exception {
        final var outcome = beside(() -> {
            final Followed followed = new Followed();
            try (LogFollower follower = new LogFollower(FileStorage.INSTANCE, path)) {
                followed.follower = follower;
                boolean more = true;
                while (more || !writerIsDone) {
                    more = follower.poll(followed);
                }
                while (follower.poll(followed)) {
                    Thread.onSpinWait();
                }
            }
            System.out.println("ReadersBesideAWriterTest: " + followed.rotations + " rotations");
            return followed;
        });
        final Followed followed = outcome.getKey();
        assertTrue(followed.rotations > 0, "no compaction was seen");
        assertEquals(Churner.entriesAfter(outcome.getValue()), followed.entries);
        assertEquals(Churner.cursorAfter(outcome.getValue()), followed.cursor);
    }

    private static final class Followed implements LogFollower.Listener {
        private final Map<String, Long> entries = new TreeMap<>();
        private LogFollower follower;
        private long cursor;
        private int rotations;

        @Override
        public void onRecord(final RecordFlyweight record) throws IOException {
            final byte[] token = new byte[record.tokenLength()];
            follower.source().copy(record.tokenPosition(), token, 0, token.length);
            final long revision = ByteBuffer.wrap(token).getLong();
            if (record.type() == RecordLayout.CURSOR) {
                cursor = revision;
                return;
            }
            final byte[] key = new byte[record.keyLength()];
            record.buffer().getBytes(record.keyOffset(), key);
            final byte[] value = new byte[(int) record.valueLength()];
            follower.source().copy(record.valuePosition(), value, 0, value.length);
            assertEquals(Churner.value(revision), Utf8.decode(value));
            entries.put(Utf8.decode(key), revision);
        }

        @Override
        public void onRotated() {
            rotations++;
            entries.clear();
            cursor = 0;
        }
    }
}
