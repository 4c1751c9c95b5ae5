package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.cli.Main;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelVerdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class DemoCommandTest {
    @TempDir
    private Path directory;

    private CliResult demo(final Path temporary, final Object... options) throws IOException, InterruptedException {
        final Object[] args = Stream.concat(Stream.of("demo"), Stream.of(options)).toArray();
        try (CliProcess process = CliProcess.start(directory, Map.of(), List.of("-Djava.io.tmpdir=" + temporary), args)) {
            return process.end();
        }
    }

    private Path temporary() throws IOException {
        return Files.createDirectory(directory.resolve("tmp"));
    }

    @Test
    void shouldSurviveAKillHalfWayAndLeaveNothingBehind() throws Exception {
        final Path temporary = temporary();
        final List<String> story = demo(temporary).isDone().lines();
        assertEquals("OK", story.get(story.size() - 1));
        assertTrue(story.stream().anyMatch(line -> line.startsWith("kill -9    when line 5,832 ") && line.endsWith("exit status 137")), story::toString);
        assertEquals(List.of(), List.of(temporary.toFile().list()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 11_663})
    void shouldSurviveAKillAtEitherEnd(final int line) throws Exception {
        final List<String> story = demo(temporary(), "--kill-at", line).isDone().lines();
        assertEquals("OK", story.get(story.size() - 1));
    }

    @Test
    void shouldKeepItsLogWhenAsked() throws Exception {
        final Path temporary = temporary();
        assertEquals(0, demo(temporary, "--keep").status());
        final Path kept = temporary.resolve(temporary.toFile().list()[0]).resolve("agrona.pgss");
        final ModelVerdict verdict = ModelJudge.judge(Files.readAllBytes(kept));
        assertEquals(ModelVerdict.Kind.CLEAN, verdict.kind());
        assertEquals(322, verdict.live().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "11664"})
    void shouldRefuseALineThatIsNotInTheFeed(final String line) throws Exception {
        demo(temporary(), "--kill-at", line).failed(2, "--kill-at").printedNothing();
    }

    @Test
    void shouldHaveItsDataInTheExecutableJarAlone() {
        assertNull(Main.class.getResource("/demo/agrona-history.jsonl.gz"));
        Cli.run("demo").failed(3, "only in the executable jar").printedNothing();
    }
}
