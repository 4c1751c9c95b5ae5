package io.slipstream.testkit.peers;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes the stores that other measurements read. Detail "updates" is W, "once" every key once; "compact:DIR" the compact form of the store in
 * DIR.
 */
final class PrepareMeasure {
    private static final String COMPACT = "compact:";

    private PrepareMeasure() {
    }

    static void run(final Child.Task task) throws IOException {
        final Path directory = Directories.fresh(task.directory());
        final Contestant contestant = Contestants.of(task.contestant());
        if (task.detail().startsWith(COMPACT)) {
            final boolean compacted = contestant.compact(Path.of(task.detail().substring(COMPACT.length())), directory);
            Report.figure("compacted", compacted ? 1 : 0);
        } else {
            try (contestant) {
                contestant.create(directory, task.keys(), task.updates(), false);
                if (task.detail().equals("once")) {
                    putOnce(contestant, task.keys());
                } else {
                    Appending.append(contestant, Workload.updates(task.keys()), task.updates());
                }
            }
        }
        Report.figure("bytes", Directories.length(directory));
    }

    private static void putOnce(final Contestant contestant, final int keys) throws IOException {
        final Workload workload = Workload.updates(keys);
        for (int i = 0; i < keys; i++) {
            workload.toKey(i);
            workload.toValue(i + 1L);
            contestant.put(workload.key, workload.value, i + 1L);
        }
        contestant.checkpoint(keys);
    }
}
