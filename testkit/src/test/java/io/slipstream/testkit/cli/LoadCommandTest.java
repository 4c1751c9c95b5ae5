package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.slipstream.SnapshotLog;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelLog;
import io.slipstream.testkit.model.ModelVerdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LoadCommandTest {
    @TempDir
    private Path directory;

    static Stream<String> goldenFiles() {
        return GoldenFiles.names();
    }

    @ParameterizedTest
    @MethodSource("goldenFiles")
    void shouldSayWhatAGoldenFileWasLikeAndLeaveItAsTheModelDoes(final String name) throws IOException {
        final byte[] bytes = GoldenFiles.bytes(name);
        final ModelVerdict verdict = ModelJudge.judge(bytes);
        final Path file = Files.write(directory.resolve(name), bytes);
        final CliResult result = Cli.run("load", file);
        final Map<String, Object> line = result.objects().get(0);
        final Map<String, Object> expected = VerifyCommandTest.expectedLine(file, bytes);
        expected.put("rewritten", verdict.isRewrittenByLoad());
        final List<String> order = new ArrayList<>(expected.keySet());
        line.put("message", null);
        if (verdict.row() == 0) {
            line.put("compact", verdict.compact());
        }
        assertEquals(expected, line);
        assertEquals(order, List.copyOf(line.keySet()));
        assertEquals(VerifyCommandTest.expectedStatus(bytes), result.status());
        assertArrayEquals(verdict.isError() ? bytes : ModelLog.load(bytes), Files.readAllBytes(file));
    }

    @Test
    void shouldCutSlackOffAndSayThatNothingWasRewritten() throws IOException {
        final byte[] closed = new LogBuilder().header().put("a", "1", 1).toBytes();
        final Path file = Files.write(directory.resolve("a"), Damage.withSlack(closed, 4_096));
        final Map<String, Object> line = Cli.run("load", file).isDone().objects().get(0);
        assertEquals("slack", line.get("tail"));
        assertEquals(false, line.get("rewritten"));
        assertArrayEquals(closed, Files.readAllBytes(file));
    }

    @Test
    void shouldTakeAMissingFileForNoneAndCreateNothing() {
        final Path absent = directory.resolve("absent");
        final Map<String, Object> line = Cli.run("load", absent).isDone().objects().get(0);
        assertEquals("none", line.get("result"));
        assertEquals(false, line.get("rewritten"));
        assertFalse(Files.exists(absent));
    }

    @Test
    void shouldSayThatAWriterHasTheLog() throws IOException {
        final Path file = directory.resolve("a");
        try (SnapshotLog writer = SnapshotLog.open(file)) {
            final CliResult result = Cli.run("load", file);
            assertEquals(3, result.status());
            assertEquals("io", result.objects().get(0).get("result"));
            assertEquals(LogBuilder.HEADER_LENGTH, writer.length());
        }
    }

    @Test
    void shouldLoadEveryLogOfADirectory() throws IOException {
        final LogBuilder notCompact = new LogBuilder().header().put("a", "1", 1).put("a", "2", 2);
        Files.write(directory.resolve("b"), notCompact.toBytes());
        Files.write(directory.resolve("a"), notCompact.toBytes());
        final CliResult result = Cli.run("load", directory).isDone();
        assertEquals(List.of(directory + "/a", directory + "/b"), result.objects().stream().map(line -> line.get("file")).toList());
        assertArrayEquals(ModelLog.load(notCompact.toBytes()), Files.readAllBytes(directory.resolve("b")));
    }
}
