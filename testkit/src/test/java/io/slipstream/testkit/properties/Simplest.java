package io.slipstream.testkit.properties;

import java.util.Iterator;
import java.util.function.Predicate;
import net.jqwik.api.Shrinkable;

/** Shrinking for samples that were drawn outside a property. */
final class Simplest {
    private static final int MAX_ATTEMPTS = 5_000;

    private Simplest() {
    }

    /** The simplest value found, from a failing one on, that fails too. */
    static <T> T failing(final Shrinkable<T> failing, final Predicate<T> fails) {
        Shrinkable<T> simplest = failing;
        int attempts = 0;
        for (Iterator<Shrinkable<T>> simpler = simplest.shrink().iterator(); simpler.hasNext() && attempts < MAX_ATTEMPTS; attempts++) {
            final Shrinkable<T> candidate = simpler.next();
            if (candidate.distance().compareTo(simplest.distance()) < 0 && fails.test(candidate.value())) {
                simplest = candidate;
                simpler = simplest.shrink().iterator();
            }
        }
        return simplest.value();
    }
}
