package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.MaintenanceMode;
import io.slipstream.SnapshotLog;
import io.slipstream.errors.PoisonedLogException;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A writer and its model, with maintenance that the test invokes, by a clock that the test sets. One thread. */
public final class MaintainedLog implements AutoCloseable {
    /** The first wait after a failure. */
    public static final long SECOND = 1_000_000_000L;

    private static final int MAX_INVOCATIONS = 500;

    private final FaultyStorage disk;
    private final List<Throwable> reported = new ArrayList<>();
    private TwinLog twin;
    private long nanos = 1;
    private long revision;

    private MaintainedLog(final FaultyStorage disk) {
        this.disk = disk;
    }

    /** A new log that is compacted as soon as anything in it is dead. */
    public static MaintainedLog create(final Path directory, final FaultyStorage disk) throws IOException {
        return create(directory, disk, eager());
    }

    /** A new log. */
    public static MaintainedLog create(final Path directory, final FaultyStorage disk, final SnapshotLog.Context context) throws IOException {
        final MaintainedLog log = new MaintainedLog(disk);
        log.twin = TwinLog.create(directory.resolve("kv.log"), context.storage(disk).maintenance(MaintenanceMode.INVOKER)
            .errorHandler(log.reported::add).nanoClock(() -> log.nanos));
        return log;
    }

    /** Small segments; compacts whenever half of the log is dead. */
    public static SnapshotLog.Context eager() {
        return TwinLog.smallSegments().compactionFloor(0).compactionRatio(1);
    }

    /** Such a log, most of which is dead. */
    public static MaintainedLog churned(final Path directory, final FaultyStorage disk) throws IOException {
        final MaintainedLog log = create(directory, disk);
        log.twin.churn();
        log.twin.churn();
        return log;
    }

    /** The writer and its model. */
    public TwinLog twin() {
        return twin;
    }

    /** The writer. */
    public SnapshotLog log() {
        return twin.log();
    }

    /** What the error handler was told so far. */
    public List<Throwable> reported() {
        return reported;
    }

    /** Invokes maintenance so many times. */
    public MaintainedLog maintain(final int times) {
        for (int i = 0; i < times; i++) {
            log().maintenanceInvoker().invoke();
        }
        return this;
    }

    /** Invokes maintenance until the log is in that state, whose name {@link SnapshotLog#toString()} gives. */
    public MaintainedLog maintainUntil(final String state) {
        for (int i = 0; !isIn(state); i++) {
            assertTrue(i < MAX_INVOCATIONS, () -> "it never comes to that: " + state + ", but " + log() + " reported=" + reported);
            maintain(1);
        }
        return this;
    }

    /** Invokes maintenance until it has begun to write a temporary file. */
    public MaintainedLog maintainUntilBegun() {
        final long before = attempts();
        for (int i = 0; attempts() == before; i++) {
            assertTrue(i < MAX_INVOCATIONS, () -> "no compaction begins: " + log() + " reported=" + reported);
            maintain(1);
        }
        return this;
    }

    /** Whether the log is in that state. */
    public boolean isIn(final String state) {
        return log().toString().contains("state=" + state + ",");
    }

    /** Puts a little, each time to another of the keys that {@link TwinLog#churn()} uses. */
    public MaintainedLog put() {
        revision++;
        twin.put("key-" + revision % 20, "during " + revision, revision);
        return this;
    }

    /**
     * Invokes maintenance and appends, in turn, until a compaction was published and adopted, or given up, or nothing more comes of it. A poisoned log takes no
     * append: that ends it, too.
     */
    public MaintainedLog rotate() {
        final long ended = ended();
        try {
            for (int i = 0; i < MAX_INVOCATIONS / 10 && ended() == ended; i++) {
                maintain(2); // with something new each time, the index would wait for more
                put();
            }
        } catch (final PoisonedLogException e) {
            assertTrue(isIn("POISONED"), () -> "who says so? " + log());
        }
        return this;
    }

    private long ended() {
        return log().stats().compactions() + log().stats().failedCompactions();
    }

    /** Sets the clock on. */
    public MaintainedLog pass(final long passedNanos) {
        nanos += passedNanos;
        return this;
    }

    /** How often a temporary file was begun since the disk last forgot. */
    public long attempts() {
        return disk.operations().stream().filter(operation -> operation.kind() == Operation.Kind.CREATE).count();
    }

    /** However often maintenance is invoked, another compaction must not begin: not before the wait is over. */
    public void assertWaits() {
        final long before = attempts();
        for (int i = 0; i < 20; i++) {
            maintain(5);
            put();
        }
        assertEquals(before, attempts(), "attempts before the wait is over");
    }

    @Override
    public void close() throws IOException {
        twin.close();
    }
}
