package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.errors.PoisonedLogException;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.disk.SimulatedDisk;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelLog;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.recovery.EngineState;
import io.slipstream.testkit.soak.Campaign;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * A life of a log of 200 operations, lived again for every storage operation in it, each time with another of them failing. After the fault the
 * disk is sound again, and three things are looked at: what the death of the process would leave at once; that the log goes on, or refuses to; and
 * what the next writer finds. Each must be what the calls that returned have made: docs/recovery.md, sections 8 to 14.
 */
class EveryOperationFailsTest {
    private static final int STEPS = 200;
    private static final int STEPS_AFTER_THE_FAULT = 3;
    private static final int FULL_DISKS = 250;
    private static final long MORE_THAN_IS_WRITTEN = 1L << 24;

    /** The operation fails by itself, and nobody minds: a mark that is not there is opened. */
    private static final String NO_FAULT = "no fault";

    /** What is done to a log; an update, or one of the others. */
    private enum Other { FORCE, REOPEN }

    /** The 200 operations: most are puts to 25 keys, one of them in ten longer than a segment. */
    private static final List<Object> SCRIPT = script();

    private final Map<String, Integer> outcomes = new TreeMap<>();

    private static List<Object> script() {
        final Random random = new Random(20_261_120);
        final List<Object> steps = new ArrayList<>();
        for (int i = 1; i <= STEPS; i++) {
            if (i % 29 == 0) {
                steps.add(Other.REOPEN);
            } else if (i % 23 == 0) {
                steps.add(ModelUpdate.compact());
            } else if (i % 11 == 0) {
                steps.add(Other.FORCE);
            } else {
                steps.add(update(random, i));
            }
        }
        return steps;
    }

    private static ModelUpdate update(final Random random, final int i) {
        final String key = "key-" + random.nextInt(25);
        return switch (random.nextInt(10)) {
            case 0 -> ModelUpdate.put(key, "x".repeat(4096 + random.nextInt(3000)), i);
            case 1, 2 -> ModelUpdate.delete(key, i);
            case 3, 4 -> ModelUpdate.checkpoint(i);
            default -> ModelUpdate.put(key, "x".repeat(random.nextInt(900)), i);
        };
    }

    /** One life: a disk, a writer, and what it has been told and has confirmed. */
    private static final class Life {
        private final SimulatedDisk disk = new SimulatedDisk();
        private final FaultyStorage faulty = new FaultyStorage(disk);
        private final Path path = disk.path("kv.log");
        private final ModelState confirmed = new ModelState();
        private SnapshotLog log;
        private int writers;
        private int next;
        private Object failed;
        private Exception failure;

        Life(final Fault fault) {
            fault.armOn(faulty);
        }

        /** Takes steps until one fails or {@code end} is reached. What it throws must be of a kind that is documented. */
        void liveUntil(final int end) {
            failure = null;
            failed = null;
            if (log == null) {
                attempt(Other.REOPEN);
            }
            while (failure == null && next < end) {
                attempt(SCRIPT.get(next));
                next++;
            }
        }

        private void attempt(final Object step) {
            try {
                take(step);
            } catch (final IOException | UncheckedIOException | IllegalStateException e) {
                failed = step;
                failure = e;
            }
        }

        private void take(final Object step) throws IOException {
            if (step instanceof ModelUpdate update) {
                apply(update);
                confirmed.apply(update);
            } else if (step == Other.FORCE) {
                log.force();
            } else {
                reopen();
            }
        }

        // Every second writer forces at its checkpoints.
        private void reopen() throws IOException {
            final SnapshotLog closing = log;
            log = null;
            if (closing != null) {
                closing.close();
            }
            log = SnapshotLog.open(path, TwinLog.smallSegments().storage(faulty).forceOnCheckpoint(writers++ % 2 == 1));
        }

