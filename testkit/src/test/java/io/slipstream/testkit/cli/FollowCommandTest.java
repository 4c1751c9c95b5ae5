package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.cli.Main;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FollowCommandTest {
    @TempDir
    private Path directory;
    private Path log;

    @BeforeEach
    void nameTheLog() {
        log = directory.resolve("kv.pgss");
    }

    /** A follow in a thread of its own, which an interrupt ends. */
    private static final class Follower implements AutoCloseable {
        final LineQueue out = new LineQueue();
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();
        private final Thread thread;
        private int status = -1;

        Follower(final Path log) {
            thread = new Thread(() ->
                status = Main.run(new String[] {"follow", log.toString()}, InputStream.nullInputStream(), out, err), "follow");
            thread.start();
        }

        /** How it ends by itself. */
        CliResult end() throws InterruptedException {
            thread.join();
            return new CliResult(status, "", err.toString(StandardCharsets.UTF_8));
        }

        @Override
        public void close() throws InterruptedException {
            thread.interrupt();
            thread.join();
        }
    }

    private static String putLine(final long offset, final long version) {
        return "{\"offset\":" + offset + ",\"length\":22,\"op\":\"put\",\"key\":\"k\",\"value_b64\":\"dg==\",\"version_hex\":\""
            + String.format("%016x", version) + "\"}";
    }

    private static void put(final SnapshotLog writer, final long version) {
        writer.put("k", new byte[] {'v'}, VersionToken.of(version));
    }

    @Test
    void shouldPrintWhatIsThereAndThenWhatIsAppended() throws Exception {
        try (SnapshotLog writer = SnapshotLog.open(log)) {
            put(writer, 1);
            try (Follower follower = new Follower(log)) {
                assertEquals(putLine(6, 1), follower.out.next());
                put(writer, 2);
                assertEquals(putLine(28, 2), follower.out.next());
                writer.delete("k", VersionToken.unknown());
                assertEquals("{\"offset\":50,\"length\":9,\"op\":\"delete\",\"key\":\"k\",\"version_hex\":\"\"}", follower.out.next());
                writer.checkpoint(WatchCursor.of(2));
                assertEquals("{\"offset\":59,\"length\":14,\"op\":\"checkpoint\",\"cursor_hex\":\"0000000000000002\"}", follower.out.next());
            }
        }
    }

    @Test
    void shouldStartOverInTheNewFileWhenTheLogWasCompacted() throws Exception {
        try (SnapshotLog writer = SnapshotLog.open(log); Follower follower = new Follower(log)) {
            put(writer, 1);
            assertEquals(putLine(6, 1), follower.out.next());
            put(writer, 2);
            assertEquals(putLine(28, 2), follower.out.next());
            writer.compact();
            assertEquals("{\"event\":\"rotated\"}", follower.out.next());
            assertEquals(putLine(6, 2), follower.out.next());
            put(writer, 3);
            assertEquals(putLine(28, 3), follower.out.next());
        }
    }

    @Test
    void shouldGoOnWhenTheWriterClosesAndAnotherOpens() throws Exception {
        SnapshotLog.open(log).close();
        try (Follower follower = new Follower(log)) {
            for (int version = 1; version <= 3; version++) {
                try (SnapshotLog writer = SnapshotLog.open(log)) {
                    put(writer, version);
                }
                assertEquals(putLine(6 + 22L * (version - 1), version), follower.out.next());
            }
        }
    }

    @Test
    void shouldPrintAValueLongerThanItsWindow() throws Exception {
        try (SnapshotLog writer = SnapshotLog.open(log); Follower follower = new Follower(log)) {
            writer.put("k", new byte[300_000], VersionToken.unknown());
            assertEquals("A".repeat(400_000), JsonLine.parse(follower.out.next()).get("value_b64"));
        }
    }

    @Test
    void shouldPrintTheRecordsBeforeDamageAndThenFail() throws Exception {
        final LogBuilder sound = new LogBuilder().header().put("k", "v", 1).put("x", "v", 2).put("y", "v", 3);
        Files.write(log, Damage.flipBit(sound.toBytes(), (sound.offsetOf(1) + 7L) * Byte.SIZE));
        try (Follower follower = new Follower(log)) {
            follower.end().failed(1, "corrupted log: crc mismatch", "offset=28");
            assertEquals(putLine(6, 1), follower.out.next());
            assertEquals(0, follower.out.waiting());
        }
    }

    @Test
    void shouldEndWhenTheLogIsDamagedMeanwhile() throws Exception {
        Files.write(log, new LogBuilder().header().put("k", "v", 1).toBytes());
        try (Follower follower = new Follower(log)) {
            assertEquals(putLine(6, 1), follower.out.next());
            Files.write(log, RawRecord.of(9, new byte[100]).toBytes(), StandardOpenOption.APPEND);
            follower.end().failed(1, "invalid format: unknown record type 9", "offset=28");
        }
    }

    @Test
    void shouldWaitAtATornTail() throws Exception {
        final byte[] record = RawRecord.put("k", "v", 2).toBytes();
        Files.write(log, new LogBuilder().header().put("k", "v", 1).raw(Damage.cutAt(record, 10)).toBytes());
        try (Follower follower = new Follower(log)) {
            assertEquals(putLine(6, 1), follower.out.next());
            Files.write(log, Damage.remove(record, 0, 10), StandardOpenOption.APPEND);
            assertEquals(putLine(28, 2), follower.out.next());
        }
    }

    @Test
    void shouldRefuseAFileThatIsNoLog() throws IOException {
        Files.writeString(log, "something else");
        Cli.run("follow", log).failed(1, "wrong magic").printedNothing();
    }

    @Test
    void shouldFailWhereThereIsNoLog() {
        final CliResult result = Cli.run("follow", log).failed(1, "no such log").printedNothing();
        assertTrue(Files.notExists(log), result::err);
    }
}
