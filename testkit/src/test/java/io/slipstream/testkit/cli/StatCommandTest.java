package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation.Kind;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.process.Holder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatCommandTest {
    private static final LogBuilder LOG = new LogBuilder().header().put("a", "1", 1).put("a", "2", 2).put("b", "3", 3).cursor(3);

    @TempDir
    private Path directory;

    private Path write(final byte[] bytes) throws IOException {
        return Files.write(directory.resolve("kv.pgss"), bytes);
    }

    @Test
    void shouldTellWhatALogHolds() throws IOException {
        final Path log = write(LOG.toBytes());
        final int live = ModelJudge.judge(LOG.toBytes()).state().compactForm().length;
        assertEquals(
            List.of(
                "file          " + log,
                "length        86 bytes",
                "end           clean",
                "records       4 in 86 bytes",
                "live entries  2",
                "cursor        0000000000000003 = 3",
                "compact       no",
                "forced        nothing known: no mark is about this file",
                "in use        by nobody that is seen",
                "compaction    none",
                "live bytes    " + live,
                "dead bytes    22 (26%)"),
            Cli.run("stat", log).isDone().lines());
    }

    @Test
    void shouldChangeNothing() throws IOException {
        final byte[] bytes = Damage.withSlack(LOG.toBytes(), 5_000);
        final Path log = write(bytes);
        Cli.run("stat", log).isDone();
        assertArrayEquals(bytes, Files.readAllBytes(log));
        assertEquals(List.of("kv.pgss"), names());
    }

    private List<String> names() {
        return List.of(directory.toFile().list());
    }

    @Test
    void shouldTellSlack() throws IOException {
        assertSays(write(Damage.withSlack(LOG.toBytes(), 5_000)), "end           5,000 bytes of slack");
    }

    @Test
    void shouldTellATornTail() throws IOException {
        assertSays(write(Damage.cutAt(LOG.toBytes(), 85)), "end           torn tail of 13 bytes");
    }

    @Test
    void shouldTellThatThereIsNoCursor() throws IOException {
        assertSays(write(new LogBuilder().header().put("a", "1", 1).toBytes()), "cursor        none");
    }

    @Test
    void shouldShowACursorThatIsNoNumberAsItIs() throws IOException {
        assertSays(write(new LogBuilder().header().cursor(Hex.parse("00ff")).toBytes()), "cursor        00ff\n");
    }

    @Test
    void shouldTellWhoWritesIt() throws IOException {
        assumeTrue(Files.isReadable(Path.of("/proc/locks")), "this machine lists no locks");
        final Path log = directory.resolve("kv.pgss");
        try (SnapshotLog writer = SnapshotLog.open(log)) {
            assertSays(log, "in use        by process " + ProcessHandle.current().pid() + "\n");
            assertEquals(Holder.inUseByThisProcess(), Holder.askAnotherProcess(writer.path()), "to be asked about does not drop the lock");
        }
        assertSays(log, "in use        by nobody that is seen");
    }

    @Test
    void shouldTellWhatIsKnownToBeForced() throws IOException {
        final Path log = directory.resolve("kv.pgss");
        try (SnapshotLog writer = SnapshotLog.open(log)) {
            assertSays(log, "forced        nothing known\n");
            writer.put("a", new byte[] {'1'}, VersionToken.of(1));
            writer.force();
            writer.put("b", new byte[] {'2'}, VersionToken.of(2));
            assertSays(log, "forced        " + new LogBuilder().header().put("a", "1", 1).length() + " bytes\n");
        }
        assertSays(log, "forced        " + new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).length() + " bytes, closed cleanly\n");
    }

    @Test
    void shouldTellThatAForceFailed() throws IOException {
        final Path log = directory.resolve("kv.pgss");
        final FaultyStorage storage = new FaultyStorage();
        try (SnapshotLog writer = SnapshotLog.open(log, new SnapshotLog.Context().storage(storage))) {
            storage.failNth(Kind.FORCE, 1, Moment.BEFORE);
            assertThrows(IOException.class, writer::force);
        }
        assertSays(log, "forced        nothing known, a force failed: the next writer rewrites the log\n");
    }

    @Test
    void shouldTellHowFarACompactionIs() throws IOException {
        assumeTrue(Files.isReadable(Path.of("/proc/locks")), "this machine lists no locks");
        final Path log = directory.resolve("kv.pgss");
        try (SnapshotLog writer = SnapshotLog.open(log)) {
            Files.write(directory.resolve("kv.pgss.compact"), new byte[1_234]);
            assertSays(writer.path(), "compaction    1,234 bytes written so far\n");
        }
    }

    @Test
    void shouldTellWhatADeadCompactionLeft() throws IOException {
        final Path log = write(LOG.toBytes());
        Files.write(directory.resolve("kv.pgss.compact"), new byte[1_234]);
        assertSays(log, "compaction    1,234 bytes left by one that died; the next writer removes them\n");
    }

    private static void assertSays(final Path log, final String words) {
        final String out = Cli.run("stat", log).isDone().out();
        assertTrue(out.contains(words), out);
    }

    @Test
    void shouldTellWhatPrecedesDamageAndFail() throws IOException {
        final byte[] damaged = Damage.flipBit(LOG.toBytes(), (LOG.offsetOf(1) + 7L) * Byte.SIZE);
        final CliResult result = Cli.run("stat", write(damaged)).failed(1, "corrupted log");
        assertTrue(result.out().contains("end           damaged at offset 28, 2 sound records behind it"), result.out());
        assertTrue(result.out().contains("records       1 in 28 bytes"), result.out());
        assertTrue(result.out().contains("compaction    none"), result.out());
    }

    @Test
    void shouldFailWhereThereIsNoLog() {
        Cli.run("stat", directory.resolve("absent")).failed(1, "no such log").printedNothing();
    }

    @Test
    void shouldFailWithAnIoErrorWhereALogCannotBeRead() throws IOException {
        Cli.run("stat", Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"))).failed(3).printedNothing();
    }
}