        private void apply(final ModelUpdate update) throws IOException {
            if (update instanceof ModelUpdate.Put put) {
                log.put(Utf8.decode(put.key()), put.value(), VersionToken.of(put.version()));
            } else if (update instanceof ModelUpdate.Delete delete) {
                log.delete(Utf8.decode(delete.key()), VersionToken.of(delete.version()));
            } else if (update instanceof ModelUpdate.Checkpoint checkpoint) {
                log.checkpoint(WatchCursor.of(checkpoint.cursor()));
            } else {
                log.compact();
            }
        }

        /** A checkpoint whose force failed may have been appended; anything else that failed has not. */
        boolean isPossible(final ModelState state) {
            return state.equals(confirmed)
                || failed instanceof ModelUpdate.Checkpoint checkpoint && state.equals(new ModelState(confirmed).apply(checkpoint));
        }

        /** Whether the file itself could not be forced. Where the force never came to that, nothing is lost: it may be tried again. */
        boolean isForceFailed() {
            return failed == Other.FORCE && faulty.faults().get(0).getMessage().contains(" " + Operation.Kind.FORCE + " ");
        }

        /** The cursor of a failed checkpoint counts from here on, if it is there. */
        void settle(final ModelState state) {
            assertTrue(isPossible(state), () -> "lost or invented: expected\n" + confirmed + "found\n" + state);
            if (failed instanceof ModelUpdate.Checkpoint) {
                confirmed.cursor(state.cursor());
            }
        }
    }

    /** Something to go wrong. */
    private interface Fault {
        void armOn(FaultyStorage disk);
    }

    /** No engine at all: what the bytes say by the model. Absent is as good as empty. */
    private static ModelState stateOf(final SimulatedDisk disk, final Path path) {
        final byte[] bytes = disk.file(path);
        if (bytes == null) {
            return new ModelState();
        }
        final ModelVerdict verdict = ModelJudge.judge(bytes);
        assertFalse(verdict.isError(), () -> "the file is damaged: " + verdict);
        return verdict.state();
    }

    private void live(final Fault fault) throws IOException {
        final Life life = new Life(fault);
        life.liveUntil(STEPS);
        life.faulty.heal();
        final boolean poisoned = life.log != null && life.log.toString().contains("POISONED");
        count(life, poisoned);
        assertTrue(poisoned || !life.isForceFailed(), () -> "a force failed, and the log goes on: " + life.failure);

        final SimulatedDisk killed = life.disk.afterProcessDeath();
        life.settle(stateOf(life.disk, life.path));
        assertRecovers(life, killed);
        goOn(life, poisoned);
        assertRecovers(life, life.disk);
    }

    private void count(final Life life, final boolean poisoned) {
        final String outcome;
        if (life.faulty.faults().isEmpty()) {
            outcome = NO_FAULT;
        } else if (life.failure == null) {
            outcome = "passed over";
        } else {
            outcome = poisoned ? "poisoned" : life.log == null ? "no writer" : "goes on";
        }
        outcomes.merge(outcome, 1, Integer::sum);
    }

    // A poisoned log refuses everything until it is opened again; one that is not takes what comes.
    private static void goOn(final Life life, final boolean poisoned) {
        if (poisoned) {
            assertThrows(PoisonedLogException.class, () -> life.log.put("k", new byte[0], VersionToken.unknown()));
            assertThrows(PoisonedLogException.class, life.log::force);
            assertThrows(PoisonedLogException.class, life.log::compact);
        } else {
            life.liveUntil(Math.min(STEPS, life.next + STEPS_AFTER_THE_FAULT));
            assertNull(life.failure, () -> "the disk is sound again, but: " + life.failure);
        }
        if (life.log != null) {
            assertDoesNotThrow(life.log::close, "close on a sound disk");
        }
    }

    // The next writer finds all of it and nothing else, cleans up, and does its work.
    private static void assertRecovers(final Life life, final SimulatedDisk disk) throws IOException {
        final SnapshotLog.Context context = TwinLog.smallSegments().storage(disk).recoveredView(true);
        final ModelLog model;
        try (SnapshotLog log = SnapshotLog.open(life.path, context)) {
            assertNull(disk.file(TwinLog.temporaryFile(life.path)), "LOG.compact was left behind");
            assertEquals(life.confirmed, EngineState.of(log.recoveredView()), "what the next writer finds");
            model = ModelLog.open(disk.file(life.path), ModelLog.DEFAULT_COMPACTION_THRESHOLD);
            log.put("next", new byte[] {1}, VersionToken.of(1));
            model.put(Utf8.encode("next"), new byte[] {1}, VersionToken.of(1).toBytes());
        }
        assertArrayEquals(model.toBytes(), disk.file(life.path), "what the next writer leaves");
    }

