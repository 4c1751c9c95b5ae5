package io.slipstream.testkit.peers;

import io.slipstream.KvEntry;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.Map;

/** W as a whole: compaction, owned loads, heap. Ours and by hand. The detail names the directory of a store, which is not changed. */
final class LargeMeasures {
    private static final int WARM_UP_KEYS = 20_000;
    private static final int WARM_UP_UPDATES = 5 * WARM_UP_KEYS;
    private static final int WARM_UPS = 10;
    private static final int OPENS = 6;
    private static final double NS_PER_MS = 1e6;

    private LargeMeasures() {
    }

    private static boolean isOurs(final Child.Task task) {
        return task.contestant().equals(Contestants.SLIPSTREAM);
    }

    /**
     * Stop-the-world: read, rewritten, forced, renamed over the old; ours sorted, by hand not. The code is warm, as in a process that was
     * running.
     */
    static void compaction(final Child.Task task) throws IOException {
        final Path small = Directories.fresh(task.directory().resolve("small"));
        try (Contestant contestant = Contestants.of(task.contestant())) {
            contestant.create(small, WARM_UP_KEYS, WARM_UP_UPDATES, false);
            Appending.append(contestant, Workload.updates(WARM_UP_KEYS), WARM_UP_UPDATES);
        }
        for (int i = 0; i < WARM_UPS; i++) {
            compactedMs(task, small);
        }
        Report.figure("compactionMs", compactedMs(task, Path.of(task.detail())));
        Directories.delete(small);
    }

    private static double compactedMs(final Child.Task task, final Path store) throws IOException {
        final Path copy = Directories.fresh(task.directory().resolve("compaction"));
        Directories.copy(store, copy);
        final long ns;
        if (isOurs(task)) {
            try (SnapshotLog log = SnapshotLog.open(SlipstreamContestant.file(copy))) {
                final long before = System.nanoTime();
                log.compact();
                ns = System.nanoTime() - before;
            }
        } else {
            try (Contestant contestant = Contestants.of(task.contestant())) {
                final long before = System.nanoTime();
                contestant.compact(copy, copy);
                ns = System.nanoTime() - before;
            }
        }
        Directories.delete(copy);
        return ns / NS_PER_MS;
    }

    /**
     * An owned map of a store, in a fresh JVM; then each entry of it gone through once; then what heap it takes. Ours leaves the log compact, as its
     * contract says; by hand nothing is rewritten.
     */
    static void load(final Child.Task task) throws IOException {
        final Path copy = Directories.fresh(task.directory().resolve("load"));
        Directories.copy(Path.of(task.detail()), copy);
        final long before = System.nanoTime();
        Map<String, ?> map = owned(task, copy);
        Report.figure("entries", map.size());
        Report.figure("loadMs", (System.nanoTime() - before) / NS_PER_MS);
        Report.figure("bytes", goThrough(map));
        Report.figure("loadAndGoThroughMs", (System.nanoTime() - before) / NS_PER_MS);
        final long used = usedHeap();
        Reference.reachabilityFence(map);
        map = null;
        Report.figure("ownedHeapBytesPerKey", (double) (used - usedHeap()) / task.keys());
        Directories.delete(copy);
    }

    private static Map<String, ?> owned(final Child.Task task, final Path store) throws IOException {
        if (isOurs(task)) {
            return Snapshot.load(SlipstreamContestant.file(store)).orElseThrow().entries();
        }
        final HandWrittenContestant contestant = new HandWrittenContestant(true);
        contestant.open(store);
        return contestant.map();
    }

    private static long goThrough(final Map<String, ?> map) {
        long bytes = 0;
        for (final Map.Entry<String, ?> entry : map.entrySet()) {
            bytes += entry.getKey().length() + valueLength(entry.getValue());
        }
        return bytes;
    }

    private static int valueLength(final Object entry) {
        return entry instanceof KvEntry ours ? ours.value().length : ((HandWrittenContestant.Entry) entry).value.length;
    }

    /** The same store opened again and again in one JVM: what the first time costs more is class loading, interpretation and a heap that grows. */
    static void warm(final Child.Task task) throws IOException {
        double ms = 0;
        for (int i = 0; i < OPENS; i++) {
            final long before = System.nanoTime();
            try (Contestant contestant = Contestants.of(task.contestant())) {
                contestant.open(Path.of(task.detail()));
                ms = (System.nanoTime() - before) / NS_PER_MS;
            }
            if (i == 0) {
                Report.figure("firstOpenMs", ms);
            }
            System.gc();
        }
        Report.figure("lastOpenMs", ms);
    }

    /** Used heap of a store that is ready to answer. */
    static void heap(final Child.Task task) throws IOException {
        final long before = usedHeap();
        final Contestant contestant = Contestants.of(task.contestant());
        contestant.open(Path.of(task.detail()));
        final long used = usedHeap() - before;
        Reference.reachabilityFence(contestant);
        Report.figure("heapBytes", used);
        Report.figure("heapBytesPerKey", (double) used / task.keys());
    }

    private static long usedHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
