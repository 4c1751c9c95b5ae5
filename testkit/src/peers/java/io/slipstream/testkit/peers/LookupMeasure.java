package io.slipstream.testkit.peers;

import java.io.IOException;

/** Answers about uniformly random keys, after a warm-up, the value copied out; making the key is part of it and measured beside it. */
final class LookupMeasure {
    private static final int LOOKUPS = 1_000_000;
    private static final int BATCH = 10_000;

    private LookupMeasure() {
    }

    static void run(final Child.Task task) throws IOException {
        final Workload workload = Workload.probes(task.keys());
        try (Contestant contestant = Contestants.of(task.contestant()); Contestant empty = Contestants.of(Contestants.EMPTY)) {
            contestant.open(task.directory());
            double found = 0;
            long ns = 0;
            long harness = 0;
            for (int i = 0; i < 3; i++) {
                long before = System.nanoTime();
                lookUp(empty, workload);
                harness = System.nanoTime() - before;
                before = System.nanoTime();
                found = lookUp(contestant, workload);
                ns = System.nanoTime() - before;
            }
            Report.figure("harnessNs", (double) harness / LOOKUPS);
            Report.figure("lookupNs", (double) ns / LOOKUPS);
            Report.figure("lookupNetNs", (double) (ns - harness) / LOOKUPS);
            Report.figure("found", found);
        }
    }

    private static int lookUp(final Contestant contestant, final Workload workload) throws IOException {
        int found = 0;
        for (int i = 0; i < LOOKUPS / BATCH; i++) {
            found += batch(contestant, workload);
        }
        return found;
    }

    private static int batch(final Contestant contestant, final Workload workload) throws IOException {
        int found = 0;
        for (int i = 0; i < BATCH; i++) {
            workload.nextKey();
            found += contestant.get(workload.key, workload.value) == Workload.ABSENT ? 0 : 1;
        }
        return found;
    }
}
