package io.slipstream.testkit.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a run is told, by system properties; {@link Peers} says which. */
record Settings(
        List<String> contestants, Set<String> parts, Set<String> pauses, int steadySeconds, int runs, int firstRun, int restarts, int keys,
        int updates, Path memory, Path disk, Path output, Path pictures) {
    private static final int SCALING_KEYS = 100_000;
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    static Settings fromProperties() {
        final Path output = Path.of(property("peers.output", "target/peers")).toAbsolutePath();
        final String memory = Files.isWritable(SHARED_MEMORY) ? SHARED_MEMORY.toString() : output.toString();
        final String contestants = property("peers", "all");
        final String parts = property("peers.only", "all");
        final String pauses = property("peers.pauses", "all");
        return new Settings(
                contestants.equals("all") ? Contestants.ALL : List.of(contestants.split(",")),
                new TreeSet<>(parts.equals("all") ? Peers.PARTS : List.of(parts.split(","))),
                new TreeSet<>(pauses.equals("all") ? PausesMeasure.KINDS : List.of(pauses.split(","))),
                number("peers.steady", 600),
                number("peers.runs", 3),
                number("peers.first", 1),
                number("peers.restarts", 5),
                number("peers.keys", 1_000_000),
                number("peers.updates", 5_000_000),
                Path.of(property("peers.memory", memory)),
                Path.of(property("peers.disk", output.toString())),
                output,
                Path.of(property("peers.pictures", output.toString())).toAbsolutePath());
    }

    private static String property(final String name, final String otherwise) {
        final String value = System.getProperty(name, "");
        return value.isBlank() ? otherwise : value.strip();
    }

    private static int number(final String name, final int otherwise) {
        return Integer.parseInt(property(name, String.valueOf(otherwise)).replace("_", ""));
    }

    /** Results of other sizes are kept apart. */
    Path results() {
        return output.resolve("results-" + keys + "-" + updates);
    }

    /** Live keys of the logs that grow longer. */
    int scalingKeys() {
        return Math.min(SCALING_KEYS, keys);
    }

    boolean has(final String part) {
        return parts.contains(part);
    }
}
