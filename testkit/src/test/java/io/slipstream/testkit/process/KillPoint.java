package io.slipstream.testkit.process;

import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A place at which the process of a writer can be killed: before or after an operation that changes what the next process finds,
 * or between two stores of an append.
 *
 * @param name   for humans: {@code compaction: BEFORE RENAME kv.log.compact kv.log}
 * @param script what the child does until then
 * @param moment whether it stops before or after the step
 * @param step   number of the step, from 1
 */
record KillPoint(String name, Script script, Moment moment, int step) {
    /** What the child does. */
    enum Script {
        /** A whole life of a log; its steps are storage operations. */
        LIFE,
        /** A life beside maintenance, which the writer's thread invokes; its steps are storage operations. */
        MAINTAINED_LIFE,
        /** Records of every shape; their steps are stores into the mapped segment. */
        STORES
    }

    /** Every point in such a life of a log, found by living it once at {@code path}, where nothing is. */
    static List<KillPoint> ofLife(final Script script, final Path path, final long seed) throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final List<String> stages = new ArrayList<>();
        new KillPointVictim(path, i -> { }).live(script, disk, new Feed(seed), stage -> stages.add(disk.operations().size() + " " + stage));
        final List<KillPoint> points = new ArrayList<>();
        final List<Operation> operations = disk.operations();
        String stage = "";
        for (int i = 0; i < operations.size(); i++) {
            while (!stages.isEmpty() && stages.get(0).startsWith(i + " ")) {
                stage = stages.remove(0).substring((i + " ").length());
            }
            if (operations.get(i).kind().hasEffect()) {
                for (final Moment moment : Moment.values()) {
                    points.add(new KillPoint(stage + ": " + moment + " " + operations.get(i), script, moment, i + 1));
                }
            }
        }
        return points;
    }

    /** Every point between two stores of an append, and behind the last of each. */
    static List<KillPoint> ofStores(final Path path) throws IOException {
        final List<KillPoint> points = new ArrayList<>();
        new KillPointVictim(path, i -> { }).storeEveryShape(new SteppedStorage((moment, step, what) -> {
            final String record = KillPointVictim.nameOfShape(points.stream().filter(point -> point.moment() == Moment.AFTER).count() + 1);
            points.add(new KillPoint(record + ": " + moment + " " + what, Script.STORES, moment, step));
        }));
        return points;
    }

    @Override
    public String toString() {
        return name + " (step " + step + ")";
    }
}
