package io.slipstream.testkit.recovery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.slipstream.Snapshot;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelState;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An owned load copies records while it reads, and without an index while keys ascend, but for a log that it rewrites: none of that shows. */
class OwnedLoadTest {
    private static final int KEYS = 3_000;
    private static final int LONGER_THAN_ANY_WINDOW = 200_000;

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;

    private static LogBuilder compact() {
        final LogBuilder log = new LogBuilder().header();
        for (int i = 0; i < KEYS; i++) {
            log.put("key/" + i, "value of " + i, i);
        }
        return log;
    }

    private void assertLoadsAndCleans(final LogBuilder log) throws IOException {
        final ModelState expected = ModelJudge.judge(log.toBytes()).state();
        final Path path = Files.write(directory.resolve("kv.log"), log.toBytes());
        assertEquals(expected, EngineState.of(Snapshot.load(path)));
        assertArrayEquals(expected.compactForm(), Files.readAllBytes(path));
    }

    @Test
    void shouldLoadACompactLogThatFewUpdatesFollow() throws IOException {
        assertLoadsAndCleans(compact().put("key/7", "another", 9_000).delete("key/8", 9_001).put("key/0", "third", 9_002));
    }

    @Test
    void shouldLoadALogOfWhichMostIsSuperseded() throws IOException {
        final LogBuilder log = compact();
        for (int i = 0; i < 4 * KEYS; i++) {
            log.put("key/" + i % 100, "update " + i, 10_000 + i);
        }
        assertLoadsAndCleans(log);
    }

    @Test
    void shouldLoadALogOfWhichMostIsDeleted() throws IOException {
        final LogBuilder log = compact();
        for (int i = 0; i < KEYS - 1; i++) {
            log.delete("key/" + i, 10_000 + i);
        }
        assertLoadsAndCleans(log);
    }

    @Test
    void shouldLoadAValueLongerThanWhatIsReadAtOnce() throws IOException {
        assertLoadsAndCleans(compact().put("large", "v".repeat(LONGER_THAN_ANY_WINDOW), 9_000).put("key/7", "another", 9_001));
    }

    @Test
    void shouldLoadTheLastOfSeveralCursors() throws IOException {
        assertLoadsAndCleans(compact().cursor(1).cursor(2).put("key/7", "another", 9_000).cursor(3));
    }

    @Test
    void shouldLeaveACompactLogAlone() throws IOException {
        final LogBuilder log = new LogBuilder().header();
        for (int i = 0; i < KEYS; i++) {
            log.put("key/" + (KEYS - i), "value", i); // in no order: compact, but not in compact form
        }
        log.cursor(4);
        final Path path = Files.write(directory.resolve("kv.log"), log.toBytes());
        assertEquals(ModelJudge.judge(log.toBytes()).state(), EngineState.of(Snapshot.load(path)));
        assertArrayEquals(log.toBytes(), Files.readAllBytes(path));
    }

    @Test
    void shouldLoadALogWhoseKeysAscendUpToTheLast() throws IOException {
        assertLoadsAndCleans(new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).put("c", "3", 3).put("b", "4", 4).cursor(5));
    }

    @Test
    void shouldLoadALogWhoseLastKeyComesTwice() throws IOException {
        assertLoadsAndCleans(new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).put("b", "3", 3));
    }

    @Test
    void shouldLoadALogWhoseKeysAscendUpToADelete() throws IOException {
        assertLoadsAndCleans(new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).delete("c", 3));
    }

    @Test
    void shouldLoadALogWhoseKeysAscendUpToATornTail() throws IOException {
        final LogBuilder log = new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).cursor(3);
        final byte[] whole = log.toBytes();
        assertLoadsAndCleans(log.raw((byte) 1, (byte) 2, (byte) 3));
        assertArrayEquals(whole, Files.readAllBytes(directory.resolve("kv.log")));
    }

    /** The slack makes it more than anybody takes. */
    @Test
    void shouldEndTheThreadThatMakesRoomAhead() throws IOException {
        final LogBuilder log = new LogBuilder().header();
        final String value = "v".repeat(100_000);
        for (int i = 0; i < 600; i++) {
            log.put("key/" + (1_000 + i), value, i);
        }
        final Path path = Files.write(directory.resolve("kv.log"), log.slack(60 << 20).toBytes());
        assertEquals(600, Snapshot.load(path).orElseThrow().entries().values().stream().filter(entry -> entry.value().length == 100_000).count());
        assertTrue(Thread.getAllStackTraces().keySet().stream().noneMatch(thread -> thread.getName().equals("slipstream-load")));
    }

    /** Room for records is made by the length of the log, but slack is none. */
    @Test
    void shouldMakeNoRoomForSlack() throws IOException {
        final LogBuilder log = new LogBuilder().header();
        for (int i = 0; i < 1_024; i++) {
            log.put("key/" + i, "", i);
        }
        for (int i = 0; i < 900; i++) {
            log.delete("key/" + i, i).put("other/" + i, "", i);
        }
        final byte[] bytes = log.toBytes();
        final Path path = Files.write(directory.resolve("kv.log"), bytes);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(256L << 20);
        }
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        final ModelState loaded = EngineState.of(Snapshot.load(path));
        final long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        assertEquals(ModelJudge.judge(bytes).state(), loaded);
        assertTrue(allocated < 200L << 20, () -> "bytes=" + allocated);
    }
}
