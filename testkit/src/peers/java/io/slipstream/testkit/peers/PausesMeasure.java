package io.slipstream.testkit.peers;

import io.slipstream.LogStats;
import io.slipstream.MaintenanceMode;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * What a writer feels of its log's maintenance, which has a thread of its own. The detail, separated by colons: what goes on beside it; for how many
 * seconds at least; where histograms go, or the directory of the store that is compacted by itself. Every JVM first compacts a smaller log beside its
 * writer, three times: it compiles the code of a handover once it has seen some.
 */
final class PausesMeasure {
    static final String NAME = "pauses";
    static final List<String> KINDS = List.of("compaction", "idle", "force", "growth", "steady", "rocksdb");
    static final int MOMENTS = 3;

    private static final int WARM_UPS = 3;
    private static final int MOST_WARM_UPS = 10;
    private static final int UPDATES_PER_SECOND = 500_000;
    private static final int GROWTHS = 100;
    private static final int GROWTHS_IN_SMALL = 20;

    private static final int FORCED_UPDATES_PER_SECOND = 100_000;
    private static final long FORCE_INTERVAL_NS = 10_000_000;
    private static final double FORCED_SECONDS = 10;
    private static final double WINDOW_SECONDS = 2;
    private static final double SETTLING_SECONDS = 1;
    private static final long SAMPLE_NS = 1_000_000_000L;
    private static final int OPEN_EVERY = 10;
    private static final long IDLE_NS = 1_000_000;
    private static final double NS_PER_MS = 1e6;
    private static final double NS_PER_SECOND = 1e9;

    private final Child.Task task;
    private final String kind;
    private final int steadySeconds;
    private final String histograms;
    private final Path directory;

    private PausesMeasure(final Child.Task task) throws IOException {
        this.task = task;
        final String[] words = task.detail().split(":", 3);
        this.kind = words[0];
        this.steadySeconds = Integer.parseInt(words[1]);
        this.histograms = words[2];
        this.directory = Directories.fresh(task.directory().resolve("pauses"));
    }

    static void run(final Child.Task task) throws IOException {
        final PausesMeasure measure = new PausesMeasure(task);
        if (measure.kind.equals("rocksdb")) {
            measure.rocksDb();
            return;
        }
        measure.warmUp();
        switch (measure.kind) {
            case "compaction" -> measure.compaction();
            case "idle" -> measure.idle();
            case "growth" -> measure.growth();
            case "force" -> measure.force();
            case "steady" -> measure.steady();
            default -> throw new IllegalArgumentException("no such pause: " + measure.kind);
        }
        if (!measure.kind.equals("steady")) {
            Directories.delete(measure.directory);
        }
    }

    private Path file() {
        return SlipstreamContestant.file(directory);
    }

    private static SnapshotLog.Context context() {
        return new SnapshotLog.Context().maintenance(MaintenanceMode.RUNNER);
    }

    // Compacts when it is asked to, and at no other time.
    private static SnapshotLog.Context onRequest() {
        return context().compactionFloor(Long.MAX_VALUE);
    }

    private void warmUp() throws IOException {
        final Path warm = Directories.fresh(task.directory().resolve("warm"));
        try (SnapshotLog log = SnapshotLog.open(SlipstreamContestant.file(warm), onRequest())) {
            final Workload workload = Workload.updates(task.keys());
            final int filled = task.updates() / 5;
            PacedLoad.fill(log, workload, 1, filled);
            try (PacedLoad load = new PacedLoad(log, workload, filled, kind.equals("force") ? FORCED_UPDATES_PER_SECOND : UPDATES_PER_SECOND)) {
                for (int i = 0; i < MOST_WARM_UPS && log.stats().compactions() < WARM_UPS; i++) { // code that is not compiled yet may not keep up
                    load.runFor(SETTLING_SECONDS);
                    compactBeside(log, load);
                }
                Report.figure("warmUpCompactions", log.stats().compactions());
                load.requestForce();
                load.reset();
                load.runFor(SETTLING_SECONDS);
                load.report("warm."); // or the first report would load classes while it is measured
            }
        }
        Directories.delete(warm);
        System.gc();
    }

    private static void compactBeside(final SnapshotLog log, final PacedLoad load) throws IOException {
        final LogStats before = log.stats();
        final long ended = before.compactions() + before.failedCompactions();
        log.requestCompaction();
        load.run(() -> log.stats().compactions() + log.stats().failedCompactions() == ended);
    }

