package io.slipstream.testkit.peers;

import java.io.IOException;

/**
 * What the death of the process loses: a child appends, half a checkpoint interval past the last checkpoint, and halts; another counts what is
 * left.
 */
final class CrashMeasure {
    /** How many keys, each put once, the last 50 after the last checkpoint. */
    static final int KEYS = 10_050;

    private CrashMeasure() {
    }

    static void write(final Child.Task task) throws IOException {
        final Contestant contestant = Contestants.of(task.contestant());
        contestant.create(Directories.fresh(task.directory()), KEYS, KEYS, false);
        final Workload workload = Workload.updates(KEYS);
        for (int i = 0; i < KEYS; i++) {
            workload.toKey(i);
            workload.toValue(i + 1L);
            contestant.put(workload.key, workload.value, i + 1L);
            if ((i + 1) % Workload.CHECKPOINT_INTERVAL == 0) {
                contestant.checkpoint(i + 1L);
            }
        }
        Report.figure("acknowledged", KEYS);
    }

    static void read(final Child.Task task) throws IOException {
        final Contestant contestant = Contestants.of(task.contestant());
        contestant.open(task.directory());
        final Workload workload = Workload.updates(KEYS);
        int found = 0;
        for (int i = 0; i < KEYS; i++) {
            workload.toKey(i);
            found += contestant.get(workload.key, workload.value) == i + 1L ? 1 : 0;
        }
        Report.figure("found", found);
        Report.figure("lost", KEYS - found);
    }
}
