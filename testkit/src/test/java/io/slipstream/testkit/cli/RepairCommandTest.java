package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.slipstream.SnapshotLog;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepairCommandTest {
    private static final LogBuilder LOG = new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).put("c", "3", 3).cursor(3);
    private static final byte[] DAMAGED = Damage.flipBit(LOG.toBytes(), (LOG.offsetOf(1) + 7L) * Byte.SIZE);

    @TempDir
    private Path directory;

    private Path write(final byte[] bytes) throws IOException {
        return Files.write(directory.resolve("kv.pgss"), bytes);
    }

    private void assertOriginalIsKept(final byte[] original) throws IOException {
        assertArrayEquals(original, Files.readAllBytes(directory.resolve("kv.pgss.damaged-1")));
    }

    @Test
    void shouldKeepTheRecordsBeforeTheDamage() throws IOException {
        final Path log = write(DAMAGED);
        final List<String> said = Cli.run("repair", log).isDone().lines();
        assertEquals(4, said.size());
        assertEquals("kept      1 records before offset 28", said.get(1));
        assertEquals("not kept  58 bytes", said.get(2));
        assertEquals("original  " + directory.toRealPath().resolve("kv.pgss.damaged-1"), said.get(3));
        assertArrayEquals(new LogBuilder().header().put("a", "1", 1).toBytes(), Files.readAllBytes(log));
        assertOriginalIsKept(DAMAGED);
    }

    @Test
    void shouldKeepTheChainBehindTheDamageAndDropTheCursorWhenAsked() throws IOException {
        final Path log = write(DAMAGED);
        final List<String> said = Cli.run("repair", log, "--skip-damage").isDone().lines();
        assertEquals("kept      2 records from offset 50 on", said.get(2));
        assertEquals("not kept  22 bytes", said.get(3));
        assertEquals("not kept  the cursor, which may claim what the damage lost: list the source anew", said.get(4));
        assertArrayEquals(
            new LogBuilder().header().put("a", "1", 1).put("c", "3", 3).cursor(3).cursor(Token.none()).toBytes(), Files.readAllBytes(log));
        assertOriginalIsKept(DAMAGED);
    }

    @Test
    void shouldSayThatNothingBehindTheDamageReachesTheEnd() throws IOException {
        final byte[] damaged = Damage.insert(DAMAGED, DAMAGED.length, (byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 9);
        final List<String> said = Cli.run("repair", write(damaged), "--skip-damage").isDone().lines();
        assertEquals("kept      nothing behind the damage: no chain of records there reaches the end", said.get(2));
    }

    @Test
    void shouldLeaveASoundLogAsItIs() throws IOException {
        final Path log = write(LOG.toBytes());
        assertEquals(List.of("nothing to repair: 4 records, 86 bytes, file unchanged"), Cli.run("repair", log).isDone().lines());
        assertArrayEquals(LOG.toBytes(), Files.readAllBytes(log));
        assertFalse(Files.exists(directory.resolve("kv.pgss.damaged-1")));
    }

    @Test
    void shouldRefuseAFileThatIsNoLog() throws IOException {
        final Path log = Files.writeString(directory.resolve("kv.pgss"), "something else");
        Cli.run("repair", log).failed(1, "wrong magic");
        assertEquals("something else", Files.readString(log));
    }

    @Test
    void shouldFailWhereThereIsNoLog() {
        Cli.run("repair", directory.resolve("absent")).failed(1, "no such log").printedNothing();
    }

    @Test
    void shouldSayThatTheLogIsInUse() throws IOException {
        final Path log = directory.resolve("a");
        try (SnapshotLog writer = SnapshotLog.open(log)) {
            Cli.run("repair", log).failed(3, "log in use");
            assertEquals(LogBuilder.HEADER_LENGTH, writer.length());
        }
    }
}
