package io.slipstream.testkit.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Runs the comparison: each measurement of each contestant in a fresh JVM, in turn, round after round, so that what drifts hits all alike.
 * Results are files ({@link Result}); those of earlier runs of the same size stay and are reported too, so a run may be done in parts. Last come
 * the table, on standard output and in {@code peers.md}, and the pictures.
 *
 * <p>System properties, which Maven passes on: {@code peers}, who takes part, comma-separated, or all; {@code peers.only}, which parts, of
 * {@link #PARTS}; {@code peers.runs}, rounds of everything, and {@code peers.first}, the number of the first; {@code peers.restarts},
 * rounds of restarts; {@code peers.pauses}, which of {@link PausesMeasure#KINDS}; {@code peers.steady}, seconds of the steady state;
 * {@code peers.keys} and {@code peers.updates}, the workload; {@code peers.memory} and {@code peers.disk}, directories on a file system in memory
 * and on a disk; {@code peers.output} and {@code peers.pictures}, where results and pictures go.
 */
public final class Peers {
    /** The parts of a run, in order. */
    static final List<String> PARTS =
            List.of("crash", "append", "latency", "shapes", "restart", "warm", "lookup", "compaction", "load", "heap", "pauses", "keys", "length",
                    "cold");

    private static final long TIMEOUT_SECONDS = 300;
    private static final int[] UPDATES_A_KEY = {1, 2, 5, 10, 20};
    private static final int LARGEST_SCALE = 10_000_000;
    private static final int COLD_ROUNDS = 3;
    private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");
    private static final long STEADY_TIMEOUT_SECONDS = 1_200;
    private static final double NS_PER_MS = 1e6;
    private static final String ONE_CORE = "onecore";

    private final Settings settings;
    private final Launcher launcher;
    private final Path memory;
    private final Path disk;
    private final Map<String, Path> stores = new HashMap<>();

    private Peers(final Settings settings, final Launcher launcher, final Path memory, final Path disk) {
        this.settings = settings;
        this.launcher = launcher;
        this.memory = memory;
        this.disk = disk;
    }

    /** As the class says. */
    public static void main(final String[] args) throws IOException {
        final Settings settings = Settings.fromProperties();
        Files.createDirectories(settings.results());
        Files.createDirectories(settings.disk());
        final Path memory = Files.createTempDirectory(settings.memory(), "slipstream-peers");
        final Path disk = Files.createTempDirectory(settings.disk(), "slipstream-peers");
        try (Launcher launcher = new Launcher(settings.output().resolve("work"))) {
            new Peers(settings, launcher, memory, disk).run();
        } finally {
            Directories.delete(memory);
            Directories.delete(disk);
        }
        final List<Result> results = new ArrayList<>();
        try (var files = Files.newDirectoryStream(settings.results(), "*.json")) {
            for (final Path file : files) {
                results.add(Result.read(file));
            }
        }
        final String tables = new Tables(results, settings).markdown();
        Files.writeString(settings.output().resolve("peers.md"), tables, StandardCharsets.UTF_8);
        System.out.println(tables);
        new Pictures(results, settings).draw();
    }

    private void run() throws IOException {
        for (int round = settings.firstRun(); round < settings.firstRun() + settings.runs(); round++) {
            for (final String part : PARTS) {
                if (settings.has(part)) {
                    runPart(part, round);
                }
            }
        }
    }

    private void runPart(final String part, final int round) throws IOException {
        switch (part) {
            case "append" -> append(round);
            case "latency" -> latency(round);
            case "shapes" -> forEach(Set.of(Contestants.SLIPSTREAM, Contestants.BUFFERED, Contestants.WRITE),
                    name -> measure("shapes", name, "memory", round, ""));
            case "compaction" -> forEach(oursAndByHand(), name -> onStore("compaction", name, "bloated", round));
            case "load" -> forEach(oursAndByHand(), name -> onBothStores("load", name, round));
            case "warm" -> forEach(oursAndByHand(), name -> onBothStores("warm", name, round));
            case "heap" -> forEach(oursAndByHand(), name -> onBothStores("heap", name, round));
            case "pauses" -> pauses(round);
            case "lookup" -> forEach(Set.copyOf(settings.contestants()), name -> lookup(name, round));
            default -> runOnce(part, round);
        }
    }

    // These bring rounds of their own.
    private void runOnce(final String part, final int round) throws IOException {
        if (round != settings.firstRun()) {
            return;
        }
        switch (part) {
            case "crash" -> crash(round);
            case "restart" -> restarts();
            case "keys" -> keys();
            case "length" -> lengths();
            default -> cold();
        }
    }

    private interface Step {
        void run(String contestant) throws IOException;
    }

    private static Set<String> oursAndByHand() {
        return Set.of(Contestants.SLIPSTREAM, Contestants.BUFFERED);
    }

    private void forEach(final Set<String> who, final Step step) throws IOException {
        for (final String contestant : settings.contestants()) {
            if (who.contains(contestant)) {
                step.run(contestant);
            }
        }
    }

    private void keep(final String measure, final String contestant, final String variant, final int round, final Launcher.Said said)
            throws IOException {
        new Result(measure, contestant, variant, round, said.failure(), said.figures(), said.texts()).write(settings.results());
        final String outcome = said.failure() == null ? said.figures().toString() : "FAILED: " + said.failure();
        System.err.println(measure + " " + contestant + " " + variant + " round " + round + ": " + outcome);
    }

    private void measure(final String measure, final String contestant, final String variant, final int round, final String detail)
            throws IOException {
        measureIn(memory, measure, contestant, variant, round, detail);
    }

    private void measureIn(
            final Path base, final String measure, final String contestant, final String variant, final int round, final String detail)
            throws IOException {
        final Path directory = Files.createDirectories(base.resolve("work"));
        final Child.Task task = new Child.Task(contestant, directory, settings.keys(), settings.updates(), detail);
        keep(measure, contestant, variant, round, launcher.measure(measure + "-" + contestant, measure, task, TIMEOUT_SECONDS));
        Directories.delete(directory);
    }

    private void crash(final int round) throws IOException {
        for (final String contestant : settings.contestants()) {
            final Path directory = memory.resolve("crash");
            final Child.Task task = new Child.Task(contestant, directory, CrashMeasure.KEYS, CrashMeasure.KEYS, "");
            final Launcher.Said written = launcher.measure("crash-write-" + contestant, "crash-write", task, TIMEOUT_SECONDS);
            keep("crash", contestant, "memory", round, written.failure() != null ? written
                    : launcher.measure("crash-read-" + contestant, "crash-read", task, TIMEOUT_SECONDS));
            Directories.delete(directory);
        }
    }

    private void append(final int round) throws IOException {
        for (final String contestant : settings.contestants()) {
            measure("append", contestant, "memory", round, "");
        }
        forEach(Set.of(Contestants.SLIPSTREAM, Contestants.BUFFERED, Contestants.WRITE),
                name -> measureIn(disk, "append", name, "disk", round, ""));
    }

    private void latency(final int round) throws IOException {
        final List<String> all = new ArrayList<>(settings.contestants());
        all.add(0, Contestants.EMPTY);
        all.add(1, Contestants.FLOOR);
        for (final String contestant : all) {
            measure("latency", contestant, "memory", round, settings.results().resolve("latency." + contestant + "." + round + ".hdr").toString());
        }
    }

    /** The store of W, or its compact form, made when first wanted; null if that cannot be. */
    private Path store(final String contestant, final String variant) throws IOException {
        final String name = contestant + "-" + variant;
        if (!stores.containsKey(name)) {
            final Path directory = memory.resolve(name);
            final boolean compact = variant.equals("compact");
            final Path from = compact ? store(contestant, "bloated") : directory;
            stores.put(name, from != null && prepared(contestant, variant, directory, settings.keys(), settings.updates(),
                    compact ? "compact:" + from : "updates") ? directory : null);
        }
        return stores.get(name);
    }

    private boolean prepared(
            final String contestant, final String variant, final Path directory, final int keys, final int updates, final String detail)
            throws IOException {
        final Launcher.Said said = launcher.measure("prepare-" + contestant, "prepare",
                new Child.Task(contestant, directory, keys, updates, detail), TIMEOUT_SECONDS);
        said.figures().put("totalMs", said.doneNs() / NS_PER_MS);
        keep("prepare", contestant, variant, 1, said);
        return said.failure() == null && said.figures().getOrDefault("compacted", 1.0) > 0;
    }

    private void onStore(final String measure, final String contestant, final String variant, final int round) throws IOException {
        final Path store = store(contestant, variant);
        if (store != null) {
            measure(measure, contestant, variant, round, store.toString());
        }
    }

    private void onBothStores(final String measure, final String contestant, final int round) throws IOException {
        onStore(measure, contestant, "bloated", round);
        onStore(measure, contestant, "compact", round);
    }

    private Path compactOrOnlyStore(final String contestant) throws IOException {
        final Path compact = store(contestant, "compact");
        return compact == null ? store(contestant, "bloated") : compact;
    }

    private void lookup(final String contestant, final int round) throws IOException {
        final Path store = contestant.equals(Contestants.WRITE) ? null : compactOrOnlyStore(contestant);
        if (store != null) {
            keep("lookup", contestant, "compact", round, launcher.measure("lookup-" + contestant, "lookup",
                    new Child.Task(contestant, store, settings.keys(), settings.updates(), ""), TIMEOUT_SECONDS));
        }
    }

    // Growth and steady state take long by themselves, and are measured in the first round alone.
    private void pauses(final int round) throws IOException {
        for (final String kind : settings.pauses()) {
            final boolean isLong = kind.equals("growth") || kind.equals("steady");
            final boolean isOurs = !kind.equals(Contestants.ROCKSDB);
            final String contestant = isOurs ? Contestants.SLIPSTREAM : Contestants.ROCKSDB;
            final Path store = isOurs || !settings.contestants().contains(contestant) ? null : store(contestant, "bloated");
            if (settings.contestants().contains(contestant) && (isOurs || store != null) && (!isLong || round == settings.firstRun())) {
                final String rest = isOurs ? settings.results().resolve("pauses." + round + ".").toString() : store.toString();
                pause(kind, contestant, round, kind + ":" + settings.steadySeconds() + ":" + rest);
            }
        }
    }

    private void pause(final String kind, final String contestant, final int round, final String detail) throws IOException {
        final Path directory = Files.createDirectories((kind.equals("force") ? disk : memory).resolve("work"));
        final Child.Task task = new Child.Task(contestant, directory, settings.keys(), settings.updates(), detail);
        final Launcher.Said said = launcher.measure("pauses-" + kind, PausesMeasure.NAME, task, STEADY_TIMEOUT_SECONDS);
        keep(PausesMeasure.NAME, contestant, kind, round, said);
        for (int moment = 1; moment <= PausesMeasure.MOMENTS && said.figures().containsKey("moment" + moment); moment++) {
            final int updates = said.figures().get("moment" + moment).intValue();
            final Path store = directory.resolve("pauses").resolve("moment-" + moment);
            start(new Start("moment", contestant, String.valueOf(moment), store, settings.keys(), List.of(),
                    expected(Workload.lastRevisions(settings.keys(), updates))), round);
        }
        Directories.delete(directory);
    }

    private record Start(String measure, String contestant, String variant, Path store, int keys, List<String> mode, String expected) {
    }

    private static String expected(final long[] revisions) {
        return String.valueOf(Workload.expectedAnswers(revisions).sum());
    }

    private void start(final Start start, final int round) throws IOException {
        final Launcher.Said said = launcher.restart(start.measure + "-" + start.contestant, start.contestant, start.store, start.keys, start.mode,
                TIMEOUT_SECONDS);
        String failure = said.failure();
        final Map<String, Double> figures = new TreeMap<>();
        if (failure == null && !start.contestant.equals(Contestants.EMPTY) && !start.expected.equals(said.texts().get("answers"))) {
            failure = "wrong answers";
        }
        if (failure == null) {
            figures.put("totalMs", said.doneNs() / NS_PER_MS);
            figures.put("toMainMs", said.figures().get("mainAtMillis") - said.startedAtMillis());
            figures.put("openMs", said.figures().get("openNs") / NS_PER_MS);
            figures.put("answersMs", said.figures().get("answersNs") / NS_PER_MS);
            if (!start.contestant.equals(Contestants.EMPTY)) {
                figures.put("storeBytes", (double) Directories.length(start.store));
            }
        }
        keep(start.measure, start.contestant, start.variant, round, new Launcher.Said(failure, 0, 0, figures, said.texts()));
    }

    private void restarts() throws IOException {
        final String expected = expected(Workload.lastRevisions(settings.keys(), settings.updates()));
        final List<Start> starts = new ArrayList<>();
        starts.add(new Start("restart", Contestants.EMPTY, "bloated", memory, settings.keys(), List.of(), expected));
        final boolean pins = canPin();
        for (final String contestant : settings.contestants()) {
            if (contestant.equals(Contestants.WRITE)) {
                continue; // the same bytes as the buffered stream's, read the same way
            }
            for (final String variant : List.of("bloated", "compact")) {
                final Path store = store(contestant, variant);
                if (store != null) {
                    for (final List<String> mode : modes(contestant, variant, pins)) {
                        train(contestant, store, mode);
                        starts.add(new Start("restart", contestant, String.join("+", prepended(variant, mode)), store, settings.keys(), mode,
                                expected));
                    }
                }
            }
        }
        rounds(starts, settings.restarts());
    }

    private void rounds(final List<Start> starts, final int rounds) throws IOException {
        for (int round = 1; round <= rounds; round++) {
            for (final Start start : starts) {
                start(start, round);
            }
        }
    }

    private static List<String> prepended(final String variant, final List<String> mode) {
        final List<String> words = new ArrayList<>(List.of(variant));
        words.addAll(mode);
        return words;
    }

    // An archive of classes is worth little to those that read a long log into a map.
    private static List<List<String>> modes(final String contestant, final String variant, final boolean pins) {
        final List<List<String>> modes = new ArrayList<>(List.of(List.of()));
        final boolean reads = contestant.equals(Contestants.BUFFERED) || contestant.equals(Contestants.CHRONICLE_QUEUE);
        if (!reads || variant.equals("compact")) {
            modes.add(List.of("cds"));
        }
        if (contestant.equals(Contestants.SLIPSTREAM)) {
            modes.add(List.of("jar"));
            modes.add(List.of("jar", "cds"));
            if (pins) {
                modes.add(List.of(ONE_CORE));
            }
        }
        return modes;
    }

    // The archive of classes is written by a first run of the same kind.
    private void train(final String contestant, final Path store, final List<String> mode) throws IOException {
        if (mode.contains("cds")) {
            final List<String> training = new ArrayList<>(mode);
            training.add("train");
            launcher.restart("train-" + contestant, contestant, store, settings.keys(), training, TIMEOUT_SECONDS);
        }
    }

    private static boolean canPin() {
        return Runtime.getRuntime().availableProcessors() > 1 && Files.isExecutable(Path.of("/usr/bin/taskset"));
    }

    /** Restart time against live keys: ours, compact. */
    private void keys() throws IOException {
        final List<Start> starts = new ArrayList<>();
        final long largest = Math.min(LARGEST_SCALE, 10L * settings.keys());
        for (int keys = 1_000; keys <= largest; keys *= 10) {
            final Path store = memory.resolve("keys-" + keys);
            if (settings.contestants().contains(Contestants.SLIPSTREAM)
                    && prepared(Contestants.SLIPSTREAM, "keys-" + keys, store, keys, keys, "once")) {
                starts.add(new Start("keys", Contestants.SLIPSTREAM, String.valueOf(keys), store, keys, List.of(),
                        expected(Workload.onceRevisions(keys))));
            }
        }
        rounds(starts, settings.restarts());
        deleteStores(starts);
    }

    /** Restart time against the log's length: ours and by hand. */
    private void lengths() throws IOException {
        final List<Start> starts = new ArrayList<>();
        final int keys = settings.scalingKeys();
        for (final int updatesAKey : UPDATES_A_KEY) {
            final int updates = keys * updatesAKey;
            final String expected = expected(Workload.lastRevisions(keys, updates));
            for (final String contestant : settings.contestants()) {
                final Path store = memory.resolve("length-" + contestant + "-" + updatesAKey);
                if (oursAndByHand().contains(contestant)
                        && prepared(contestant, "length-" + updatesAKey, store, keys, updates, "updates")) {
                    starts.add(new Start("length", contestant, String.valueOf(updatesAKey), store, keys, List.of(), expected));
                }
            }
        }
        rounds(starts, settings.restarts());
        deleteStores(starts);
    }

    private static void deleteStores(final List<Start> starts) throws IOException {
        for (final Start start : starts) {
            Directories.delete(start.store);
        }
    }

    /** Restarts from the disk, nothing of it in memory: neither the store nor the JVM. */
    private void cold() throws IOException {
        if (!Files.isWritable(DROP_CACHES)) {
            System.err.println("cold: this machine does not let the page cache be dropped");
            return;
        }
        final String expected = expected(Workload.lastRevisions(settings.keys(), settings.updates()));
        final Map<String, Start> starts = new LinkedHashMap<>();
        for (final String contestant : settings.contestants()) {
            for (final String variant : List.of("bloated", "compact")) {
                final Path store = contestant.equals(Contestants.WRITE) ? null : store(contestant, variant);
                if (store != null) {
                    final Path copy = Files.createDirectories(disk.resolve(contestant + "-" + variant));
                    Directories.copy(store, copy);
                    starts.put(contestant + variant,
                            new Start("restart", contestant, variant + "+cold", copy, settings.keys(), List.of(), expected));
                }
            }
        }
        for (int round = 1; round <= COLD_ROUNDS; round++) {
            for (final Start start : starts.values()) {
                dropCaches();
                start(start, round);
            }
        }
        deleteStores(List.copyOf(starts.values()));
    }

    private static void dropCaches() throws IOException {
        try {
            final Process sync = new ProcessBuilder("sync").inheritIO().start();
            sync.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        Files.writeString(DROP_CACHES, "3");
    }
}
