package io.slipstream.testkit.peers;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Starts child JVMs, one at a time, each with nothing on its class path but what its contestant needs, all of it in jars; a child that takes too
 * long is ended and reported.
 */
final class Launcher implements AutoCloseable {
    /** Agrona's flag may be given on the command line or by the manifest of the jar that is run. */
    private static final String EXPORTS = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED";
    private static final List<String> HEAP = List.of("-Xmx4g");
    // A process that must not pause: a heap that was touched and does not grow, no file shared with the JVM's tools, no safepoint without cause.
    private static final List<String> NO_PAUSES = List.of("-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch", "-XX:+PerfDisableSharedMem",
            "-XX:+UnlockDiagnosticVMOptions", "-XX:GuaranteedSafepointInterval=0");
    private static final List<String> CHRONICLE = List.of("/net/openhft/", "/org/slf4j/", "/net/java/dev/jna/", "/com/github/jnr/", "/org/ow2/asm/",
            "/com/squareup/", "/commons-cli/", "/org/jetbrains/");
    private static final Map<String, List<String>> JARS = Map.of(
            Contestants.SLIPSTREAM, List.of("slipstream-engine", "/org/agrona/"),
            Contestants.CHRONICLE_QUEUE, CHRONICLE,
            Contestants.CHRONICLE_MAP, CHRONICLE,
            Contestants.ROCKSDB, List.of("/org/rocksdb/"),
            Contestants.LMDB, List.of("/org/lmdbjava/", "/com/github/jnr/", "/org/ow2/asm/"),
            Contestants.MAPDB, List.of("/org/mapdb/", "/org/jetbrains/", "/org/eclipse/collections/", "/com/google/", "/net/jpountz/"));
    private static final List<String> HARNESS_JARS = List.of("slipstream-engine", "/org/agrona/", "/org/hdrhistogram/");
    private static final Pattern NOISE = Pattern.compile("WARNING|SLF4J|\\tat |\\s*$");
    private static final int ERROR_LINES = 6;
    private static final int ERROR_LENGTH = 600;

    private final Path work;
    private final Path jar;
    private final List<String> classPath = new ArrayList<>();
    private final List<String> chronicleArguments;
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(task -> {
        final Thread thread = new Thread(task, "watch");
        thread.setDaemon(true);
        return thread;
    });

    /** What a child said, and after how many nanoseconds it said "done"; or why it failed. */
    record Said(String failure, long doneNs, long startedAtMillis, Map<String, Double> figures, Map<String, String> texts) {
    }

    Launcher(final Path work) throws IOException {
        this.work = Files.createDirectories(work);
        this.jar = work.resolve("peers.jar");
        final String arguments = System.getProperty("peers.chronicle.args", "").strip();
        chronicleArguments = arguments.isEmpty() ? List.of() : Arrays.asList(arguments.split("\\s+"));
        final List<Path> own = new ArrayList<>();
        for (final String name : System.getProperty("java.class.path").split(File.pathSeparator)) {
            final Path path = Path.of(name);
            if (Files.isRegularFile(path)) {
                classPath.add(path.toString());
            } else if (name.endsWith("test-classes")) {
                own.add(path);
            } else if (Files.isDirectory(path.resolve("io/slipstream/format"))) {
                final Path engine = work.resolve("slipstream-engine.jar");
                writeJar(engine, List.of(path), "", new Manifest());
                classPath.add(engine.toString());
            }
        }
        writeJar(jar, own, "io/slipstream/testkit/peers", restartManifest());
    }

