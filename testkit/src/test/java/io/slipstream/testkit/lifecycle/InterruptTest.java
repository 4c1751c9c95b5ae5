package io.slipstream.testkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.slipstream.LogInspection;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.testkit.faults.MemoryDir;
import io.slipstream.testkit.faults.TwinLog;
import io.slipstream.testkit.faults.WriterCalls;
import io.slipstream.testkit.process.Holder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A thread interrupt ends no call, closes no file, and loses no lock. */
class InterruptTest {
    private static final int ROUNDS = 60;

    @TempDir(factory = MemoryDir.class)
    Path directory;

    /** Interrupted before each call, every call completes and the status is still set afterwards. */
    @TestFactory
    Stream<DynamicTest> shouldCompleteOnAnInterruptedThreadAndKeepTheStatus() throws IOException {
        final TwinLog twin = TwinLog.create(directory.resolve("kv.log"), TwinLog.smallSegments()).churn();
        final Path closed = directory.resolve("closed.log");
        TwinLog.create(closed, TwinLog.smallSegments()).churn().close();
        final Map<String, Executable> calls = WriterCalls.on(twin.log(), directory.resolve("copy"));
        calls.put("put that grows", () -> twin.put("big", new byte[3 * TwinLog.SEGMENT_LENGTH], 1));
        calls.put("close", twin::close);
        calls.putAll(callsOnAClosedLog(closed));
        return calls.entrySet().stream().map(call -> dynamicTest(call.getKey(), () -> {
            Thread.currentThread().interrupt();
            try {
                call.getValue().execute();
            } catch (final Throwable e) {
                Thread.interrupted();
                throw e;
            }
            assertTrue(Thread.interrupted(), "the interrupt status was lost");
        }));
    }

    private static Map<String, Executable> callsOnAClosedLog(final Path closed) {
        final Map<String, Executable> calls = new LinkedHashMap<>();
        calls.put("SnapshotView.open", () -> SnapshotView.open(closed).close());
        calls.put("LogInspection.of", () -> assertEquals(LogInspection.Result.SOME, LogInspection.of(closed).result()));
        calls.put("Snapshot.load", () -> assertTrue(Snapshot.load(closed).isPresent()));
        calls.put("SnapshotLog.open", () -> SnapshotLog.open(closed).close());
        calls.put("SnapshotLog.open of a new log", () -> SnapshotLog.open(closed.resolveSibling("new.log")).close());
        return calls;
    }

    /** Another thread interrupts all the time, at any instruction. */
    @Test
    void shouldCompleteEveryCallUnderAHailOfInterrupts() throws Exception {
        final Path path = directory.resolve("kv.log");
        try (Hail hail = new Hail(Thread.currentThread())) {
            for (int round = 0; round < ROUNDS; round++) {
                final TwinLog twin = round == 0 ? TwinLog.create(path, TwinLog.smallSegments()) : TwinLog.open(path);
                twin.churn().log().force();
                twin.compact().churn();
                twin.log().view().close();
                twin.log().copyTo(directory.resolve("copy-" + round));
                SnapshotView.open(path).close();
                twin.checkpoint(round).close();
                assertEquals(LogInspection.Result.SOME, LogInspection.of(path).result());
                assertTrue(Snapshot.load(path).isPresent());
            }
            assertTrue(hail.interrupts > ROUNDS, "too few interrupts to tell");
        }
        TwinLog.open(path).closeAndCheck();
    }

    @Test
    void shouldStillHoldTheLockAfterAHailOfInterrupts() throws Exception {
        final Path path = directory.toRealPath().resolve("kv.log");
        final TwinLog twin;
        try (Hail hail = new Hail(Thread.currentThread())) {
            twin = TwinLog.create(path, TwinLog.smallSegments());
            for (int round = 0; round < ROUNDS; round++) {
                twin.churn().compact().log().force();
            }
            assertTrue(hail.interrupts > ROUNDS, "too few interrupts to tell");
        }
        assertEquals(Holder.inUseByThisProcess(), Holder.askAnotherProcess(path));
        twin.close();
    }

    /** Interrupts a thread all the time, until closed by that thread; no interrupt is left over then. */
    private static final class Hail implements AutoCloseable {
        private final Thread target;
        private final Thread hailing = new Thread(this::hail, "hail");
        private volatile boolean ended;
        private volatile long interrupts;

        Hail(final Thread target) {
            this.target = target;
            hailing.start();
        }

        private void hail() {
            long count = 0;
            while (!ended) {
                target.interrupt();
                count++;
                interrupts = count;
                for (int i = 0; i < 200; i++) {
                    Thread.onSpinWait();
                }
            }
        }

        @Override
        public void close() {
            ended = true;
            while (hailing.isAlive()) {
                Thread.onSpinWait();
            }
            Thread.interrupted();
            System.out.println("InterruptTest: " + interrupts + " interrupts");
        }
    }

    @Test
    void shouldStillHoldTheLockAfterInterrupts() throws IOException {
        final Path path = directory.toRealPath().resolve("kv.log");
        Thread.currentThread().interrupt();
        try (TwinLog twin = TwinLog.create(path, TwinLog.smallSegments())) {
            twin.churn().compact().churn().log().force();
            twin.log().view().close();
            assertTrue(Thread.interrupted());
            assertEquals(Holder.inUseByThisProcess(), Holder.askAnotherProcess(path));
        }
    }
}