    /**
     * Without a compaction, with a thread in place of one, with one; and twice with a call that does nothing in place of the append: without and with that
     * thread.
     */
    private void compaction() throws IOException {
        try (SnapshotLog log = SnapshotLog.open(file(), onRequest())) {
            final Workload workload = Workload.updates(task.keys());
            final int filled = Math.max(task.updates() / 5, task.updates() - (int) ((2 * WINDOW_SECONDS + SETTLING_SECONDS) * UPDATES_PER_SECOND));
            PacedLoad.fill(log, workload, 1, filled);
            try (PacedLoad load = new PacedLoad(log, workload, filled, UPDATES_PER_SECOND)) {
                load.runFor(SETTLING_SECONDS);
                load.reset();
                load.runFor(WINDOW_SECONDS);
                tell(load, "none");
                besideSpinner(load);
                tell(load, "spinner");
                load.standIn(true);
                load.reset();
                load.runFor(WINDOW_SECONDS);
                tell(load, "nothing");
                besideSpinner(load);
                tell(load, "nothingBesideSpinner");
                load.standIn(false);
                Report.figure("before", load.revision());
                load.reset();
                compactBeside(log, load);
                tell(load, "compaction");
            }
            report(log);
        }
    }

    private void tell(final PacedLoad load, final String beside) throws IOException {
        load.report(beside + ".");
        load.keep(Path.of(histograms + beside + ".hdr"));
    }

