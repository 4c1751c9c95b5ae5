package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyCommandTest {
    private static final byte[] LOG = new LogBuilder().header().put("b", "1", 1).put("a", "2", 2).cursor(2).put("b", "3", 3).toBytes();
    private static final byte[] COMPACT = new LogBuilder().header().put("a", "2", 2).put("b", "3", 3).cursor(2).toBytes();

    @TempDir
    private Path directory;

    @Test
    void shouldWriteACompactCopyAndLeaveTheLogAsItIs() throws IOException {
        final Path log = Files.write(directory.resolve("a"), LOG);
        final Path copy = directory.resolve("copy");
        Cli.run("copy", log, copy).isDone().printedNothing();
        assertArrayEquals(COMPACT, Files.readAllBytes(copy));
        assertArrayEquals(LOG, Files.readAllBytes(log));
    }

    @Test
    void shouldCopyALogThatIsBeingWritten() throws IOException {
        final Path log = directory.resolve("live");
        final Path copy = directory.resolve("copy");
        try (SnapshotLog writer = SnapshotLog.open(log)) {
            writer.put("k", new byte[] {1}, VersionToken.of(1));
            Cli.run("copy", log, copy).isDone();
            assertArrayEquals(new LogBuilder().header().put("k", new byte[] {1}, Token.of(1)).toBytes(), Files.readAllBytes(copy));
        }
    }

    @Test
    void shouldNeverReplaceAFile() throws IOException {
        final Path log = Files.write(directory.resolve("a"), LOG);
        final Path other = Files.writeString(directory.resolve("other"), "something else");
        Cli.run("copy", log, other).failed(2, "the target exists: file=" + other);
        assertEquals("something else", Files.readString(other));
    }

    @Test
    void shouldNotCopyALogOntoItself() throws IOException {
        final Path log = Files.write(directory.resolve("a"), LOG);
        Cli.run("copy", log, log).failed(2, "the target exists");
        assertArrayEquals(LOG, Files.readAllBytes(log));
    }

    @Test
    void shouldFailWhereThereIsNoLog() {
        final Path copy = directory.resolve("copy");
        Cli.run("copy", directory.resolve("absent"), copy).failed(1, "no such log");
        assertFalse(Files.exists(copy));
    }

    @Test
    void shouldFailWithAnIoErrorWhereTheTargetHasNoDirectory() throws IOException {
        final Path log = Files.write(directory.resolve("a"), LOG);
        Cli.run("copy", log, directory.resolve("absent").resolve("copy")).failed(3, "no such file or directory");
    }

    @Test
    void shouldRefuseACorruptedLog() throws IOException {
        final Path log = Files.write(directory.resolve("a"), Damage.flipBit(LOG, 13 * Byte.SIZE));
        final Path copy = directory.resolve("copy");
        Cli.run("copy", log, copy).failed(1, "corrupted log");
        assertFalse(Files.exists(copy));
    }

    @Test
    void shouldNeedATarget() throws IOException {
        Cli.run("copy", Files.write(directory.resolve("a"), LOG)).failed(2, "Missing required parameter: 'TO'");
    }
}
