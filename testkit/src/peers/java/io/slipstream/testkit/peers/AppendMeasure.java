package io.slipstream.testkit.peers;

import com.sun.management.OperatingSystemMXBean;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/**
 * Appends W after a warm-up: once with room made beforehand (the writer's thread), once into a new store (the processor time of the whole
 * process, room made on the way included). The same loop around nothing is measured in the same JVM and taken off.
 */
final class AppendMeasure {
    private static final int WARM_UP = 500_000;
    private static final OperatingSystemMXBean PROCESS = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final Child.Task task;

    private AppendMeasure(final Child.Task task) {
        this.task = task;
    }

    private record Cost(double wallNs, double processorNs, long length) {
    }

    static void run(final Child.Task task) throws IOException {
        new AppendMeasure(task).run();
    }

    private void run() throws IOException {
        final int warmUp = Math.min(WARM_UP, task.updates());
        final boolean room = Contestants.gainsByRoom(task.contestant());
        for (int i = 0; i < 2; i++) {
            append(Contestants.EMPTY, warmUp, false);
            append(task.contestant(), warmUp, i == 0 && room);
        }
        final Cost harness = append(Contestants.EMPTY, task.updates(), false);
        Report.figure("harnessNs", harness.wallNs);
        Report.figure("harnessProcessorNs", harness.processorNs);
        final Cost fresh = append(task.contestant(), task.updates(), false);
        final Cost ready = room ? append(task.contestant(), task.updates(), true) : fresh;
        Report.figure("readyNs", ready.wallNs);
        Report.figure("readyNetNs", ready.wallNs - harness.wallNs);
        Report.figure("freshNs", fresh.wallNs);
        Report.figure("freshNetNs", fresh.wallNs - harness.wallNs);
        Report.figure("bestNetNs", Math.min(ready.wallNs, fresh.wallNs) - harness.wallNs);
        Report.figure("processorNs", fresh.processorNs);
        Report.figure("processorNetNs", fresh.processorNs - harness.processorNs);
        Report.figure("bytes", fresh.length);
    }

    private Cost append(final String name, final int updates, final boolean ready) throws IOException {
        final Path directory = Directories.fresh(task.directory().resolve("append"));
        System.gc();
        final Workload workload = Workload.updates(task.keys());
        final Contestant contestant = Contestants.of(name);
        final long wall;
        final long processor;
        try (contestant) {
            final long processorBefore = PROCESS.getProcessCpuTime();
            contestant.create(directory, task.keys(), updates, ready);
            final long before = System.nanoTime();
            Appending.append(contestant, workload, updates);
            wall = System.nanoTime() - before;
            processor = PROCESS.getProcessCpuTime() - processorBefore;
        }
        final long length = Directories.length(directory);
        Directories.delete(directory);
        return new Cost((double) wall / updates, (double) processor / updates, length);
    }
}
