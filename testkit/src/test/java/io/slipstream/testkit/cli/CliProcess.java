package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The command line as a process: by the executable jar, as a user starts it, or by the class path where the jar was not built or is older
 * than the classes.
 */
final class CliProcess implements AutoCloseable {
    private static final long PATIENCE_S = 60;
    private static final Path JAR = Path.of(System.getProperty("slipstream.jar", "../engine/target/slipstream.jar")).toAbsolutePath().normalize();
    private static final Path ENGINE = JAR.getParent().getParent();
    private static final boolean BY_JAR = isUpToDate();

    private final Process process;
    private final Path err;

    private CliProcess(final Process process, final Path err) {
        this.process = process;
        this.err = err;
    }

    private static boolean isUpToDate() {
        final Path classes = ENGINE.resolve("target").resolve("classes");
        if (!Files.exists(JAR)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(classes)) {
            final long built = JAR.toFile().lastModified();
            return files.allMatch(file -> file.toFile().lastModified() <= built || Files.isDirectory(file));
        } catch (final IOException e) {
            return false;
        }
    }

    /** Starts it in {@code directory}, where its standard error is kept. */
    static CliProcess start(final Path directory, final Object... args) throws IOException {
        return start(directory, Map.of(), List.of(), args);
    }

    /** Starts it with further variables in its environment, and flags for java. */
    static CliProcess start(final Path directory, final Map<String, String> environment, final List<String> flags, final Object... args)
        throws IOException {
        final Path err = Files.createTempFile(directory, "stderr-", ".txt");
        final ProcessBuilder builder = new ProcessBuilder(command(flags, args)).directory(directory.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.equals("LANG") || name.startsWith("LC_"));
        builder.environment().put("LANG", "C.UTF-8");
        builder.environment().putAll(environment);
        return new CliProcess(builder.start(), err);
    }

    static List<String> command(final List<String> flags, final Object... args) {
        final List<String> command = new ArrayList<>();
        command.add(java());
        command.addAll(flags);
        if (BY_JAR) {
            command.addAll(List.of("-jar", JAR.toString()));
        } else {
            command.addAll(List.of(System.getProperty("slipstream.jvm.args").split(" ")));
            command.addAll(List.of("-cp", classPath(), Main.class.getName()));
        }
        Arrays.stream(args).map(Object::toString).forEach(command::add);
        return command;
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The class path of the command line, with the data of the demo. */
    static String classPath() {
        return System.getProperty("java.class.path") + ":" + ENGINE.resolve("src/demo/resources");
    }

    Process process() {
        return process;
    }

    BufferedReader out() {
        return process.inputReader(StandardCharsets.UTF_8);
    }

    /** Writes a line to its standard input, at once. */
    void say(final String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** Closes its standard input, reads the rest of its output, and waits for its end. */
    CliResult end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        final String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new CliResult(await(), out, Files.readString(err));
    }

    /** Waits for its end without reading anything. */
    CliResult endUnread() throws IOException, InterruptedException {
        return new CliResult(await(), "", Files.readString(err));
    }

    private int await() throws InterruptedException {
        assertTrue(process.waitFor(PATIENCE_S, TimeUnit.SECONDS), "still running after " + PATIENCE_S + " s");
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
