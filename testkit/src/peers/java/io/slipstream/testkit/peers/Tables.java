package io.slipstream.testkit.peers;

import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** The results as Markdown: medians over rounds; a ratio is the median of the ratios within one round. */
final class Tables {
    private static final String MEMORY = "memory";
    private static final String DISK = "disk";
    private static final String BLOATED = "bloated";
    private static final String COMPACT = "compact";
    private static final double BYTES_PER_MB = 1e6;
    private static final double NS_PER_US = 1e3;

    private final Figures figures;
    private final Settings settings;
    private final StringBuilder out = new StringBuilder();

    Tables(final List<Result> results, final Settings settings) {
        this.figures = new Figures(results);
        this.settings = settings;
    }

    String markdown() {
        line("W: %,d updates of %,d keys, 24-byte keys, 128-byte values, a checkpoint every 100. JDK %s, %s, %d processors. Medians; \"ratio\" is "
                        + "Slipstream in parts of the other, within one round.", settings.updates(), settings.keys(),
                System.getProperty("java.version"), System.getProperty("os.arch"), Runtime.getRuntime().availableProcessors());
        append();
        latency();
        restart();
        lookup();
        scaling("keys", "Restart against live keys, compact log, ms (process to 1,000 answers; opening alone)");
        scaling("length", String.format(Locale.ROOT, "Restart against updates a key, %,d keys, ms (process to 1,000 answers; opening alone)",
                settings.scalingKeys()));
        large();
        shapes();
        pauses();
        failures();
        return out.toString();
    }

    private void line(final String format, final Object... arguments) {
        out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    private void title(final String title, final String header) {
        line("%n### %s%n", title);
        line("%s", header);
        line("%s", header.replaceAll("[^|]+", "---"));
    }

    private static String number(final double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        return String.format(Locale.ROOT, value < 10 ? "%,.1f" : "%,.0f", value);
    }

    private static String ratio(final double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, value < 0.1 ? "%.3f" : "%.2f", value);
    }

    private void append() {
        title("Append, ns an update, net of the harness",
                "| | writer's thread, room ready if that helps | ratio | into a new store | processor time, new store | ratio "
                + "| disk: new store | disk: processor time | ratio | file, MB | the death of the process loses | seen, of 50 past the checkpoint |");
        for (final String name : Contestants.ALL) {
            final String lost = figures.failure("crash", name, MEMORY) == null ? number(figures.median("crash", name, MEMORY, "lost"))
                    : "refused";
            line("| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |", Contestants.title(name),
                    number(figures.median("append", name, MEMORY, "bestNetNs")), ratio(figures.ratio("append", name, MEMORY, "bestNetNs")),
                    number(figures.median("append", name, MEMORY, "freshNetNs")), number(figures.median("append", name, MEMORY, "processorNetNs")),
                    ratio(figures.ratio("append", name, MEMORY, "processorNetNs")), number(figures.median("append", name, DISK, "freshNetNs")),
                    number(figures.median("append", name, DISK, "processorNetNs")), ratio(figures.ratio("append", name, DISK, "processorNetNs")),
                    number(figures.median("append", name, MEMORY, "bytes") / BYTES_PER_MB), Contestants.promise(name), lost);
        }
        line("%nThe harness: %s ns an update.", number(figures.median("append", Contestants.SLIPSTREAM, MEMORY, "harnessNs")));
    }

    private void latency() {
        title("Latency of one update, ns; the checkpoint after every 100th included", "| | p50 | p90 | p99 | p99.9 | p99.99 | p99.999 | max "
                + "| without checkpoints: p50 | p99 | p99.99 |");
        latencyOf(Contestants.EMPTY, "(the timer)");
        latencyOf(Contestants.FLOOR, "(a ready record, copied and summed)");
        for (final String name : Contestants.ALL) {
            latencyOf(name, Contestants.title(name));
        }
    }

    private void latencyOf(final String name, final String title) {
        out.append("| ").append(title);
        for (final String figure : List.of("p50", "p90", "p99", "p99_9", "p99_99", "p99_999", "max", "put.p50", "put.p99", "put.p99_99")) {
            out.append(" | ").append(number(figures.median("latency", name, MEMORY, figure)));
        }
        line(" |");
    }

    private void restart() {
        title("Restart of a process to 1,000 right answers, ms",
                "| | how | start to answers | ratio | start to main | opening | 1,000 answers | store, MB | rounds |");
        restartOf(Contestants.EMPTY, BLOATED, "(a JVM that opens nothing)");
        for (final String name : Contestants.ALL) {
            for (final String variant : figures.variants("restart", name)) {
                restartOf(name, variant, Contestants.title(name));
            }
        }
    }

