package io.slipstream.testkit.peers;

import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The small shapes, each after a warm-up, medians: ours and by hand. */
final class ShapesMeasure {
    private static final int KEYS = 500;
    private static final int RECORDS = 1_500;
    private static final int COMPACTED_RECORDS = 5_000;
    private static final int PUTS = 100;
    private static final int PUT_LENGTH = 512;
    private static final int ROUNDS = 200;
    private static final int WARM_UP = 1_000;

    private final Child.Task task;
    private final Path directory;

    private ShapesMeasure(final Child.Task task) throws IOException {
        this.task = task;
        this.directory = Directories.fresh(task.directory().resolve("shapes"));
    }

    private interface Shape {
        void prepare() throws IOException;

        void run() throws IOException;
    }

    static void run(final Child.Task task) throws IOException {
        new ShapesMeasure(task).run();
    }

    private void run() throws IOException {
        puts();
        if (!task.contestant().equals(Contestants.WRITE)) {
            final Path bloated = written("bloated", RECORDS);
            final Path compact = Directories.fresh(directory.resolve("compact"));
            Contestants.of(task.contestant()).compact(bloated, compact);
            load("load500Of1500", bloated);
            load("load500", compact);
            compact(written("records5000", COMPACTED_RECORDS));
        }
        Directories.delete(directory);
    }

    private Path written(final String name, final int records) throws IOException {
        final Path target = Directories.fresh(directory.resolve(name));
        final Workload workload = Workload.updates(KEYS);
        try (Contestant contestant = Contestants.of(task.contestant())) {
            contestant.create(target, KEYS, records, false);
            for (int i = 0; i < records; i++) {
                workload.toKey(i % KEYS);
                workload.toValue(i + 1L);
                contestant.put(workload.key, workload.value, i + 1L);
            }
            contestant.checkpoint(records);
        }
        return target;
    }

    private static void measure(final String name, final Shape shape) throws IOException {
        final long[] ns = new long[ROUNDS];
        for (int i = 0; i < WARM_UP + ROUNDS; i++) {
            shape.prepare();
            final long before = System.nanoTime();
            shape.run();
            ns[i % ROUNDS] = System.nanoTime() - before;
        }
        Arrays.sort(ns);
        Report.figure(name + "Ns", ns[ROUNDS / 2]);
    }

    private void puts() throws IOException {
        final byte[] value = new byte[PUT_LENGTH];
        final Workload workload = Workload.updates(KEYS);
        final Path target = Directories.fresh(directory.resolve("puts"));
        try (Contestant contestant = Contestants.of(task.contestant())) {
            contestant.create(target, KEYS, (WARM_UP + ROUNDS) * PUTS * 4, true);
            measure("put100", new Shape() {
                @Override
                public void prepare() {
                    workload.toValue(1);
                }

                @Override
                public void run() throws IOException {
                    for (int i = 0; i < PUTS; i++) {
                        workload.toKey(i);
                        contestant.put(workload.key, value, i);
                    }
                    contestant.checkpoint(PUTS);
                }
            });
        }
        Directories.delete(target);
    }

    private void load(final String name, final Path from) throws IOException {
        final boolean ours = task.contestant().equals(Contestants.SLIPSTREAM);
        measure(ours ? name + "View" : name, new Shape() {
            @Override
            public void prepare() throws IOException {
                Files.size(from);
            }

            @Override
            public void run() throws IOException {
                try (Contestant contestant = Contestants.of(task.contestant())) {
                    contestant.open(from);
                }
            }
        });
        if (ours) {
            measure(name, copied(from, target -> entriesOf(Snapshot.load(SlipstreamContestant.file(target)).orElseThrow())));
            measure(name + "Owned", copied(from, target -> {
                try (SnapshotView view = SnapshotView.open(SlipstreamContestant.file(target))) {
                    entriesOf(view.toOwned());
                }
            }));
        } else {
            measure(name + "Rewritten", copied(from, target -> {
                try (Contestant contestant = Contestants.of(task.contestant())) {
                    contestant.compact(target, target);
                }
            }));
        }
    }

    private static void entriesOf(final Snapshot snapshot) {
        if (snapshot.entries().size() != KEYS) {
            throw new IllegalStateException("entries: " + snapshot.entries().size());
        }
    }

    private void compact(final Path from) throws IOException {
        if (!task.contestant().equals(Contestants.SLIPSTREAM)) {
            measure("compact5000To500", copied(from, target -> {
                try (Contestant contestant = Contestants.of(task.contestant())) {
                    contestant.compact(target, target);
                }
            }));
            return;
        }
        final Path target = directory.resolve("copied");
        measure("compact5000To500", new Shape() {
            private SnapshotLog log;

            @Override
            public void prepare() throws IOException {
                if (log != null) {
                    log.close();
                }
                Directories.copy(from, Directories.fresh(target));
                log = SnapshotLog.open(SlipstreamContestant.file(target));
            }

            @Override
            public void run() throws IOException {
                log.compact();
            }
        });
    }

    private interface Work {
        void on(Path directory) throws IOException;
    }

    // Work that changes its store: done on a copy, made anew each time, outside the measured time.
    private Shape copied(final Path from, final Work work) {
        final Path target = directory.resolve("copied");
        return new Shape() {
            @Override
            public void prepare() throws IOException {
                Directories.copy(from, Directories.fresh(target));
            }

            @Override
            public void run() throws IOException {
                work.on(target);
            }
        };
    }
}
