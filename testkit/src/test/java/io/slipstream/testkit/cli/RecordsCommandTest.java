package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordsCommandTest {
    @TempDir
    private Path directory;

    private Path write(final byte[] bytes) throws IOException {
        return Files.write(directory.resolve("kv.pgss"), bytes);
    }

    @Test
    void shouldPrintEveryRecordInFileOrder() throws IOException {
        final LogBuilder log = new LogBuilder().header()
            .put("b", "1", 1).put("b", "2", 2).delete("b", 3).delete(Utf8.encode("ключ"), Token.none()).cursor(4).cursor(Token.none());
        assertEquals(
            List.of(
                "{\"offset\":6,\"length\":22,\"op\":\"put\",\"key\":\"b\",\"value_b64\":\"MQ==\",\"version_hex\":\"0000000000000001\"}",
                "{\"offset\":28,\"length\":22,\"op\":\"put\",\"key\":\"b\",\"value_b64\":\"Mg==\",\"version_hex\":\"0000000000000002\"}",
                "{\"offset\":50,\"length\":17,\"op\":\"delete\",\"key\":\"b\",\"version_hex\":\"0000000000000003\"}",
                "{\"offset\":67,\"length\":16,\"op\":\"delete\",\"key\":\"ключ\",\"version_hex\":\"\"}",
                "{\"offset\":83,\"length\":14,\"op\":\"checkpoint\",\"cursor_hex\":\"0000000000000004\"}",
                "{\"offset\":97,\"length\":6,\"op\":\"checkpoint\",\"cursor_hex\":\"\"}"),
            Cli.run("records", write(log.toBytes())).isDone().lines());
    }

    @Test
    void shouldPlaceRecordsOfEveryLength() throws IOException {
        final LogBuilder log = new LogBuilder().header();
        for (int length = 1; length < 1 << 20; length *= 3) {
            log.put("key-" + length, new byte[length], Token.of(length));
        }
        final List<Map<String, Object>> records = Cli.run("records", write(log.toBytes())).isDone().objects();
        assertEquals(
            IntStream.range(0, log.recordCount()).mapToObj(i -> log.offsetOf(i) + "+" + (log.endOf(i) - log.offsetOf(i))).toList(),
            records.stream().map(line -> line.get("offset") + "+" + line.get("length")).toList());
    }

    @Test
    void shouldPrintTheValueOfARecordLongerThanItsWindow() throws IOException {
        final byte[] value = new byte[300_000];
        IntStream.range(0, value.length).forEach(i -> value[i] = (byte) (i * 31));
        final LogBuilder log = new LogBuilder().header().put("k".repeat(65_535), value, Token.of(7)).cursor(8);
        final Map<String, Object> record = Cli.run("records", write(log.toBytes())).isDone().objects().get(0);
        assertArrayEquals(value, Base64.getDecoder().decode((String) record.get("value_b64")));
        assertEquals("0000000000000007", record.get("version_hex"));
        assertEquals("k".repeat(65_535), record.get("key"));
    }

    @Test
    void shouldPrintTheRecordsBeforeTheDamageAndThenFail() throws IOException {
        final LogBuilder log = new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).put("c", "3", 3);
        final byte[] damaged = Damage.flipBit(log.toBytes(), (log.offsetOf(1) + 7L) * Byte.SIZE);
        final CliResult result = Cli.run("records", write(damaged)).failed(1, "corrupted log: crc mismatch", "offset=" + log.offsetOf(1));
        assertEquals(List.of("a"), result.objects().stream().map(line -> line.get("key")).toList());
    }

    @Test
    void shouldFailOnAnUnknownRecordType() throws IOException {
        final byte[] bytes = new LogBuilder().header().cursor(1).raw((byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 9).toBytes();
        final CliResult result = Cli.run("records", write(bytes)).failed(1, "invalid format: unknown record type 9", "offset=20");
        assertEquals(1, result.lines().size());
    }

    @Test
    void shouldSayThatItLeftATornTailOut() throws IOException {
        final byte[] bytes = Damage.cutAt(new LogBuilder().header().cursor(1).cursor(2).toBytes(), 33);
        final CliResult result = Cli.run("records", write(bytes)).failed(0, "torn tail", "row 7", "offset=20");
        assertEquals(1, result.lines().size());
    }

    @Test
    void shouldPrintNothingForABareHeader() throws IOException {
        Cli.run("records", write(new LogBuilder().header().toBytes())).isDone().printedNothing();
    }

    @Test
    void shouldReadALogThatIsBeingWritten() throws IOException {
        final Path log = directory.resolve("live");
        try (SnapshotLog writer = SnapshotLog.open(log)) {
            writer.put("k", new byte[] {1}, VersionToken.of(1));
            writer.checkpoint(WatchCursor.of(1));
            assertEquals(2, Cli.run("records", log).isDone().lines().size());
        }
    }

    @Test
    void shouldFailWhereThereIsNoLog() {
        Cli.run("records", directory.resolve("absent")).failed(1, "no such log").printedNothing();
    }

    @Test
    void shouldFailOnADirectory() {
        Cli.run("records", directory).failed(2, "a directory, not a log").printedNothing();
    }
}
