package io.slipstream.index;

import java.util.Arrays;

/**
 * The live keys of a table in the order of their bytes, brought up to date a step at a time: what was in order before need not be sorted again. Keeps its
 * memory for the next time.
 *
 * <p>Single thread. Between {@link #begin} and the last {@link #step} nothing is applied to the table.
 */
final class KeyOrder {
    /*
     * A key has the same entry until it is removed, and entries of keys that came later lie further on in the arena: those alone are sorted, and put in
     * among the others from behind. Each finds its place by a search that begins where the one above it went and reaches twice as far each time, so a
     * few new keys cost a few comparisons. Where there are many, or the table has moved its entries, all are sorted.
     */
    private enum Step { GATHER, SORT, DROP, MERGE, DONE }

    private static final int STEP_LENGTH = 1 << 13;
    private static final int FEW = 1 << 10;

    private final KeyTableBuilder table;
    private final KeySort sort;

    private long[] sorted = {};
    private int length;
    private int entriesEnd; // of the arena, up to which its live keys are in order, but for those that were removed since
    private long removals; // of the table by then
    private int moves; // likewise

    private Step step = Step.DONE;
    private long[] added = {};
    private int addedLength;
    private int at;
    private int kept;
    private int target;
    private int work; // done in a step of merging: chunks compared, and keys moved

    KeyOrder(final KeyTableBuilder table) {
        this.table = table;
        this.sort = new KeySort(table);
    }

    /** Begins to bring it up to date. */
    void begin() {
        if (table.moves() != moves || step != Step.DONE) {
            forget();
        }
        gather();
    }

    private void forget() {
        length = 0;
        entriesEnd = 0;
        removals = table.removals();
        moves = table.moves();
    }

    private void gather() {
        addedLength = 0;
        at = entriesEnd;
        step = Step.GATHER;
    }

    /** Does some of it; whether that was all. */
    boolean step() {
        switch (step) {
            case GATHER -> gatherSome();
            case SORT -> {
                if (sort.step()) {
                    beginDrop();
                }
            }
            case DROP -> dropSome();
            case MERGE -> mergeSome();
            default -> { }
        }
        return step == Step.DONE;
    }

    private void gatherSome() {
        final int end = table.entriesEnd();
        for (int i = 0; i < STEP_LENGTH && at < end; i++) {
            final int entry = table.liveEntry(at);
            if (entry < end) {
                if (addedLength == added.length) {
                    added = grown(added, addedLength + 1);
                }
                added[addedLength++] = entry;
                at = table.behind(entry);
            } else {
                at = end;
            }
        }
        if (at < end) {
            return;
        }
        if (length > 0 && addedLength > FEW && addedLength > length >> 1) {
            forget();
            gather();
            return;
        }
        entriesEnd = end;
        sort.begin(added, addedLength);
        step = Step.SORT;
    }

    private static long[] grown(final long[] array, final int wanted) {
        return Arrays.copyOf(array, Math.max(wanted + (wanted >> 1), FEW));
    }

    private void beginDrop() {
        if (table.removals() == removals) {
            beginMerge();
        } else {
            removals = table.removals();
            at = 0;
            kept = 0;
            step = Step.DROP;
        }
    }

    private void dropSome() {
        final int end = Math.min(length, at + STEP_LENGTH);
        for (; at < end; at++) {
            if (table.isLive(sorted[at])) {
                sorted[kept++] = sorted[at];
            }
        }
        if (at == length) {
            length = kept;
            beginMerge();
        }
    }

    private void beginMerge() {
        step = Step.MERGE;
        if (length == 0) { // nothing to put them in among
            final long[] spare = sorted;
            sorted = added;
            length = addedLength;
            added = spare;
            addedLength = 0;
        } else if (length + addedLength > sorted.length) {
            sorted = grown(sorted, length + addedLength);
        }
        at = length;
        target = length + addedLength;
        length = target;
    }

    // The keys below at are not where they belong yet, nor are those that are left of added.
    private void mergeSome() {
        for (work = 0; work < STEP_LENGTH; work++) {
            if (addedLength == 0) {
                step = Step.DONE;
                return;
            }
            final long next = added[addedLength - 1];
            final int place = placeOf(next);
            work += at - place;
            while (at > place) {
                sorted[--target] = sorted[--at];
            }
            sorted[--target] = next;
            addedLength--;
        }
    }

    // How many of the keys below at are below this one.
    private int placeOf(final long key) {
        int above = at;
        int reach = 1;
        while (above - reach >= 0 && isAbove(sorted[above - reach], key)) {
            above -= reach;
            reach <<= 1;
        }
        int below = Math.max(-1, above - reach);
        while (above - below > 1) {
            final int middle = above + below >>> 1;
            if (isAbove(sorted[middle], key)) {
                above = middle;
            } else {
                below = middle;
            }
        }
        return above;
    }

    private boolean isAbove(final long one, final long other) {
        final int oneLength = table.keyLength(one);
        final int otherLength = table.keyLength(other);
        for (int offset = 0; offset < Math.min(oneLength, otherLength); offset += Long.BYTES) {
            work++;
            final int order = Long.compareUnsigned(table.chunk(one, offset), table.chunk(other, offset));
            if (order != 0) {
                return order > 0;
            }
        }
        return oneLength > otherLength;
    }

    /** What the {@code i}-th key is known by to the table. */
    long entry(final int i) {
        return sorted[i];
    }

    /** Number of keys. */
    int length() {
        return length;
    }
}
