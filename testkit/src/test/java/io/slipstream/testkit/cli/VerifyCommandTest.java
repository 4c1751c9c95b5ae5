package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelVerdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VerifyCommandTest {
    private static final byte[] SOUND = new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).cursor(2).toBytes();
    private static final byte[] CORRUPTED = Damage.flipBit(SOUND, 13 * Byte.SIZE);
    private static final String SHA_OF_HEADER = Hex.ofSha256(new LogBuilder().header().toBytes());

    @TempDir
    private Path directory;

    private Path write(final String name, final byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes);
    }

    private Path unreadable() throws IOException {
        return Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"));
    }

    /** The line about a file of these bytes, by the model; the message aside. */
    static Map<String, Object> expectedLine(final Object name, final byte[] bytes) {
        final ModelVerdict verdict = ModelJudge.judge(bytes);
        final Map<String, Object> line = new LinkedHashMap<>();
        line.put("file", name.toString());
        line.put("result", verdict.result());
        line.put("message", null);
        line.put("rule", verdict.row() == 0 ? null : (long) verdict.row());
        line.put("offset", verdict.isError() ? (long) verdict.offset() : null);
        line.put("tail", verdict.isError() ? null : verdict.kind().name().toLowerCase(Locale.ROOT));
        line.put("dropped", (long) verdict.dropped());
        line.put("survivors", (long) verdict.survivors());
        line.put("records", (long) verdict.records());
        line.put("live", (long) verdict.live().size());
        line.put("cursor_hex", verdict.state().hasCursor() ? Hex.of(verdict.cursor()) : null);
        line.put("log_end", (long) verdict.logEnd());
        line.put("file_length", (long) verdict.fileLength());
        line.put("compact", verdict.compact());
        line.put("compact_sha256", verdict.isError() ? null : verdict.state().sha256());
        return line;
    }

    static int expectedStatus(final byte[] bytes) {
        return ModelJudge.judge(bytes).isError() ? 1 : 0;
    }

    static Stream<String> goldenFiles() {
        return GoldenFiles.names();
    }

    @ParameterizedTest
    @MethodSource("goldenFiles")
    void shouldSayOfAGoldenFileWhatTheModelSays(final String name) throws IOException {
        final byte[] bytes = GoldenFiles.bytes(name);
        final Path file = write(name, bytes);
        final CliResult result = Cli.run("verify", file);
        final Map<String, Object> line = result.objects().get(0);
        final Object message = line.put("message", null);
        final Map<String, Object> expected = expectedLine(file, bytes);
        if (expected.get("rule") == null) {
            line.put("compact", expected.get("compact")); // Without a header there are no records to speak of.
        }
        assertEquals(expected, line);
        assertEquals(List.copyOf(expected.keySet()), List.copyOf(line.keySet()));
        assertEquals(expectedStatus(bytes), result.status());
        assertEquals(expectedStatus(bytes) == 1, message != null);
        assertArrayEquals(bytes, Files.readAllBytes(file));
    }

    @Test
    void shouldPrintNothingButTheLine() throws IOException {
        final CliResult result = Cli.run("verify", write("a", SOUND));
        assertEquals(1, result.isDone().lines().size());
        assertTrue(result.out().startsWith("{\"file\":\""), result.out());
    }

    @Test
    void shouldTakeAMissingFileForNone() {
        final Path absent = directory.resolve("absent");
        final Map<String, Object> line = Cli.run("verify", absent).isDone().objects().get(0);
        assertEquals("none", line.get("result"));
        assertEquals(absent.toString(), line.get("file"));
        assertEquals(SHA_OF_HEADER, line.get("compact_sha256"));
        for (final String field : List.of("message", "rule", "offset", "tail", "cursor_hex")) {
            assertNull(line.get(field), field);
        }
        for (final String field : List.of("dropped", "survivors", "records", "live", "log_end", "file_length")) {
            assertEquals(0L, line.get(field), field);
        }
    }

    @Test
    void shouldTakeAFileInAMissingDirectoryForNone() {
        assertEquals("none", Cli.run("verify", directory.resolve("absent").resolve("a")).isDone().objects().get(0).get("result"));
    }

    @Test
    void shouldSayWhereAndWhyALogIsCorrupted() throws IOException {
        final Path file = write("a", CORRUPTED);
        final CliResult result = Cli.run("verify", file);
        final String message = (String) result.objects().get(0).get("message");
        assertTrue(message.contains("crc mismatch") && message.contains(file.toString()) && message.contains("offset=6"), message);
        assertEquals("", result.err());
    }

    @Test
    void shouldSayThatAFileCouldNotBeRead() throws IOException {
        final CliResult result = Cli.run("verify", unreadable());
        assertEquals(3, result.status());
        final Map<String, Object> line = result.objects().get(0);
        assertEquals("io", line.get("result"));
        assertNotNull(line.get("message"));
        assertNull(line.get("compact_sha256"));
        assertNull(line.get("offset"));
    }

    @Test
    void shouldVerifyManyFilesInTheOrderTheyAreNamed() throws IOException {
        final Path b = write("b", SOUND);
        final Path a = write("a", SOUND);
        final CliResult result = Cli.run("verify", b, a, directory.resolve("c"));
        assertEquals(List.of(b + "", a + "", directory + "/c"), files(result.isDone()));
    }

    private static List<Object> files(final CliResult result) {
        return result.objects().stream().map(line -> line.get("file")).toList();
    }

    @Test
    void shouldTellCorruptionBeforeAReadError() throws IOException {
        final Path sound = write("a", SOUND);
        final Path corrupted = write("b", CORRUPTED);
        final Path unreadable = unreadable();
        assertEquals(1, Cli.run("verify", unreadable, corrupted, sound).status());
        assertEquals(1, Cli.run("verify", corrupted, unreadable).status());
        assertEquals(3, Cli.run("verify", sound, unreadable, sound).status());
        assertEquals(1, Cli.run("verify", sound, write("c", new byte[0])).status());
    }

    @Test
    void shouldTakeADirectoryForItsLogsSortedByNameBytes() throws IOException {
        for (final String name : List.of("b", "a", "\uFF5E", "\uD83D\uDE00", "B", "a.damaged-1", ".hidden")) {
            write(name, SOUND);
        }
        for (final String name : List.of("a.lock", "a.mark", "a.compact")) {
            write(name, new byte[0]);
        }
        Files.write(Files.createDirectory(directory.resolve("below")).resolve("not-me"), SOUND);
        final CliResult result = Cli.run("verify", directory).isDone();
        assertEquals(
            Stream.of(".hidden", "B", "a", "a.damaged-1", "b", "\uFF5E", "\uD83D\uDE00").map(name -> directory + "/" + name).toList(),
            files(result));
    }

    @Test
    void shouldPrintNothingForAnEmptyDirectory() {
        Cli.run("verify", directory).isDone().printedNothing();
    }

    @Test
    void shouldNameFilesAsTheyWereNamed() throws IOException {
        write("a", SOUND);
        final String name = directory + "/./a";
        assertEquals(List.of(name), files(Cli.run("verify", name).isDone()));
    }

    @Test
    void shouldVerifyALogThatIsBeingWritten() throws IOException {
        final Path log = directory.resolve("live");
        try (SnapshotLog writer = SnapshotLog.open(log)) {
            writer.put("k", new byte[] {1}, VersionToken.of(1));
            final Map<String, Object> line = Cli.run("verify", log).isDone().objects().get(0);
            assertEquals("slack", line.get("tail"));
            assertEquals(1L, line.get("live"));
            assertEquals(writer.length(), line.get("log_end"));
            assertEquals(Files.size(log), line.get("file_length"));
        }
    }

    @Test
    void shouldFollowASymbolicLinkAndKeepItsName() throws IOException {
        final Path link = Files.createSymbolicLink(directory.resolve("link"), write("a", SOUND));
        final Map<String, Object> line = Cli.run("verify", link).isDone().objects().get(0);
        assertEquals(link.toString(), line.get("file"));
        assertEquals("some", line.get("result"));
    }

    @Test
    void shouldEscapeNamesInItsOutput() throws IOException {
        final Path file = write("a\"b\\c\td\u20ac", SOUND);
        assertEquals(List.of(file.toString()), files(Cli.run("verify", file).isDone()));
    }

    @Test
    void shouldNeedAFile() {
        Cli.run("verify").failed(2, "Missing required parameter").printedNothing();
    }
}
