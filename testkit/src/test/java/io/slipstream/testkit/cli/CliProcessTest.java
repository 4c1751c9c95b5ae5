package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.cli.Main;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.model.ModelJudge;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What only a process of its own can show. */
@Timeout(120)
class CliProcessTest {
    private static final Map<String, String> ASCII_LOCALE = Map.of("LC_ALL", "C");
    private static final int SIGTERM_STATUS = 128 + 15;

    @TempDir
    private Path directory;

    private CliResult run(final Object... args) throws IOException, InterruptedException {
        return runWith(Map.of(), "", args);
    }

    private CliResult runWith(final Map<String, String> environment, final String input, final Object... args)
        throws IOException, InterruptedException {
        try (CliProcess process = CliProcess.start(directory, environment, List.of(), args)) {
            process.process().getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            return process.end();
        }
    }

    private Path logOf(final int entries) throws IOException {
        final LogBuilder log = new LogBuilder().header();
        for (int i = 0; i < entries; i++) {
            log.put("key-" + i, "value-" + i, i);
        }
        return Files.write(directory.resolve("kv.pgss"), log.toBytes());
    }

    @Test
    void shouldEndWithTheStatusOfWhatHappened() throws Exception {
        final Path log = logOf(1);
        assertEquals(0, run("verify", log).status());
        assertEquals(1, run("dump", "absent").status());
        assertEquals(2, run("append", log, "--bogus").status());
        assertEquals(3, run("verify", Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"))).status());
    }

    @Test
    void shouldSayOfAllGoldenFilesWhatTheModelSays() throws Exception {
        final Path golden = Files.createDirectory(directory.resolve("golden"));
        final List<String> names = GoldenFiles.names().sorted().toList();
        for (final String name : names) {
            Files.write(golden.resolve(name), GoldenFiles.bytes(name));
        }
        final CliResult result = run("verify", golden);
        assertEquals("", result.err());
        assertEquals(1, result.status());
        assertEquals(
            names.stream().map(name -> golden.resolve(name) + " " + ModelJudge.judge(GoldenFiles.bytes(name)).result()).toList(),
            result.objects().stream().map(line -> line.get("file") + " " + line.get("result")).toList());
    }

    @Test
    void shouldAppendEachLineOfASlowPipeAtOnce() throws Exception {
        final Path log = logOf(0);
        try (CliProcess follow = CliProcess.start(directory, "follow", log);
            CliProcess append = CliProcess.start(directory, "append", log)) {
            final BufferedReader records = follow.out();
            for (int i = 1; i <= 3; i++) {
                append.say("{\"op\":\"checkpoint\",\"cursor\":" + i + "}");
                assertTrue(records.readLine().endsWith("\"cursor_hex\":\"000000000000000" + i + "\"}"));
            }
            assertEquals(new CliResult(0, "", ""), append.end());
        }
        assertArrayEquals(new LogBuilder().header().cursor(1).cursor(2).cursor(3).toBytes(), Files.readAllBytes(log));
    }

    @Test
    void shouldTellAFollowerOfACompactionInAnotherProcess() throws Exception {
        final Path log = logOf(1);
        try (CliProcess follow = CliProcess.start(directory, "follow", log)) {
            final BufferedReader records = follow.out();
            assertNotNull(records.readLine());
            assertEquals(0, runWith(Map.of(), "{\"op\":\"checkpoint\",\"cursor\":1}\n{\"op\":\"compact\"}\n", "append", log).status());
            final List<String> rest = List.of(records.readLine(), records.readLine(), records.readLine());
            assertEquals("{\"event\":\"rotated\"}", rest.get(1));
            assertTrue(rest.get(2).startsWith("{\"offset\":6,"), rest.get(2));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dump", "records"})
    void shouldEndQuietlyWhenTheReaderGoesAway(final String command) throws Exception {
        try (CliProcess process = CliProcess.start(directory, command, logOf(20_000))) {
            assertNotNull(process.out().readLine());
            process.out().close();
            assertEquals(new CliResult(0, "", ""), process.endUnread());
        }
    }

    @Test
    void shouldEndAFollowQuietlyAtTheNextRecordWhenTheReaderGoesAway() throws Exception {
        final Path log = logOf(1);
        try (SnapshotLog writer = SnapshotLog.open(log);
            CliProcess process = CliProcess.start(directory, "follow", log)) {
            assertNotNull(process.out().readLine());
            process.out().close();
            writer.put("k", new byte[0], VersionToken.unknown());
            assertEquals(new CliResult(0, "", ""), process.endUnread());
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldFailWhenTheDiskOfStandardOutputIsFull() throws Exception {
        final Process process = new ProcessBuilder(CliProcess.command(List.of(), "dump", logOf(1)))
            .redirectOutput(Path.of("/dev/full").toFile())
            .redirectError(directory.resolve("err").toFile())
            .start();
        assertEquals(3, process.waitFor());
        assertEquals(1, Files.readAllLines(directory.resolve("err")).size());
    }

    @Test
    void shouldEndAFollowAtOnceOnSigterm() throws Exception {
        try (CliProcess process = CliProcess.start(directory, "follow", logOf(1))) {
            assertNotNull(process.out().readLine());
            process.process().toHandle().destroy();
            assertEquals(new CliResult(SIGTERM_STATUS, "", ""), process.endUnread());
        }
    }

    @Test
    void shouldReadAndPrintUtf8InAnAsciiLocale() throws Exception {
        final Path log = directory.resolve("kv.pgss");
        final String line = "{\"op\":\"put\",\"key\":\"ключ\uD83D\uDE00\",\"value\":\"знач\",\"version\":1}\n";
        assertEquals(new CliResult(0, "", ""), runWith(ASCII_LOCALE, line, "append", log));
        assertArrayEquals(new LogBuilder().header().put("ключ\uD83D\uDE00", "знач", 1).toBytes(), Files.readAllBytes(log));
        assertEquals(
            new CliResult(0,
                "{\"op\":\"put\",\"key\":\"ключ\uD83D\uDE00\",\"value_b64\":\"0LfQvdCw0Yc=\",\"version_hex\":\"0000000000000001\"}\n", ""),
            runWith(ASCII_LOCALE, "", "dump", log));
    }

    /** Starts a shell script in an ASCII locale: this JVM may be in one itself, and unable to say the names. "$@" is the command line. */
    private Process startScript(final String script) throws IOException {
        final Path file = Files.writeString(directory.resolve("script.sh"), script);
        final List<String> words = new ArrayList<>(List.of("/bin/sh", file.toString()));
        words.addAll(CliProcess.command(List.of()));
        final ProcessBuilder builder =
            new ProcessBuilder(words).directory(directory.toFile()).redirectError(directory.resolve("script.err").toFile());
        builder.environment().putAll(ASCII_LOCALE);
        final Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    private CliResult runScript(final String... lines) throws IOException, InterruptedException {
        final Process process = startScript("set -e\n" + String.join("\n", lines) + "\n");
        final String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new CliResult(process.waitFor(), out, Files.readString(directory.resolve("script.err")));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldTakeFileNamesOutsideAsciiInAnAsciiLocale() throws Exception {
        final List<String> lines = runScript(
            "echo '{\"op\":\"checkpoint\",\"cursor\":1}' | \"$@\" append лог.pgss",
            "\"$@\" dump лог.pgss").isDone().lines();
        assertEquals(List.of("{\"op\":\"checkpoint\",\"cursor_hex\":\"0000000000000001\"}"), lines);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldTakeNamesOutsideAsciiInsideADirectoryInAnAsciiLocale() throws Exception {
        logOf(1);
        final List<String> lines = runScript("mkdir plain", "mv kv.pgss plain/лог.pgss", "\"$@\" verify plain").isDone().lines();
        assertTrue(lines.get(0).startsWith("{\"file\":\"plain/лог.pgss\",\"result\":\"some\","), lines::toString);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldWorkInADirectoryOutsideAsciiInAnAsciiLocale() throws Exception {
        logOf(1);
        final List<String> lines = runScript("mkdir каталог", "mv kv.pgss каталог", "cd каталог", "\"$@\" dump kv.pgss").isDone().lines();
        assertEquals(1, lines.size());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldKeepTheStatusInAnAsciiLocale() throws Exception {
        runScript("\"$@\" dump нет.pgss").failed(1, "no such log: file=нет.pgss").printedNothing();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldEndBothProcessesOnSigtermInAnAsciiLocale() throws Exception {
        logOf(1);
        final Process process = startScript("mv kv.pgss лог.pgss\nexec \"$@\" follow лог.pgss\n");
        assertNotNull(process.inputReader(StandardCharsets.UTF_8).readLine());
        final ProcessHandle second = process.children().findFirst().orElseThrow();
        process.toHandle().destroy();
        assertEquals(SIGTERM_STATUS, process.waitFor());
        assertFalse(second.isAlive());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldNotOutliveAKillInAnAsciiLocale() throws Exception {
        logOf(1);
        final Process process = startScript("mv kv.pgss лог.pgss\nexec \"$@\" follow лог.pgss\n");
        assertNotNull(process.inputReader(StandardCharsets.UTF_8).readLine());
        final ProcessHandle second = process.children().findFirst().orElseThrow();
        process.toHandle().destroyForcibly();
        process.waitFor();
        second.onExit().get(60, TimeUnit.SECONDS);
        assertFalse(second.isAlive());
    }

    @ParameterizedTest
    @ValueSource(strings = {"append", "records", "follow"})
    void shouldSayWhichFlagIsMissing(final String command) throws Exception {
        final Path log = logOf(1);
        final Process process = new ProcessBuilder(CliProcess.java(), "-cp", CliProcess.classPath(), Main.class.getName(), command, log.toString())
            .redirectError(directory.resolve("err").toFile())
            .start();
        process.getOutputStream().close();
        final String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        new CliResult(process.waitFor(), out, Files.readString(directory.resolve("err")))
            .failed(3, "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED").printedNothing();
    }
}
