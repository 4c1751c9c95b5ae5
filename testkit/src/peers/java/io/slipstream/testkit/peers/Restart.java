package io.slipstream.testkit.peers;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A process that restarts: opens a store, gives 1,000 answers, says so. Its parent holds the clock. Kept free of all that a small program would
 * not load: no lambda, no joined string, no formatting.
 *
 * <p>Arguments: contestant, directory, number of keys.
 */
public final class Restart {
    private Restart() {
    }

    /** As the class says. */
    public static void main(final String[] args) throws IOException {
        final long began = System.currentTimeMillis();
        final long start = System.nanoTime();
        final Contestant contestant = Contestants.of(args[0]);
        contestant.open(Path.of(args[1]));
        final long opened = System.nanoTime();
        final Workload workload = Workload.probes(Integer.parseInt(args[2]));
        final Workload.Answers answers = new Workload.Answers();
        for (int i = 0; i < Workload.PROBES; i++) {
            workload.nextKey();
            answers.add(contestant.get(workload.key, workload.value), workload.value);
        }
        final long answered = System.nanoTime();
        final StringBuilder lines = new StringBuilder();
        lines.append("done").append('\n');
        lines.append("figure mainAtMillis ").append(began).append('\n');
        lines.append("figure openNs ").append(opened - start).append('\n');
        lines.append("figure answersNs ").append(answered - opened).append('\n');
        lines.append("text answers ").append(answers.sum()).append('\n');
        System.out.print(lines);
        System.out.flush();
        contestant.close();
    }
}
