package io.slipstream.testkit.gen;

import io.slipstream.testkit.model.ModelVerdict;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** How often each class of verdicts was met: the header, each row of docs/recovery.md, its torn and its corrupted side told apart. */
public final class VerdictTable {
    private static final String[] CLASSES = {
        "header", "row 1 clean", "row 1 slack", "row 2 torn", "row 3 torn", "row 3 corrupted", "row 4 invalid", "row 5 torn", "row 5 corrupted",
        "row 6 invalid", "row 7 torn", "row 7 corrupted", "row 8 torn", "row 9 torn", "row 9 corrupted", "row 10 invalid"};

    private final Map<String, Long> counts = new LinkedHashMap<>();
    private long total;

    /** A table in which nothing was counted yet. */
    public VerdictTable() {
        for (final String name : CLASSES) {
            counts.put(name, 0L);
        }
    }

    /** The class of a verdict. */
    public static String classOf(final ModelVerdict verdict) {
        return verdict.row() == 0 ? "header" : "row " + verdict.row() + " " + verdict.kind().name().toLowerCase(Locale.ROOT);
    }

    /** Counts one verdict. */
    public void count(final ModelVerdict verdict) {
        final String name = classOf(verdict);
        if (counts.merge(name, 1L, Long::sum) == 1 && counts.size() > CLASSES.length) {
            throw new IllegalStateException("there is no such class: " + name);
        }
        total++;
    }

    /** The share in percent of the class that was met least. */
    public double leastPercent() {
        return counts.values().stream().mapToDouble(this::percent).min().orElseThrow();
    }

    private double percent(final long count) {
        return 100.0 * count / total;
    }

    /** The table, a class a line, for people. */
    public String lines() {
        final StringBuilder lines = new StringBuilder();
        counts.forEach((name, count) -> lines.append(String.format(Locale.ROOT, "%-16s %9d %6.2f %%%n", name, count, percent(count))));
        return lines.toString();
    }

    /** The table in one line. */
    @Override
    public String toString() {
        final StringBuilder line = new StringBuilder();
        counts.forEach((name, count) -> line.append(name.replace(' ', '-')).append('=').append(count).append(' '));
        return line.toString().trim();
    }
}
