package io.slipstream.testkit.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/** Runs cases that mostly wait for children, two at a time. The first failure ends them all. */
final class Children {
    private static final int AT_A_TIME = 2;

    // To start sooner: such a child lives for a moment.
    static final List<String> SHORT_LIVED =
        List.of("-Xmx64m", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData");

    private Children() {
    }

    /** Removes a directory of files: what hundreds of cases leave adds up, in memory. */
    static void deleteAll(final Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    /** A case, and what a failure of it is called. */
    record Case(String name, Body body) {
    }

    /** What a case does. */
    @FunctionalInterface
    interface Body {
        void run() throws IOException;
    }

    static void runAll(final List<Case> cases) throws InterruptedException {
        final AtomicBoolean failed = new AtomicBoolean();
        final ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
        try {
            for (final Future<Void> result : threads.invokeAll(cases.stream().map(each -> untilOneFails(each, failed)).toList())) {
                result.get();
            }
        } catch (final ExecutionException e) {
            throw new AssertionError(e.getCause().getMessage(), e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private static Callable<Void> untilOneFails(final Case each, final AtomicBoolean failed) {
        return () -> {
            if (failed.get()) {
                return null;
            }
            try {
                each.body.run();
                return null;
            } catch (final IOException | RuntimeException | Error e) {
                failed.set(true);
                throw new AssertionError(each.name + ": " + e, e);
            }
        };
    }
}
