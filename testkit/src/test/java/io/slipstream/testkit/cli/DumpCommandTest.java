package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.model.ModelJudge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DumpCommandTest {
    @TempDir
    private Path directory;

    private Path write(final LogBuilder log) throws IOException {
        return Files.write(directory.resolve("kv.pgss"), log.toBytes());
    }

    @Test
    void shouldPrintWhatIsLiveAndThenTheCursor() throws IOException {
        final Path log = write(new LogBuilder().header()
            .put("b", "old", 1).put("a", "1", 2).delete("gone", 3).cursor(3).put("b", "new", 4));
        assertEquals(
            List.of(
                "{\"op\":\"put\",\"key\":\"a\",\"value_b64\":\"MQ==\",\"version_hex\":\"0000000000000002\"}",
                "{\"op\":\"put\",\"key\":\"b\",\"value_b64\":\"bmV3\",\"version_hex\":\"0000000000000004\"}",
                "{\"op\":\"checkpoint\",\"cursor_hex\":\"0000000000000003\"}"),
            Cli.run("dump", log).isDone().lines());
    }

    @Test
    void shouldPrintNoCheckpointWhereThereIsNoCursor() throws IOException {
        final Path log = write(new LogBuilder().header().put("a", new byte[0], Token.none()).cursor(1).cursor(Token.none()));
        assertEquals(
            List.of("{\"op\":\"put\",\"key\":\"a\",\"value_b64\":\"\",\"version_hex\":\"\"}"),
            Cli.run("dump", log).isDone().lines());
    }

    @Test
    void shouldSortByKeyBytesAndNotByChars() throws IOException {
        final Path log = write(new LogBuilder().header().put("\uD83D\uDE00", "", 1).put("\uE000", "", 1).put("z", "", 1));
        assertEquals(
            List.of("z", "\uE000", "\uD83D\uDE00"),
            Cli.run("dump", log).isDone().objects().stream().map(line -> line.get("key")).toList());
    }

    @Test
    void shouldEscapeOnlyWhatJsonMust() throws IOException {
        final Path log = write(new LogBuilder().header().put("\"\\\0\n\u007Fключ\u2028", "", 1));
        final CliResult result = Cli.run("dump", log).isDone();
        assertEquals(1, result.lines().size());
        assertEquals("\"\\\0\n\u007Fключ\u2028", result.objects().get(0).get("key"));
        assertTrue(result.out().contains("ключ"), result.out());
    }

    @Test
    void shouldPrintNothingForALogWithNothingLive() throws IOException {
        Cli.run("dump", write(new LogBuilder().header().put("a", "", 1).delete("a", 2))).isDone().printedNothing();
    }

    static Stream<String> soundGoldenFiles() {
        return GoldenFiles.names().filter(name -> !ModelJudge.judge(GoldenFiles.bytes(name)).isError());
    }

    @ParameterizedTest
    @MethodSource("soundGoldenFiles")
    void shouldGiveAppendAnEqualLiveStateWithoutTouchingTheLog(final String name) throws IOException {
        final byte[] bytes = GoldenFiles.bytes(name);
        final Path log = Files.write(directory.resolve(name), bytes);
        final Path copy = directory.resolve("copy.pgss");
        Cli.runWith(Cli.run("dump", log).out(), "append", copy).isDone();
        assertArrayEquals(ModelJudge.judge(bytes).state().compactForm(), Files.readAllBytes(copy));
        assertArrayEquals(bytes, Files.readAllBytes(log));
    }

    @Test
    void shouldSayThatItLeftATornTailOut() throws IOException {
        final byte[] whole = new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).toBytes();
        final Path log = Files.write(directory.resolve("kv.pgss"), Damage.cutAt(whole, whole.length - 1));
        final CliResult result = Cli.run("dump", log).failed(0, "torn tail ignored", "row 7");
        assertEquals(1, result.lines().size());
    }

    @Test
    void shouldDumpALogThatIsBeingWritten() throws IOException {
        final Path log = directory.resolve("live");
        try (SnapshotLog writer = SnapshotLog.open(log)) {
            writer.put("k", new byte[] {1, 2, 3}, VersionToken.ofHex("ff"));
            assertEquals(
                List.of("{\"op\":\"put\",\"key\":\"k\",\"value_b64\":\"AQID\",\"version_hex\":\"ff\"}"),
                Cli.run("dump", log).isDone().lines());
        }
    }

    @Test
    void shouldDumpAValueOfMegabytes() throws IOException {
        final byte[] value = new byte[5 << 20];
        value[value.length - 1] = 7;
        final LogBuilder built = new LogBuilder().header().put("k", value, Token.of(1));
        final Path copy = directory.resolve("copy.pgss");
        Cli.runWith(Cli.run("dump", write(built)).out(), "append", copy).isDone();
        assertEquals(Hex.ofSha256(built.toBytes()), Hex.ofSha256(Files.readAllBytes(copy)));
    }

    @Test
    void shouldFailWhereThereIsNoLog() {
        Cli.run("dump", directory.resolve("absent")).failed(1, "no such log: file=" + directory + "/absent").printedNothing();
    }

    @Test
    void shouldRefuseACorruptedLog() throws IOException {
        final byte[] sound = new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).toBytes();
        final Path log = Files.write(directory.resolve("kv.pgss"), Damage.flipBit(sound, 13 * Byte.SIZE));
        Cli.run("dump", log).failed(1, "corrupted log: crc mismatch", "offset=6").printedNothing();
    }

    @Test
    void shouldRefuseAFileThatIsNoLog() throws IOException {
        final Path log = Files.writeString(directory.resolve("kv.pgss"), "PGSS\3\0");
        Cli.run("dump", log).failed(1, "unsupported format version: found=3 supported=2").printedNothing();
    }
}
