package io.slipstream.testkit.peers;

import io.slipstream.SnapshotLog;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Updates at a steady rate: each is due at its own time, set beforehand, whatever became of the one before. What is timed is the call; a checkpoint
 * counts for the update that it follows. Of every call that takes long the thread's run delay is told, which it could not help.
 *
 * <p>One thread. Nothing is allocated while it runs.
 */
final class PacedLoad implements AutoCloseable {
    private static final int BATCH = 1_000;
    private static final int LONG_NS = 30_000;
    private static final int GAP_NS = 10_000;
    private static final int MAX_LONG = 10_000;
    private static final int SHOWN = 6;
    private static final int STAND_IN_NS = 50;
    private static final long LONGEST_NS = 60_000_000_000L;
    private static final double NS_PER_MS = 1e6;
    private static final double NS_PER_SECOND = 1e9;

    private final SnapshotLog log;
    private final Workload workload;
    private final double intervalNs;
    private final RunDelay delay = new RunDelay();
    private final UnsafeBuffer key;
    private final UnsafeBuffer value;
    private final Histogram histogram = new Histogram(1, LONGEST_NS, 3);
    private final Histogram late = new Histogram(1, LONGEST_NS, 3);
    private final long[] longAt = new long[MAX_LONG];
    private final long[] longNs = new long[MAX_LONG];
    private final long[] longDelayNs = new long[MAX_LONG];
    private final long[] longFaults = new long[MAX_LONG];
    private int longCount;
    private int growthsByWriter;
    private double stolenMs;
    private long delayNs;
    private long faults;
    private long startNs;
    private double due;
    private int revision;
    private boolean forceDue;
    private boolean standsIn;
    private long ticket;

    /** What is done between two batches, outside the clock; says whether to go on. */
    interface Step {
        boolean next() throws IOException;
    }

    PacedLoad(final SnapshotLog log, final Workload workload, final int revision, final int updatesPerSecond) throws IOException {
        this.log = log;
        this.workload = workload;
        this.revision = revision;
        this.intervalNs = NS_PER_SECOND / updatesPerSecond;
        this.key = new UnsafeBuffer(workload.key);
        this.value = new UnsafeBuffer(workload.value);
    }

    /** Appends as fast as it goes. */
    static void fill(final SnapshotLog log, final Workload workload, final int first, final int last) throws IOException {
        int next = first;
        while (next <= last) {
            final int lastOfBatch = Math.min(last, next + BATCH - 1);
            fillBatch(log, workload, next, lastOfBatch);
            next = lastOfBatch + 1;
        }
    }

    private static void fillBatch(final SnapshotLog log, final Workload workload, final int first, final int last) throws IOException {
        final UnsafeBuffer key = new UnsafeBuffer(workload.key);
        final UnsafeBuffer value = new UnsafeBuffer(workload.value);
        for (int i = first; i <= last; i++) {
            workload.nextUpdate(i);
            log.put(key, 0, Workload.KEY_LENGTH, value, 0, Workload.VALUE_LENGTH, i);
            if (i % Workload.CHECKPOINT_INTERVAL == 0) {
                log.checkpoint(i);
            }
        }
    }

    /** What was measured so far is forgotten. */
    void reset() throws IOException {
        histogram.reset();
        late.reset();
        longCount = 0;
        faults = 0;
        growthsByWriter = (int) log.stats().growthsByWriter();
        stolenMs = Stolen.ms();
        delayNs = 0;
        delay.sinceNs();
        delay.faultsSince();
        startNs = System.nanoTime();
        due = startNs;
    }

    /** Revision of the last update. */
    int revision() {
        return revision;
    }

    /** The next update asks for a force, too. */
    void requestForce() {
        forceDue = true;
    }

    /** Whether the call that is timed only waits for about as long as an append takes, with nothing but the clock in use: what is left is the machine's. */
    void standIn(final boolean whether) {
        standsIn = whether;
    }

    /** How long ago this began to run. */
    double secondsSinceStart() {
        return (System.nanoTime() - startNs) / NS_PER_SECOND;
    }

    /** What to ask the log about the last force. */
    long ticket() {
        return ticket;
    }

    /** Goes on until the step says that it is enough, which is asked after each batch. */
    void run(final Step step) throws IOException {
        startNs = System.nanoTime();
        due = startNs;
        do {
            batch();
            faults += delay.faultsSince();
        } while (step.next());
    }

