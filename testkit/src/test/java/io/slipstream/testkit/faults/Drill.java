package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation;
import io.slipstream.testkit.fault.Operation.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * Runs one call again and again, with another of its storage operations failing each time: not done and failed; done,
 * but reported as failed; failed, and every operation after it too. Which operations there are is found by a first run
 * without faults.
 */
final class Drill {
    private Drill() {
    }

    /** Makes what the call will be about, in an empty directory. */
    @FunctionalInterface
    interface Preparation<T> {
        T prepare(Path directory, FaultyStorage disk) throws IOException;
    }

    /** The call under test. */
    @FunctionalInterface
    interface Call<T> {
        void on(T subject) throws IOException;
    }

    /** Looks at what was left. The disk is sound again. */
    @FunctionalInterface
    interface Check<T> {
        void check(T subject, Outcome outcome) throws IOException;
    }

    /** How an operation fails. */
    enum Failure {
        NOT_DONE, DONE_BUT_FAILED, DISK_GONE
    }

    /**
     * What came of a call.
     *
     * @param operation  the operation that failed first
     * @param index      its place among the operations of the call
     * @param operations all operations of the call when nothing fails
     * @param failure    how it failed
     * @param faults     the injected faults, in order
     * @param thrown     what the call threw; null if it returned
     */
    record Outcome(
        Operation operation, int index, List<Operation> operations, Failure failure, List<IOException> faults,
        Throwable thrown) {
        /** The call must have thrown the fault itself, or an unchecked exception around it. */
        void assertFaultThrown() {
            if (thrown != null || !mayBePassedOver()) {
                assertIsFault(thrown instanceof UncheckedIOException ? thrown.getCause() : thrown);
            }
        }

        /** It must be the very fault that was injected first, or the next, where the first may be passed over. */
        void assertIsFault(final Throwable actual) {
            final boolean isNext = mayBePassedOver() && faults.size() > 1 && faults.get(1) == actual;
            if (!isNext) {
                assertSame(faults.get(0), actual, () -> "not the injected fault: " + actual);
            }
        }

        /**
         * Whether the call may go on all the same: a mark that cannot be read proves nothing, but nothing depends on it; and
         * an old file that is gone already needs no sound close.
         */
        boolean mayBePassedOver() {
            return switch (operation.kind()) {
                case OPEN, LENGTH, READ -> isAboutMark();
                case CLOSE -> isAboutMark() || isBehind(Kind.RENAME);
                default -> false;
            };
        }

        private boolean isAboutMark() {
            return operation.path().toString().endsWith(".mark");
        }

        /** Whether it is among what was reported, by itself or as a cause. */
        boolean isIn(final List<Throwable> reported) {
            return reported.stream().anyMatch(failure -> faults.contains(failure) || faults.contains(failure.getCause()));
        }

        /** Whether the failed operation comes after the first of a kind. */
        boolean isBehind(final Kind kind) {
            return operations.subList(0, index).stream().anyMatch(before -> before.kind() == kind);
        }

        /** Whether a temporary file may stay: the disk was gone, or its removal is what failed. */
        boolean mayLeaveTemporaryFile() {
            return failure == Failure.DISK_GONE || operation.kind() == Kind.UNLINK;
        }
    }

    /** One test for each operation of {@code call} and each way in which it can fail. */
    static <T> Stream<DynamicTest> everyFault(
        final Path root, final Preparation<T> preparation, final Call<T> call, final Check<T> check) throws IOException {
        final List<Operation> operations = operationsOf(root.resolve("sound"), preparation, call);
        assertFalse(operations.isEmpty(), "the call does nothing to the disk");
        return IntStream.range(0, operations.size()).boxed().flatMap(index -> failuresOf(operations.get(index))
            .map(failure -> dynamicTest(index + 1 + ": " + operations.get(index) + " " + failure, () -> {
                final Path directory = root.resolve(index + "-" + failure);
                runWithFault(directory, operations, index, failure, preparation, call, check);
            })));
    }

    private static Stream<Failure> failuresOf(final Operation operation) {
        return Stream.of(Failure.values())
            .filter(failure -> failure != Failure.DONE_BUT_FAILED || operation.kind().hasEffect());
    }

    private static <T> List<Operation> operationsOf(
        final Path directory, final Preparation<T> preparation, final Call<T> call) throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final T subject = preparation.prepare(Files.createDirectories(directory), disk);
        disk.forget();
        call.on(subject);
        final List<Operation> operations = new ArrayList<>(disk.operations());
        if (subject instanceof AutoCloseable closeable) {
            closeQuietly(closeable);
        }
        return operations;
    }

    private static void closeQuietly(final AutoCloseable closeable) throws IOException {
        try {
            closeable.close();
        } catch (final IOException | RuntimeException e) {
            throw e;
        } catch (final Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> void runWithFault(
        final Path directory,
        final List<Operation> operations,
        final int index,
        final Failure failure,
        final Preparation<T> preparation,
        final Call<T> call,
        final Check<T> check) throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final T subject = preparation.prepare(Files.createDirectories(directory), disk);
        disk.forget();
        switch (failure) {
            case NOT_DONE -> disk.failNth(index + 1, Moment.BEFORE);
            case DONE_BUT_FAILED -> disk.failNth(index + 1, Moment.AFTER);
            case DISK_GONE -> disk.failFrom(index + 1);
        }
        final Throwable thrown = thrownBy(() -> call.on(subject));
        disk.heal();
        assertFalse(disk.faults().isEmpty(), "the fault did not strike");
        check.check(subject,
            new Outcome(operations.get(index), index, operations, failure, disk.faults(), thrown));
    }

    @FunctionalInterface
    private interface Body {
        void run() throws IOException;
    }

    private static Throwable thrownBy(final Body body) {
        try {
            body.run();
            return null;
        } catch (final IOException | RuntimeException e) {
            return e;
        }
    }
}
