package io.slipstream.testkit.planted;

import java.util.ArrayList;
import java.util.List;

/**
 * A fault of the engine that the tests must notice.
 *
 * @param name    what is wrong
 * @param why     what it would cost
 * @param patches how the engine comes to have it
 * @param checks  the tests that must fail, each of them: {@code mark.MarkTest#shouldRefuseAHoleInTheSameBoot}
 */
record PlantedBug(String name, String why, List<Patch> patches, List<String> checks) {
    static PlantedBug named(final String name, final String why) {
        return new PlantedBug(name, why, List.of(), List.of());
    }

    /** With {@code replacement} for the only {@code find} of {@code file}. */
    PlantedBug in(final String file, final String find, final String replacement) {
        return in(file, find, 1, replacement);
    }

    /** With {@code replacement} for the {@code times} occurrences of {@code find} in {@code file}. */
    PlantedBug in(final String file, final String find, final int times, final String replacement) {
        final List<Patch> more = new ArrayList<>(patches);
        more.add(new Patch(file, find, times, replacement));
        return new PlantedBug(name, why, List.copyOf(more), checks);
    }

    /** Caught by one test more. */
    PlantedBug caughtBy(final String check) {
        final List<String> more = new ArrayList<>(checks);
        more.add(check);
        return new PlantedBug(name, why, patches, List.copyOf(more));
    }

    @Override
    public String toString() {
        return name + ": " + why;
    }
}