    // A jar that says itself what it needs, as an application would.
    private Manifest restartManifest() throws IOException {
        final Manifest manifest = new Manifest();
        final Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, Restart.class.getName());
        attributes.putValue("Add-Exports", "java.base/jdk.internal.misc");
        final StringBuilder entries = new StringBuilder();
        for (final String name : selected(JARS.get(Contestants.SLIPSTREAM))) {
            final Path beside = work.resolve(Path.of(name).getFileName());
            if (!beside.equals(Path.of(name))) {
                Files.copy(Path.of(name), beside, StandardCopyOption.REPLACE_EXISTING);
            }
            entries.append(beside.getFileName()).append(' ');
        }
        attributes.put(Attributes.Name.CLASS_PATH, entries.toString().strip());
        return manifest;
    }

    private static void writeJar(final Path target, final List<Path> directories, final String only, final Manifest manifest) throws IOException {
        manifest.getMainAttributes().putIfAbsent(Attributes.Name.MANIFEST_VERSION, "1.0");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(target), manifest)) {
            for (final Path directory : directories) {
                try (Stream<Path> files = Files.walk(directory)) {
                    for (final Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                        final String name = directory.relativize(file).toString();
                        if (name.startsWith(only) && !name.startsWith("META-INF/MANIFEST")) {
                            out.putNextEntry(new JarEntry(name));
                            Files.copy(file, out);
                        }
                    }
                }
            }
        }
    }

    private List<String> selected(final List<String> parts) {
        return classPath.stream().filter(name -> parts.stream().anyMatch(name.replace(File.separatorChar, '/')::contains)).toList();
    }

    private List<String> jvmArguments(final String contestant) {
        return switch (contestant) {
            case Contestants.SLIPSTREAM -> List.of(EXPORTS);
            case Contestants.CHRONICLE_QUEUE, Contestants.CHRONICLE_MAP -> chronicleArguments;
            case Contestants.LMDB -> List.of("--add-opens=java.base/java.nio=ALL-UNNAMED", "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                    "-Dlmdbjava.disable.checks=true");
            default -> List.of();
        };
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Runs {@link Child}. */
    Said measure(final String name, final String measure, final Child.Task task, final long timeoutSeconds) throws IOException {
        final List<String> command = new ArrayList<>(List.of(java()));
        if (measure.equals(PausesMeasure.NAME)) {
            final Path safepoints = work.resolve("safepoints.log");
            Files.deleteIfExists(safepoints);
            command.addAll(NO_PAUSES);
            command.addAll(List.of("-Xlog:safepoint:file=" + safepoints + ":timenanos", "-D" + Safepoints.PROPERTY + "=" + safepoints));
        } else {
            command.addAll(HEAP);
        }
        command.addAll(jvmArguments(task.contestant()));
        if (!jvmArguments(task.contestant()).contains(EXPORTS)) {
            command.add(EXPORTS);
        }
        final List<String> jars = new ArrayList<>(List.of(jar.toString()));
        jars.addAll(selected(HARNESS_JARS));
        jars.addAll(selected(JARS.getOrDefault(task.contestant(), List.of())));
        command.addAll(List.of("-cp", String.join(File.pathSeparator, jars), Child.class.getName(), measure, task.contestant(),
                task.directory().toString(), String.valueOf(task.keys()), String.valueOf(task.updates()), task.detail()));
        return run(name, command, timeoutSeconds);
    }

    /** Runs {@link Restart}; {@code mode} is how: a "+"-separated choice of onecore, jar, cds and train. */
    Said restart(final String name, final String contestant, final Path store, final int keys, final List<String> mode, final long timeoutSeconds)
            throws IOException {
        final List<String> command = new ArrayList<>();
        if (mode.contains("onecore")) {
            command.addAll(List.of("taskset", "-c", "0"));
        }
        command.add(java());
        command.addAll(HEAP);
        final boolean runsJar = mode.contains("jar");
        final Path archive = work.resolve(contestant + (runsJar ? "-jar" : "") + ".jsa");
        if (mode.contains("train")) {
            command.add("-XX:ArchiveClassesAtExit=" + archive);
        } else if (mode.contains("cds")) {
            command.add("-XX:SharedArchiveFile=" + archive);
        }
        if (runsJar) {
            command.addAll(List.of("-jar", jar.toString()));
        } else {
            command.addAll(jvmArguments(contestant));
            final List<String> jars = new ArrayList<>(List.of(jar.toString()));
            jars.addAll(selected(JARS.getOrDefault(contestant, List.of())));
            command.addAll(List.of("-cp", String.join(File.pathSeparator, jars), Restart.class.getName()));
        }
        command.addAll(List.of(contestant, store.toString(), String.valueOf(keys)));
        return run(name, command, timeoutSeconds);
    }

    private Said run(final String name, final List<String> command, final long timeoutSeconds) throws IOException {
        final Path errors = work.resolve(name + ".err");
        final ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        final Map<String, Double> figures = new TreeMap<>();
        final Map<String, String> texts = new TreeMap<>();
        final long startedAt = System.currentTimeMillis();
        final long started = System.nanoTime();
        final Process process = builder.start();
        final ScheduledFuture<?> end = watch.schedule(process::destroyForcibly, timeoutSeconds, TimeUnit.SECONDS);
        long done = 0;
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                final String[] words = line.split(" ", 3);
                if (words[0].equals("done")) {
                    done = System.nanoTime() - started;
                } else if (words[0].equals("figure") && words.length == 3) {
                    figures.put(words[1], Double.parseDouble(words[2]));
                } else if (words[0].equals("text") && words.length == 3) {
                    texts.put(words[1], words[2]);
                }
            }
            process.waitFor();
        } catch (final InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            end.cancel(false);
        }
        if (done == 0) {
            final boolean late = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started) >= timeoutSeconds;
            return new Said(failure(process.exitValue(), errors, late), 0, startedAt, figures, texts);
        }
        return new Said(null, done, startedAt, figures, texts);
    }

    private static String failure(final int exit, final Path errors, final boolean late) throws IOException {
        final List<String> lines = Files.readAllLines(errors, StandardCharsets.UTF_8).stream()
                .filter(line -> !NOISE.matcher(line).lookingAt()).limit(ERROR_LINES).toList();
        final String said = String.join(" | ", lines);
        return (late ? "took too long; " : "exit " + exit + "; ") + said.substring(0, Math.min(ERROR_LENGTH, said.length()));
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }
}
