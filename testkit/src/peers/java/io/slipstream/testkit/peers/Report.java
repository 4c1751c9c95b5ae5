package io.slipstream.testkit.peers;

/** What a child tells its parent: one line a figure, on standard output. */
final class Report {
    private Report() {
    }

    static void figure(final String name, final double value) {
        System.out.println("figure " + name + " " + value);
    }

    static void figure(final String name, final long value) {
        figure(name, (double) value);
    }

    static void text(final String name, final String value) {
        System.out.println("text " + name + " " + value);
    }
}