    private static void besideSpinner(final PacedLoad load) throws IOException {
        final AtomicBoolean enough = new AtomicBoolean();
        final Thread spinner = new Thread(() -> {
            while (!enough.get()) {
                Thread.onSpinWait();
            }
        }, "spinner");
        spinner.start();
        load.reset();
        load.runFor(WINDOW_SECONDS);
        enough.set(true);
        try {
            spinner.join();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void report(final SnapshotLog log) {
        final LogStats stats = log.stats();
        Report.figure("compactionMs", stats.lastCompactionNanos() / NS_PER_MS);
        Report.figure("longestSwitchNs", stats.longestSwitchNanos());
        Report.figure("growths", stats.growths());
        Report.figure("growthsByWriter", stats.growthsByWriter());
        Report.figure("failedCompactions", stats.failedCompactions());
        Report.figure("length", stats.length());
    }

    private void rocksDb() throws IOException {
        try (RocksDbContestant contestant = new RocksDbContestant()) {
            contestant.compact(Path.of(histograms), directory);
            Report.figure("compactionMs", contestant.compactionNs() / NS_PER_MS);
        }
        Directories.delete(directory);
    }

    /** How long a compaction takes beside a writer that does next to nothing: the first, and one after as many updates again as there are keys. */
    private void idle() throws IOException {
        try (SnapshotLog log = SnapshotLog.open(file(), onRequest())) {
            final Workload workload = Workload.updates(task.keys());
            PacedLoad.fill(log, workload, 1, task.updates());
            compactIdle(log);
            report(log);
            PacedLoad.fill(log, workload, task.updates() + 1, task.updates() + task.keys());
            compactIdle(log);
            Report.figure("secondCompactionMs", log.stats().lastCompactionNanos() / NS_PER_MS);
        }
    }

    private void compactIdle(final SnapshotLog log) throws IOException {
        pause(SETTLING_SECONDS * NS_PER_SECOND);
        final long before = log.stats().compactions();
        log.requestCompaction();
        while (log.stats().compactions() == before) {
            pause(IDLE_NS);
            log.checkpoint(task.updates());
        }
    }

    private static void pause(final double ns) {
        final long end = System.nanoTime() + (long) ns;
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    /** As many segments as wanted, one after the other. */
    private void growth() throws IOException {
        final int growths = task.updates() < UPDATES_PER_SECOND ? GROWTHS_IN_SMALL : GROWTHS;
        try (SnapshotLog log = SnapshotLog.open(file(), onRequest())) {
            final Workload workload = Workload.updates(task.keys());
            PacedLoad.fill(log, workload, 1, task.updates() / 5); // the first segments are shorter
            try (PacedLoad load = new PacedLoad(log, workload, task.updates() / 5, UPDATES_PER_SECOND)) {
                load.runFor(SETTLING_SECONDS);
                final long before = log.stats().growths();
                load.reset();
                load.run(() -> log.stats().growths() - before < growths);
                final double seconds = load.secondsSinceStart();
                tell(load, "growth");
                load.standIn(true);
                load.reset();
                load.runFor(seconds);
                tell(load, "nothing");
            }
            report(log);
        }
    }

    /** Forces asked for again and again; on a disk. */
    private void force() throws IOException {
        try (SnapshotLog log = SnapshotLog.open(file(), onRequest())) {
            final Workload workload = Workload.updates(task.keys());
            final int filled = task.updates() / 5;
            PacedLoad.fill(log, workload, 1, filled);
            log.force();
            try (PacedLoad load = new PacedLoad(log, workload, filled, FORCED_UPDATES_PER_SECOND)) {
                final Forces warm = new Forces(log, load, SETTLING_SECONDS);
                load.run(warm);
                load.reset();
                load.runFor(WINDOW_SECONDS);
                tell(load, "unforced");
                final Forces forces = new Forces(log, load, FORCED_SECONDS);
                load.reset();
                load.run(forces);
                tell(load, "force");
                Report.figure("forces", forces.took.getTotalCount());
                Report.figure("forceP50Ns", forces.took.getValueAtPercentile(50));
                Report.figure("forceLongestNs", forces.took.getMaxValue());
            }
            report(log);
        }
    }

    // A batch takes as long as the interval: a force asked for after one is answered after another, or later.
    private static final class Forces implements PacedLoad.Step {
        private final SnapshotLog log;
        private final PacedLoad load;
        private final long end;
        private final Histogram took = new Histogram(1, 60_000_000_000L, 3);
        private long nextForce = System.nanoTime();
        private long forces;

        Forces(final SnapshotLog log, final PacedLoad load, final double seconds) {
            this.log = log;
            this.load = load;
            this.end = System.nanoTime() + (long) (seconds * NS_PER_SECOND);
            this.forces = log.stats().forces();
        }

        @Override
        public boolean next() {
            final LogStats stats = log.stats();
            if (stats.forces() != forces) {
                forces = stats.forces();
                took.recordValue(stats.lastForceNanos());
            }
            final long now = System.nanoTime();
            if (now >= nextForce) {
                nextForce += FORCE_INTERVAL_NS;
                load.requestForce();
            }
            return now < end;
        }
    }

    /** The policy as it comes. */
    private void steady() throws IOException {
        try (SnapshotLog log = SnapshotLog.open(file(), context())) {
            final Workload workload = Workload.updates(task.keys());
            PacedLoad.fill(log, workload, 1, task.updates() / 5);
            try (PacedLoad load = new PacedLoad(log, workload, task.updates() / 5, UPDATES_PER_SECOND)) {
                load.runFor(5 * SETTLING_SECONDS);
                final Samples samples = new Samples(log, load);
                load.reset();
                while (samples.moments * OPEN_EVERY < steadySeconds) {
                    samples.seconds = 0;
                    load.run(samples);
                    samples.open();
                }
                tell(load, "steady");
                samples.report();
            }
            report(log);
            Report.figure("compactions", log.stats().compactions());
        }
    }

    private final class Samples implements PacedLoad.Step {
        private final SnapshotLog log;
        private final PacedLoad load;
        private final Histogram lengths = new Histogram(3); // per cent of what is live
        private final Histogram fileLengths = new Histogram(3);
        private final Histogram opens = new Histogram(3); // us
        private long nextSample = System.nanoTime() + SAMPLE_NS;
        private int seconds;
        private int moments;

        Samples(final SnapshotLog log, final PacedLoad load) {
            this.log = log;
            this.load = load;
        }

        @Override
        public boolean next() {
            final long now = System.nanoTime();
            if (now < nextSample) {
                return true;
            }
            nextSample += SAMPLE_NS;
            final LogStats stats = log.stats();
            lengths.recordValue(100 * stats.length() / stats.liveBytes());
            fileLengths.recordValue(100 * file().toFile().length() / stats.liveBytes());
            return ++seconds < OPEN_EVERY;
        }

        // As if the process had died now: nothing else runs, the log is as long as it is.
        void open() throws IOException {
            moments++;
            final Path copy = directory.resolve("moment");
            Files.copy(file(), copy, StandardCopyOption.REPLACE_EXISTING);
            pause(2 * SETTLING_SECONDS * NS_PER_SECOND); // maintenance comes to where it waits for the writer
            final long before = System.nanoTime();
            final long ns;
            try (SnapshotView view = SnapshotView.open(copy)) {
                ns = System.nanoTime() - before;
            }
            opens.recordValue(ns / 1_000);
            if (moments <= MOMENTS) {
                final Path kept = Directories.fresh(directory.resolve("moment-" + moments));
                Files.move(copy, SlipstreamContestant.file(kept));
                Report.figure("moment" + moments, load.revision());
            }
            System.gc();
            nextSample = System.nanoTime() + SAMPLE_NS;
        }

        void report() {
            Report.figure("lengthPercentMedian", lengths.getValueAtPercentile(50));
            Report.figure("lengthPercentMost", lengths.getMaxValue());
            Report.figure("fileLengthPercentMedian", fileLengths.getValueAtPercentile(50));
            Report.figure("fileLengthPercentMost", fileLengths.getMaxValue());
            Report.figure("openMsMedian", opens.getValueAtPercentile(50) / 1_000.0);
            Report.figure("openMsMost", opens.getMaxValue() / 1_000.0);
            Report.figure("samples", lengths.getTotalCount());
            Report.figure("moments", moments);
        }
    }
}
