package io.slipstream.testkit.crash;

import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.model.ModelUpdate;

import java.util.ArrayList;
import java.util.List;

/**
 * What was asked of a log, what returned, and what was promised, each with the moment of the disk at which it was so. Of states there is one more
 * than of updates: number n is the one after n updates.
 */
final class History {
    private final List<ModelState> states = new ArrayList<>();
    private final List<ModelUpdate> updates = new ArrayList<>();
    private final List<Fact> issued = new ArrayList<>();
    private final List<Fact> returned = new ArrayList<>();
    private final List<Fact> forced = new ArrayList<>();
    private final List<Fact> coldFrom = new ArrayList<>();
    private final List<Fact> warmFrom = new ArrayList<>();
    private int existsFrom = Integer.MAX_VALUE;

    private record Fact(int moment, int count) {
    }

    private History(final History before, final int moment, final int present, final int forced, final boolean warm) {
        this.states.addAll(before.states.subList(0, present + 1));
        this.updates.addAll(before.updates.subList(0, present));
        this.issued.add(new Fact(moment, present));
        this.returned.add(new Fact(moment, present));
        this.forced.add(new Fact(moment, forced));
        if (warm) {
            warmFrom.add(new Fact(moment, 0));
        }
    }

    /** The history of a log that is not there yet. */
    History() {
        states.add(new ModelState());
    }

    /**
     * The history of what a crash at {@code moment} left, from moment {@code start} of its disk on: so many updates are in it, so many of them
     * forced.
     */
    History after(final int moment, final int present, final int presentAndForced, final int start) {
        final History next = new History(this, start, present, presentAndForced, isWarmAt(moment));
        if (existsAt(moment)) {
            next.exists(start);
        }
        return next;
    }

    /** The updates that came after the first {@code count}. */
    List<ModelUpdate> updatesAfter(final int count) {
        return List.copyOf(updates.subList(count, updates.size()));
    }

    List<ModelState> states() {
        return states;
    }

    int updates() {
        return states.size() - 1;
    }

    void issue(final int moment, final ModelUpdate update) {
        states.add(new ModelState(states.get(updates())).apply(update));
        updates.add(update);
        issued.add(new Fact(moment, updates()));
    }

    /** The last update was refused, and nothing appended. */
    void retract() {
        states.remove(states.size() - 1);
        updates.remove(updates.size() - 1);
        issued.remove(issued.size() - 1);
    }

    void returned(final int moment) {
        returned.add(new Fact(moment, updates()));
    }

    /** Everything up to now survives a power cut from {@code moment} on. */
    void forced(final int moment) {
        forced(moment, updates());
    }

    /** The first so many updates survive a power cut from {@code moment} on. */
    void forced(final int moment, final int count) {
        forced.add(new Fact(moment, count));
    }

    /** From {@code moment} on no mark may speak for the log. */
    void cold(final int moment) {
        coldFrom.add(new Fact(moment, 0));
    }

    /** From {@code moment} on a mark speaks for the log. */
    void warm(final int moment) {
        warmFrom.add(new Fact(moment, 0));
    }

    int issuedAt(final int moment) {
        return countAt(issued, moment);
    }

    int returnedAt(final int moment) {
        return countAt(returned, moment);
    }

    int forcedAt(final int moment) {
        return countAt(forced, moment);
    }

    /** Whether what a power cut at {@code moment} leaves must open. */
    boolean isWarmAt(final int moment) {
        return lastAt(warmFrom, moment) > lastAt(coldFrom, moment);
    }

    /** From {@code moment} on the log is there, whatever happens. */
    void exists(final int moment) {
        existsFrom = Math.min(existsFrom, moment);
    }

    /** Whether the log must be there after a crash at {@code moment}. */
    boolean existsAt(final int moment) {
        return moment >= existsFrom;
    }

    private static int countAt(final List<Fact> facts, final int moment) {
        int count = 0;
        for (final Fact fact : facts) {
            if (fact.moment <= moment) {
                count = Math.max(count, fact.count);
            }
        }
        return count;
    }

    private static int lastAt(final List<Fact> facts, final int moment) {
        int last = -1;
        for (final Fact fact : facts) {
            if (fact.moment <= moment) {
                last = Math.max(last, fact.moment);
            }
        }
        return last;
    }
}