    private static List<Operation> operationsWithoutFault() {
        final Life life = new Life(disk -> { });
        life.liveUntil(STEPS);
        assertNull(life.failure, () -> "without a fault: " + life.failure);
        assertEquals(STEPS, life.next);
        return life.faulty.operations();
    }

    private static long bytesWithoutFault() {
        long low = 0;
        long high = MORE_THAN_IS_WRITTEN;
        while (low < high) {
            final long middle = low + (high - low) / 2;
            final Life life = new Life(disk -> disk.fullAfter(middle));
            life.liveUntil(STEPS);
            if (life.faulty.faults().isEmpty()) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private void check(final String what, final Fault fault) {
        try {
            live(fault);
        } catch (final IOException | RuntimeException | AssertionError e) {
            throw new AssertionError(what + ": " + e.getMessage(), e);
        }
    }

    @Test
    void shouldMeetEveryKindOfOperation() {
        final Map<Operation.Kind, Long> kinds =
            operationsWithoutFault().stream().collect(Collectors.groupingBy(Operation::kind, TreeMap::new, Collectors.counting()));
        System.out.println("EveryOperationFailsTest: " + kinds);
        for (final Operation.Kind kind : Operation.Kind.values()) {
            assertTrue(kind == Operation.Kind.LINK || kinds.containsKey(kind), kind + " is missing: " + kinds);
        }
    }

    @Test
    void shouldKeepWhatWasConfirmedWhicheverOperationIsNotDone() {
        everyOperationFails(Moment.BEFORE);
        assertFalse(outcomes.containsKey(NO_FAULT), outcomes::toString);
    }

    @Test
    void shouldKeepWhatWasConfirmedWhicheverOperationIsDoneButReportedAsFailed() {
        everyOperationFails(Moment.AFTER);
        assertTrue(outcomes.getOrDefault(NO_FAULT, 0) < 10, outcomes::toString);
    }

    @Test
    void shouldKeepWhatWasConfirmedFromWhicheverOperationOnTheDiskIsGone() {
        everyOperationFails("disk-gone", n -> disk -> disk.failFrom(n));
        assertFalse(outcomes.containsKey(NO_FAULT), outcomes::toString);
    }

    private void everyOperationFails(final Moment moment) {
        everyOperationFails(moment.name().toLowerCase(Locale.ROOT), n -> disk -> disk.failNth(n, moment));
    }

    private void everyOperationFails(final String how, final IntFunction<Fault> faultAt) {
        final Campaign campaign = Campaign.ofBuild("every-operation-fails-" + how);
        final List<Operation> operations = operationsWithoutFault();
        for (int n = 1; n <= operations.size(); n++) {
            check("operation " + n + " of " + operations.size() + ", " + how + ": " + operations.get(n - 1), faultAt.apply(n));
        }
        assertTrue(outcomes.keySet().containsAll(List.of("goes on", "poisoned", "no writer")), outcomes::toString);
        campaign.report(operations.size(), outcomes.toString());
    }

    @Test
    void shouldKeepWhatWasConfirmedWhereverTheDiskIsFull() {
        final Campaign campaign = Campaign.ofBuild("every-full-disk");
        final long bytes = bytesWithoutFault();
        for (int i = 0; i < FULL_DISKS; i++) {
            final long room = bytes * i / FULL_DISKS;
            check("a disk full after " + room + " of " + bytes + " bytes", disk -> disk.fullAfter(room));
        }
        assertFalse(outcomes.containsKey(NO_FAULT), outcomes::toString);
        campaign.report(FULL_DISKS, outcomes.toString());
    }
}
