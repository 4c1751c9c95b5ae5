package io.slipstream.testkit.peers;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The time of every single append, room made beforehand, after a warm-up into the same store; a checkpoint counts for the update that it
 * follows. The timer is part of it: the contestant "empty" shows how much. "put" is the same without the updates that a checkpoint follows.
 */
final class LatencyMeasure {
    static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 99.999};
    static final String[] NAMES = {"p50", "p90", "p99", "p99_9", "p99_99", "p99_999"};

    private static final int LONGEST_RUN = 2_000_000;
    private static final int BATCH = 10_000;
    private static final long LONGEST_NS = 60_000_000_000L;

    private final Histogram all = new Histogram(1, LONGEST_NS, 3);
    private final Histogram puts = new Histogram(1, LONGEST_NS, 3);

    private LatencyMeasure() {
    }

    static int updates(final int ofWorkload) {
        return Math.min(LONGEST_RUN, ofWorkload);
    }

    static void run(final Child.Task task) throws IOException {
        final int updates = updates(task.updates());
        final int warmUp = updates / 2;
        final LatencyMeasure measure = new LatencyMeasure();
        final Path directory = Directories.fresh(task.directory().resolve("latency"));
        final Workload workload = Workload.updates(task.keys());
        try (Contestant contestant = Contestants.of(task.contestant())) {
            contestant.create(directory, task.keys(), warmUp + updates, Contestants.gainsByRoom(task.contestant()));
            measure.append(contestant, workload, 1, warmUp);
            measure.all.reset();
            measure.puts.reset();
            System.gc();
            measure.append(contestant, workload, warmUp + 1, warmUp + updates);
        }
        Directories.delete(directory);
        measure.report("", measure.all);
        measure.report("put.", measure.puts);
        measure.keep(Path.of(task.detail()));
    }

    private void append(final Contestant contestant, final Workload workload, final int first, final int last) throws IOException {
        int next = first;
        while (next <= last) {
            final int lastOfBatch = Math.min(last, next + BATCH - 1);
            batch(contestant, workload, next, lastOfBatch);
            next = lastOfBatch + 1;
        }
    }

    private void batch(final Contestant contestant, final Workload workload, final int first, final int last) throws IOException {
        for (int i = first; i <= last; i++) {
            workload.nextUpdate(i);
            final boolean checkpoint = i % Workload.CHECKPOINT_INTERVAL == 0;
            final long before = System.nanoTime();
            contestant.put(workload.key, workload.value, i);
            if (checkpoint) {
                contestant.checkpoint(i);
            }
            final long ns = System.nanoTime() - before;
            all.recordValue(ns);
            if (!checkpoint) {
                puts.recordValue(ns);
            }
        }
    }

    private void report(final String prefix, final Histogram histogram) {
        for (int i = 0; i < PERCENTILES.length; i++) {
            Report.figure(prefix + NAMES[i], histogram.getValueAtPercentile(PERCENTILES[i]));
        }
        Report.figure(prefix + "max", histogram.getMaxValue());
        Report.figure(prefix + "mean", histogram.getMean());
    }

    private void keep(final Path file) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(all.getNeededByteBufferCapacity());
        final int length = all.encodeIntoCompressedByteBuffer(bytes);
        Files.write(file, Arrays.copyOf(bytes.array(), length));
        try (PrintStream out = new PrintStream(file + ".txt", StandardCharsets.UTF_8)) {
            all.outputPercentileDistribution(out, 1.0);
        }
    }
}