    private void restartOf(final String name, final String variant, final String title) {
        final boolean own = name.equals(Contestants.SLIPSTREAM) || name.equals(Contestants.EMPTY);
        final String oursLike = variant.startsWith(BLOATED) ? BLOATED : COMPACT;
        final String ours = variant.endsWith("+cold") ? oursLike + "+cold" : variant.endsWith("+cds") ? oursLike + "+cds" : oursLike;
        line("| %s | %s | %s | %s | %s | %s | %s | %s | %d |", title, variant, number(figures.median("restart", name, variant, "totalMs")),
                own ? "" : ratio(figures.ratio("restart", "totalMs", Contestants.SLIPSTREAM, ours, name, variant)),
                number(figures.median("restart", name, variant, "toMainMs")), number(figures.median("restart", name, variant, "openMs")),
                number(figures.median("restart", name, variant, "answersMs")),
                number(figures.median("restart", name, variant, "storeBytes") / BYTES_PER_MB), figures.rounds("restart", name, variant));
    }

    private void lookup() {
        title("Look-up of a random key in the compact store, warm, value copied out, net of the harness, ns", "| | ns | ratio |");
        for (final String name : Contestants.ALL) {
            line("| %s | %s | %s |", Contestants.title(name), number(figures.median("lookup", name, COMPACT, "lookupNetNs")),
                    ratio(figures.ratio("lookup", name, COMPACT, "lookupNetNs")));
        }
    }

    private void scaling(final String measure, final String title) {
        title(title, "| | Slipstream | opening | by hand | opening | ratio |");
        final TreeSet<Integer> steps = new TreeSet<>();
        figures.variants(measure, Contestants.SLIPSTREAM).forEach(variant -> steps.add(Integer.parseInt(variant)));
        for (final int step : steps) {
            final String variant = String.valueOf(step);
            line("| %,d | %s | %s | %s | %s | %s |", step, number(figures.median(measure, Contestants.SLIPSTREAM, variant, "totalMs")),
                    number(figures.median(measure, Contestants.SLIPSTREAM, variant, "openMs")),
                    number(figures.median(measure, Contestants.BUFFERED, variant, "totalMs")),
                    number(figures.median(measure, Contestants.BUFFERED, variant, "openMs")),
                    ratio(figures.ratio(measure, Contestants.BUFFERED, variant, "totalMs")));
        }
    }

    private void large() {
        title("W as a whole", "| | Slipstream | by hand | ratio |");
        row("stop-the-world compaction, ms (ours sorted, by hand unsorted)", "compaction", BLOATED, "compactionMs");
        row("owned load of W's log, ms (ours leaves it compact, by hand does not)", "load", BLOATED, "loadMs");
        row("the same, and each entry gone through, ms", "load", BLOATED, "loadAndGoThroughMs");
        row("owned load of the compact log, ms", "load", COMPACT, "loadMs");
        row("the same, and each entry gone through, ms", "load", COMPACT, "loadAndGoThroughMs");
        row("heap of an owned load of W's log, bytes a key", "load", BLOATED, "ownedHeapBytesPerKey");
        row("heap of an owned load of the compact log, bytes a key", "load", COMPACT, "ownedHeapBytesPerKey");
        row("opening W's log, first in its JVM, ms", "warm", BLOATED, "firstOpenMs");
        row("opening W's log, sixth in its JVM, ms", "warm", BLOATED, "lastOpenMs");
        row("opening the compact log, first in its JVM, ms", "warm", COMPACT, "firstOpenMs");
        row("opening the compact log, sixth in its JVM, ms", "warm", COMPACT, "lastOpenMs");
        row("heap when ready, bytes a key, W's log", "heap", BLOATED, "heapBytesPerKey");
        row("heap when ready, bytes a key, compact log", "heap", COMPACT, "heapBytesPerKey");
    }

    private void row(final String title, final String measure, final String variant, final String figure) {
        line("| %s | %s | %s | %s |", title, number(figures.median(measure, Contestants.SLIPSTREAM, variant, figure)),
                number(figures.median(measure, Contestants.BUFFERED, variant, figure)),
                ratio(figures.ratio(measure, Contestants.BUFFERED, variant, figure)));
    }

    private void shapes() {
        title("Small shapes, us", "| | Slipstream | by hand, buffered | by hand, one write(2) each |");
        shape("100 puts of 512 B and a checkpoint", "put100", "put100");
        shape("500 keys out of 1,500 records: ready to answer", "load500Of1500View", "load500Of1500");
        shape("the same, owned map", "load500Of1500Owned", "load500Of1500");
        shape("the same, and the log rewritten compact and forced", "load500Of1500", "load500Of1500Rewritten");
        shape("500 keys, compact: ready to answer", "load500View", "load500");
        shape("the same, owned map (a load, with its lock)", "load500", "load500");
        shape("compaction of 5,000 records to 500", "compact5000To500", "compact5000To500");
    }

