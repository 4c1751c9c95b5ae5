package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.slipstream.SnapshotLog;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.LogBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactCommandTest {
    private static final byte[] LOG = new LogBuilder().header().put("b", "1", 1).put("a", "2", 2).cursor(2).put("b", "3", 3).toBytes();
    private static final byte[] COMPACT = new LogBuilder().header().put("a", "2", 2).put("b", "3", 3).cursor(2).toBytes();

    @TempDir
    private Path directory;

    @Test
    void shouldRewriteALogInCompactForm() throws IOException {
        final Path log = Files.write(directory.resolve("a"), LOG);
        Cli.run("compact", log).isDone().printedNothing();
        assertArrayEquals(COMPACT, Files.readAllBytes(log));
    }

    @Test
    void shouldSortALogThatWasCompactButNotSorted() throws IOException {
        final Path log = Files.write(directory.resolve("a"), new LogBuilder().header().put("b", "", 1).put("a", "", 2).toBytes());
        Cli.run("compact", log).isDone();
        assertArrayEquals(new LogBuilder().header().put("a", "", 2).put("b", "", 1).toBytes(), Files.readAllBytes(log));
    }

    @Test
    void shouldFailWhereThereIsNoLogAndCreateNone() {
        final Path absent = directory.resolve("absent");
        Cli.run("compact", absent).failed(1, "no such log");
        assertFalse(Files.exists(absent));
    }

    @Test
    void shouldRefuseACorruptedLogAndLeaveItAsItIs() throws IOException {
        final byte[] damaged = Damage.flipBit(LOG, 13 * Byte.SIZE);
        final Path log = Files.write(directory.resolve("a"), damaged);
        Cli.run("compact", log).failed(1, "corrupted log");
        assertArrayEquals(damaged, Files.readAllBytes(log));
    }

    @Test
    void shouldSayThatTheLogIsInUse() throws IOException {
        final Path log = directory.resolve("a");
        try (SnapshotLog writer = SnapshotLog.open(log)) {
            Cli.run("compact", log).failed(3, "log in use");
            assertEquals(LogBuilder.HEADER_LENGTH, writer.length());
        }
    }

    @Test
    void shouldTakeExactlyOneFile() {
        Cli.run("compact").failed(2, "Missing required parameter");
        Cli.run("compact", "a", "b").failed(2, "Unmatched argument");
    }
}
