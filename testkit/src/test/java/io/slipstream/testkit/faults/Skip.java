package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Leaves a test out where the machine lacks what it needs, and says so where everybody reads it. */
public final class Skip {
    private Skip() {
    }

    /** Goes on only if {@code condition} holds. */
    public static void unless(final boolean condition, final String reason) {
        if (!condition) {
            System.out.println("!!! TEST SKIPPED: " + reason);
        }
        assumeTrue(condition, reason);
    }
}
