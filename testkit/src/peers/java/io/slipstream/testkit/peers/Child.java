package io.slipstream.testkit.peers;

import java.nio.file.Path;

/** One measurement of one contestant, in a JVM of its own. Arguments: measurement, contestant, directory, keys, updates, and what else it takes. */
public final class Child {
    private Child() {
    }

    /** What every measurement is told. */
    record Task(String contestant, Path directory, int keys, int updates, String detail) {
    }

    /** As the class says. */
    public static void main(final String[] args) throws Exception {
        final Task task = new Task(args[1], Path.of(args[2]), Integer.parseInt(args[3]), Integer.parseInt(args[4]), args.length > 5 ? args[5] : "");
        switch (args[0]) {
            case "append" -> AppendMeasure.run(task);
            case "latency" -> LatencyMeasure.run(task);
            case "prepare" -> PrepareMeasure.run(task);
            case "lookup" -> LookupMeasure.run(task);
            case "warm" -> LargeMeasures.warm(task);
            case "shapes" -> ShapesMeasure.run(task);
            case "compaction" -> LargeMeasures.compaction(task);
            case "load" -> LargeMeasures.load(task);
            case "heap" -> LargeMeasures.heap(task);
            case "pauses" -> PausesMeasure.run(task);
            case "crash-write" -> CrashMeasure.write(task);
            case "crash-read" -> CrashMeasure.read(task);
            default -> throw new IllegalArgumentException("no such measurement: " + args[0]);
        }
        System.out.println("done");
        System.out.flush();
        // Not every contestant ends the threads it began.
        Runtime.getRuntime().halt(0);
    }
}
