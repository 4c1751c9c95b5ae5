package io.slipstream.testkit.process;

import java.io.IOException;
import java.io.OutputStream;

/** For a child that works or waits without end: sees to it that it does not outlive the test that should have killed it. */
public final class ParentWatch {
    private ParentWatch() {
    }

    /** Ends this JVM when its standard input ends, as it does when its parent is gone. Nothing else may read it from now on. */
    public static void dieWithParent() {
        final Thread watch = new Thread(ParentWatch::haltAtEndOfInput, "parent watch");
        watch.setDaemon(true);
        watch.start();
    }

    private static void haltAtEndOfInput() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (final IOException e) {
            System.err.println("standard input: " + e);
        }
        Runtime.getRuntime().halt(1);
    }
}
