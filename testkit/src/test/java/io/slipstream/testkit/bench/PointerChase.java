package io.slipstream.testkit.bench;

import java.util.SplittableRandom;

/**
 * What memory costs where the next place to look at is known only once the last one was read, without a line of the engine: the floor of a look-up.
 *
 * <p>{@code java -Xmx2g testkit/src/test/java/io/slipstream/testkit/bench/PointerChase.java}
 */
public final class PointerChase {
    private static final int LINE_LONGS = 8;
    private static final int LINES_A_MB_BITS = 14;
    private static final int SLOTS_BITS = 21; // 16 MB
    private static final int LOG_MB = 171;
    private static final int STEPS = 5_000_000;
    private static final int ROUNDS = 3;
    private static final long GOLDEN_GAMMA = 0x9E37_79B9_7F4A_7C15L;

    private PointerChase() {
    }

    /** As the class says. */
    public static void main(final String[] args) {
        final SplittableRandom random = new SplittableRandom(1);
        for (final int megabytes : new int[] {1, 8, 16, LOG_MB}) {
            final long[] lines = oneCycle(megabytes << LINES_A_MB_BITS, random);
            for (int round = 0; round < ROUNDS; round++) {
                final long start = System.nanoTime();
                final long end = chase(lines);
                report(megabytes + " MB", start, end);
            }
        }
        final long[] lines = oneCycle(LOG_MB << LINES_A_MB_BITS, random);
        final long[] slots = random.longs(1 << SLOTS_BITS, 0, LOG_MB << LINES_A_MB_BITS).toArray();
        for (int round = 0; round < ROUNDS; round++) {
            final long start = System.nanoTime();
            final long end = lookUp(slots, lines);
            report("a slot of 16 MB, then a line of " + LOG_MB + " MB", start, end);
        }
    }

    // The end is printed so that the loop that led there is not optimised away.
    private static void report(final String what, final long start, final long end) {
        System.out.println(what + ": " + (System.nanoTime() - start) / STEPS + " ns (ended at " + end + ")");
    }

    /** The first long of each line is the place of the next; a cycle through all of them, in random order. */
    private static long[] oneCycle(final int count, final SplittableRandom random) {
        final int[] order = new int[count];
        for (int i = 1; i < count; i++) {
            final int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        final long[] lines = new long[count * LINE_LONGS];
        for (int i = 0; i < count; i++) {
            lines[order[i] * LINE_LONGS] = (long) order[(i + 1) % count] * LINE_LONGS;
        }
        return lines;
    }

    private static long chase(final long[] lines) {
        long at = 0;
        for (int i = 0; i < STEPS; i++) {
            at = lines[(int) at];
        }
        return at;
    }

    private static long lookUp(final long[] slots, final long[] lines) {
        long hash = 1;
        for (int i = 0; i < STEPS; i++) {
            hash = hash * GOLDEN_GAMMA + lines[(int) slots[(int) (hash >>> Long.SIZE - SLOTS_BITS)] * LINE_LONGS];
        }
        return hash;
    }
}
