package io.slipstream.testkit.peers;

import java.io.IOException;

/** The loop that every contestant's updates come from. */
final class Appending {
    private static final int BATCH = 10_000;

    private Appending() {
    }

    static void append(final Contestant contestant, final Workload workload, final int updates) throws IOException {
        int next = 1;
        while (next <= updates) {
            final int last = Math.min(updates, next + BATCH - 1);
            batch(contestant, workload, next, last);
            next = last + 1;
        }
    }

    // Small, so that all but the first few run compiled from their beginning.
    private static void batch(final Contestant contestant, final Workload workload, final int first, final int last) throws IOException {
        for (int i = first; i <= last; i++) {
            workload.nextUpdate(i);
            contestant.put(workload.key, workload.value, i);
            if (i % Workload.CHECKPOINT_INTERVAL == 0) {
                contestant.checkpoint(i);
            }
        }
    }
}
