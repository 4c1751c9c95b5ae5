package io.slipstream.testkit.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A program of the test classes in a JVM of its own, with the flags and the class path of this one. What it writes to
 * standard output is read line by line; its standard error goes to a file and into the message of a failed test.
 */
public final class ChildJvm implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 120;
    private static final String DEFAULT_FLAGS = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED";

    private final Process process;
    private final BufferedReader output;
    private final Path errors;

    // A child that hangs is killed, so that whoever waits for its output or its end sees both.
    private final CompletableFuture<Process> watchdog;

    private ChildJvm(final Process process, final Path errors) {
        this.process = process;
        this.watchdog = process.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
            .whenComplete((ended, late) -> killIfAlive(process));
        this.output = process.inputReader(StandardCharsets.UTF_8);
        this.errors = errors;
    }

    // To destroy one that has ended would close what it said before it was read.
    private static void killIfAlive(final Process process) {
        if (process.isAlive()) {
            process.destroyForcibly();
        }
    }

    /** Starts {@code main} in the working directory of this JVM. */
    public static ChildJvm start(final Class<?> main, final Object... arguments) throws IOException {
        return startIn(null, main, arguments);
    }

    /** Starts {@code main} in a working directory of its own; null for that of this JVM. */
    public static ChildJvm startIn(final Path directory, final Class<?> main, final Object... arguments)
        throws IOException {
        return start(directory, List.of(), main, arguments);
    }

    /** Starts {@code main} with further flags for the JVM. */
    public static ChildJvm startWith(final List<String> flags, final Class<?> main, final Object... arguments)
        throws IOException {
        return start(null, flags, main, arguments);
    }

    private static ChildJvm start(
        final Path directory, final List<String> flags, final Class<?> main, final Object... arguments)
        throws IOException {
        final Path errors = Files.createTempFile("slipstream-child", ".err");
        final ProcessBuilder builder = new ProcessBuilder(command(flags, main, arguments)).redirectError(errors.toFile());
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        return new ChildJvm(builder.start(), errors);
    }

    private static List<String> command(final List<String> flags, final Class<?> main, final Object... arguments) {
        final List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command()
            .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(System.getProperty("slipstream.jvm.args", DEFAULT_FLAGS).trim().split("\\s+")));
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/stderr"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        Arrays.stream(arguments).map(Object::toString).forEach(command::add);
        return command;
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether it still runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Its next line of output; fails the test if it ended instead. */
    public String readLine() throws IOException {
        final String line = output.readLine();
        if (line == null) {
            throw new AssertionError("the child said nothing more and ended: exit status " + waitFor() + "\n" + errors());
        }
        return line;
    }

    /** Waits for a line and compares it. */
    public void expectLine(final String expected) throws IOException {
        assertEquals(expected, readLine(), this::errors);
    }

    /** Ends its standard input: what a program that waits takes for the sign to end. */
    public void endInput() throws IOException {
        process.getOutputStream().close();
    }

    /** Gives it a line to read. */
    public void writeLine(final String line) throws IOException {
        final Writer input = process.outputWriter(StandardCharsets.UTF_8);
        input.write(line + "\n");
        input.flush();
    }

    /** Ends its input, waits for its end, and says what else it wrote; fails the test unless its exit status is 0. */
    public List<String> finish() throws IOException {
        endInput();
        final List<String> lines = output.lines().toList();
        assertEquals(0, waitFor(), () -> "the child failed: " + lines + "\n" + errors());
        return lines;
    }

    /** SIGKILL; returns when it is dead. */
    public void kill() {
        process.destroyForcibly();
        waitFor();
    }

    private int waitFor() {
        try {
            final int status = process.waitFor();
            if (watchdog.isCompletedExceptionally()) {
                throw new AssertionError("the child hung and was killed\n" + errors());
            }
            return status;
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String errors() {
        try {
            return "its standard error: " + Files.readString(errors);
        } catch (final IOException e) {
            return "its standard error could not be read: " + e;
        }
    }

    /** Kills it if it still runs. */
    @Override
    public void close() throws IOException {
        kill();
        Files.deleteIfExists(errors);
    }

    /** For the child: a reader of its standard input. */
    static BufferedReader input() {
        return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    }
}