    /** As {@link #run}, for so long. */
    void runFor(final double seconds) throws IOException {
        final long end = System.nanoTime() + (long) (seconds * NS_PER_SECOND);
        run(() -> System.nanoTime() < end);
    }

    private void batch() throws IOException {
        delayNs += delay.sinceNs();
        for (int i = 0; i < BATCH; i++) {
            due += intervalNs;
            await((long) due);
            one();
        }
    }

    private void await(final long time) throws IOException {
        long now = System.nanoTime();
        while (now < time) {
            Thread.onSpinWait();
            final long next = System.nanoTime();
            if (next - now > GAP_NS) {
                delayNs += delay.sinceNs(); // it was held up here, and not in the call to come
            }
            now = next;
        }
        late.recordValue(now - time);
    }

    private void one() throws IOException {
        final long before;
        if (standsIn) {
            before = System.nanoTime();
            waitFor(STAND_IN_NS, before);
        } else {
            final int i = ++revision;
            workload.nextUpdate(i);
            before = System.nanoTime();
            append(i);
        }
        final long ns = System.nanoTime() - before;
        histogram.recordValue(ns);
        if (ns > LONG_NS) {
            tookLong(before, ns);
        }
    }

    private static void waitFor(final int ns, final long since) {
        long now = since;
        while (now - since < ns) {
            now = System.nanoTime();
        }
    }

    private void append(final int i) throws IOException {
        log.put(key, 0, Workload.KEY_LENGTH, value, 0, Workload.VALUE_LENGTH, i);
        if (i % Workload.CHECKPOINT_INTERVAL == 0) {
            log.checkpoint(i);
        }
        if (forceDue) {
            ticket = log.requestForce();
            forceDue = false;
        }
    }

    private void tookLong(final long at, final long ns) throws IOException {
        final long delayedNs = delay.sinceNs();
        delayNs += delayedNs;
        final long faultsNow = delay.faultsSince();
        faults += faultsNow;
        if (longCount < MAX_LONG) {
            longAt[longCount] = at;
            longNs[longCount] = ns;
            longDelayNs[longCount] = delayedNs;
            longFaults[longCount] = faultsNow;
            longCount++;
        }
    }

    private long lessDelayNs(final int i) {
        return Math.max(0, longNs[i] - longDelayNs[i]);
    }

    /** Tells what was measured since the last {@link #reset}. */
    void report(final String prefix) throws IOException {
        for (int i = 0; i < LatencyMeasure.PERCENTILES.length; i++) {
            Report.figure(prefix + LatencyMeasure.NAMES[i], histogram.getValueAtPercentile(LatencyMeasure.PERCENTILES[i]));
        }
        Report.figure(prefix + "longestNs", histogram.getMaxValue());
        long lessDelay = Math.min(LONG_NS, histogram.getMaxValue());
        final List<Integer> places = new ArrayList<>();
        for (int i = 0; i < longCount; i++) {
            lessDelay = Math.max(lessDelay, lessDelayNs(i));
            places.add(i);
        }
        Report.figure(prefix + "longestLessDelayNs", lessDelay);
        Report.figure(prefix + "over30us", longCount);
        Report.figure(prefix + "updates", histogram.getTotalCount());
        Report.figure(prefix + "faults", faults);
        Report.figure(prefix + "growthsByWriter", log.stats().growthsByWriter() - growthsByWriter);
        Report.figure(prefix + "runDelayMs", delayNs / NS_PER_MS);
        Report.figure(prefix + "stolenMs", Stolen.ms() - stolenMs);
        Report.figure(prefix + "startedLate99Ns", late.getValueAtPercentile(99));
        places.sort((one, other) -> Long.compare(lessDelayNs(other), lessDelayNs(one)));
        for (int i = 0; i < Math.min(SHOWN, places.size()); i++) {
            final int place = places.get(i);
            Report.text(prefix + "long" + (i + 1), String.format(Locale.ROOT, "at %.3f ms: %d ns, less delay %d, faults %d, %s",
                    (longAt[place] - startNs) / NS_PER_MS, longNs[place], lessDelayNs(place), longFaults[place],
                    Safepoints.during(longAt[place], longAt[place] + longNs[place])));
        }
    }

    /** Keeps the histogram in {@code file}. */
    void keep(final Path file) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        final int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        Files.write(file, Arrays.copyOf(bytes.array(), length));
        try (PrintStream out = new PrintStream(file + ".txt", StandardCharsets.UTF_8)) {
            histogram.outputPercentileDistribution(out, 1.0);
        }
    }

    @Override
    public void close() throws IOException {
        delay.close();
    }
}