    private void shape(final String title, final String ours, final String byHand) {
        line("| %s | %s | %s | %s |", title, number(figures.median("shapes", Contestants.SLIPSTREAM, MEMORY, ours + "Ns") / NS_PER_US),
                number(figures.median("shapes", Contestants.BUFFERED, MEMORY, byHand + "Ns") / NS_PER_US),
                number(figures.median("shapes", Contestants.WRITE, MEMORY, byHand + "Ns") / NS_PER_US));
    }

    private void pauses() {
        title("Pauses: the call of one update, the writer at its pace, maintenance with a thread of its own",
                "| | p50, ns | p99 | p99.9 | p99.99 | longest, us | longest less run delay: median, us | most | rounds within 100 us | rounds |");
        pause("500,000 updates/s, nothing beside", "compaction", "none");
        pause("a thread that spins beside", "compaction", "spinner");
        pause("a compaction beside", "compaction", "compaction");
        pause("a call that does nothing, nothing beside", "compaction", "nothing");
        pause("a call that does nothing, a thread that spins beside", "compaction", "nothingBesideSpinner");
        pause("100 growths of 64 MB", "growth", "growth");
        pause("a call that does nothing, for as long", "growth", "nothing");
        pause("steady state", "steady", "steady");
        pause("100,000 updates/s, disk, no force", "force", "unforced");
        pause("a force every 10 ms", "force", "force");
        line("%nCompaction, ms: beside 500,000 updates/s %s, beside an idle writer %s, RocksDB %s. Longest switch, us: %s. Segments made by the "
                        + "writer: %s.",
                number(pauseMedian("compaction", "compactionMs")), number(pauseMedian("idle", "compactionMs")),
                number(figures.median(PausesMeasure.NAME, Contestants.ROCKSDB, "rocksdb", "compactionMs")),
                number(figures.most(PausesMeasure.NAME, Contestants.SLIPSTREAM, "compaction", "longestSwitchNs") / NS_PER_US),
                number(figures.most(PausesMeasure.NAME, Contestants.SLIPSTREAM, "compaction", "compaction.growthsByWriter")));
        line("%nForce, us: median %s, longest %s.", number(pauseMedian("force", "forceP50Ns") / NS_PER_US),
                number(pauseMedian("force", "forceLongestNs") / NS_PER_US));
        line("%nSteady state: log over live size, per cent, median %s, most %s; file %s, %s; opened again and again, ms, median %s, most %s.",
                number(pauseMedian("steady", "lengthPercentMedian")), number(pauseMedian("steady", "lengthPercentMost")),
                number(pauseMedian("steady", "fileLengthPercentMedian")), number(pauseMedian("steady", "fileLengthPercentMost")),
                number(pauseMedian("steady", "openMsMedian")), number(pauseMedian("steady", "openMsMost")));
        line("%nA process started on the log of some moment, ms to 1,000 answers (opening):");
        for (final String moment : figures.variants("moment", Contestants.SLIPSTREAM)) {
            line("%s (%s)", number(figures.median("moment", Contestants.SLIPSTREAM, moment, "totalMs")),
                    number(figures.median("moment", Contestants.SLIPSTREAM, moment, "openMs")));
        }
    }

    private double pauseMedian(final String kind, final String figure) {
        return figures.median(PausesMeasure.NAME, Contestants.SLIPSTREAM, kind, figure);
    }

    private void pause(final String title, final String kind, final String beside) {
        final String longest = beside + ".longestLessDelayNs";
        line("| %s | %s | %s | %s | %s | %s | %s | %s | %d | %d |", title, number(pauseMedian(kind, beside + ".p50")),
                number(pauseMedian(kind, beside + ".p99")), number(pauseMedian(kind, beside + ".p99_9")),
                number(pauseMedian(kind, beside + ".p99_99")),
                number(figures.most(PausesMeasure.NAME, Contestants.SLIPSTREAM, kind, beside + ".longestNs") / NS_PER_US),
                number(pauseMedian(kind, longest) / NS_PER_US),
                number(figures.most(PausesMeasure.NAME, Contestants.SLIPSTREAM, kind, longest) / NS_PER_US),
                figures.roundsWithin(PausesMeasure.NAME, Contestants.SLIPSTREAM, kind, longest, 100 * NS_PER_US),
                figures.rounds(PausesMeasure.NAME, Contestants.SLIPSTREAM, kind));
    }

    private void failures() {
        final List<Result> failures = figures.failures();
        if (!failures.isEmpty()) {
            line("%n### What failed%n");
        }
        for (final Result failed : failures) {
            line("* %s, %s, %s, round %d: %s", failed.measure(), Contestants.title(failed.contestant()), failed.variant(), failed.round(),
                    failed.failure());
        }
    }
}
