package io.slipstream.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Runs the command line in a second JVM, in a UTF-8 locale, where the locale of this one cannot say a file name. */
final class Relaunch {
    /*
     * A JVM in the locale "C", that of many a container, takes arguments and file names for ASCII: other bytes are lost before main, and no
     * file whose name holds one can be opened. No switch changes that once it runs. So the arguments' bytes, as Linux remembers them, go
     * to a JVM in the locale C.UTF-8. Each of the two ends with the other.
     */
    private static final String ARGUMENTS = "slipstream.cli.arguments";
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
    private static final String LOCALE = "C.UTF-8";
    private static final char LOST = '\uFFFD';
    private static final String SEPARATOR = "\0";

    private Relaunch() {
    }

    /** The arguments as they were typed: those of {@code main}, or what a first JVM handed on. */
    static String[] arguments(final String[] args) {
        final String handedOn = System.getProperty(ARGUMENTS);
        if (handedOn == null) {
            return args;
        }
        ProcessHandle.current().parent().ifPresent(Relaunch::endWith);
        final String joined = new String(Base64.getDecoder().decode(handedOn), StandardCharsets.UTF_8);
        return joined.split(SEPARATOR, -1);
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private static void endWith(final ProcessHandle parent) {
        parent.onExit().thenRun(() -> Runtime.getRuntime().halt(ExitStatus.IO));
    }

    /** The command that runs {@code args} in a UTF-8 locale; null where that is not needed or not possible. */
    static ProcessBuilder command(final String[] args) throws IOException {
        final Charset names = Charset.forName(System.getProperty("sun.jnu.encoding", StandardCharsets.UTF_8.name()));
        final boolean isPossible = !names.equals(StandardCharsets.UTF_8) && System.getProperty(ARGUMENTS) == null && Files.isReadable(COMMAND_LINE);
        if (!isPossible || args.length == 0 || !isAnyNameLost(args)) {
            return null;
        }
        // Each word ends with a zero byte.
        final byte[] commandLine = Files.readAllBytes(COMMAND_LINE);
        final List<String> words = List.of(new String(commandLine, 0, commandLine.length - 1, names).split(SEPARATOR, -1));
        final int first = words.size() - args.length;
        if (first < 1 || !words.subList(first, words.size()).equals(List.of(args))) {
            return null;
        }
        final List<String> command = new ArrayList<>(words.subList(0, first));
        command.set(0, java());
        command.add(1, "-D" + ARGUMENTS + "=" + Base64.getEncoder().encodeToString(tail(commandLine, first)));
        final ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put("LC_ALL", LOCALE);
        return builder;
    }

    private static byte[] tail(final byte[] commandLine, final int words) {
        int start = 0;
        for (int i = 0; i < words; start++) {
            if (commandLine[start] == 0) {
                i++;
            }
        }
        return Arrays.copyOfRange(commandLine, start, commandLine.length - 1);
    }

    static String java() {
        return ProcessHandle.current().info().command().orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    }

    private static boolean isAnyNameLost(final String[] args) throws IOException {
        boolean lost = isLost(System.getProperty("user.dir"));
        for (final String arg : args) {
            lost = lost || isLost(arg) || isAnyNameLostIn(arg);
        }
        return lost;
    }

    private static boolean isLost(final String name) {
        return name.indexOf(LOST) >= 0;
    }

    private static boolean isAnyNameLostIn(final String name) throws IOException {
        final Path directory;
        try {
            directory = Path.of(name);
        } catch (final InvalidPathException e) {
            return false;
        }
        if (!Files.isDirectory(directory) || !Files.isReadable(directory)) {
            return false;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, entry -> isLost(entry.toString()))) {
            return entries.iterator().hasNext();
        }
    }

    /** Runs the command to its end and answers its exit status. It ends when this JVM is told to. */
    static int run(final ProcessBuilder command) throws IOException, InterruptedException {
        final Process process = command.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(process), "relaunch-end"));
        return process.waitFor();
    }

    private static void end(final Process process) {
        process.destroy();
        process.onExit().join();
    }
}
