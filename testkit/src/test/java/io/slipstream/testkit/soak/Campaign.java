package io.slipstream.testkit.soak;

import java.util.Locale;
import java.util.Random;

/**
 * A run of many generated cases: where its randomness comes from, and what it says at its end.
 *
 * <p>The seed is the same in every build, so that a build says the same of the same sources; a soak draws one and prints it.
 * {@code -Dslipstream.seed=N} sets it. Single thread.
 */
public final class Campaign {
    /** Tag of the tests that run only in the profile {@code soak}. */
    public static final String SOAK = "soak";

    private static final long SEED_OF_A_BUILD = 20_261_120L;

    private final String name;
    private final long seed;
    private final long startedNanos = System.nanoTime();

    private Campaign(final String name, final long seed) {
        this.name = name;
        this.seed = seed;
    }

    /** A campaign of an ordinary build. */
    public static Campaign ofBuild(final String name) {
        return new Campaign(name, Long.getLong("slipstream.seed", SEED_OF_A_BUILD));
    }

    /** A campaign of a soak. */
    public static Campaign ofSoak(final String name) {
        return new Campaign(name, Long.getLong("slipstream.seed", new Random().nextLong()));
    }

    /** The seed of the whole campaign. */
    public long seed() {
        return seed;
    }

    /** The seed of its {@code number}-th case: which cases ran before makes no difference. */
    public long seedOf(final long number) {
        return (seed ^ number) * 0x9E37_79B9_7F4A_7C15L + number;
    }

    /** Prints one line: what ran, how often, with which seed, for how long. {@code figures} may add more. */
    public void report(final long count, final String figures) {
        System.out.printf(Locale.ROOT, "campaign=%s count=%d seed=%d seconds=%.1f %s%n",
                name, count, seed, (System.nanoTime() - startedNanos) / 1e9, figures);
    }

    @Override
    public String toString() {
        return "campaign " + name + ", -Dslipstream.seed=" + seed;
    }
}
