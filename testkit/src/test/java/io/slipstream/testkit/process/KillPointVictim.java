package io.slipstream.testkit.process;

import io.slipstream.MaintenanceMode;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.storage.Storage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation.Kind;
import io.slipstream.testkit.model.ModelUpdate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A child that runs up to a {@link KillPoint}, says {@code there}, and waits to be killed. Arguments: log, ack file, seed, script,
 * moment, step.
 */
final class KillPointVictim {
    private static final int SEGMENT_LENGTH = SnapshotLog.Context.MIN_SEGMENT_LENGTH;
    private static final int SEGMENT_LENGTH_FOR_STORES = 1 << 20;
    // Longer than the scratch that records are built in.
    private static final int LONG_VALUE_LENGTH = 150_000;

    private static final List<String> SHAPES = List.of("put", "delete", "checkpoint", "short put from buffers", "long put");

    private final Path path;
    private final LongConsumer acknowledge;
    private long updates;

    KillPointVictim(final Path path, final LongConsumer acknowledge) {
        this.path = path;
        this.acknowledge = acknowledge;
    }

    public static void main(final String[] arguments) throws IOException {
        ParentWatch.dieWithParent();
        final Path path = Path.of(arguments[0]);
        final Acks acks = Acks.map(Path.of(arguments[1]));
        final LongConsumer acknowledge = i -> acks.set(Acks.Slot.RETURNED, i);
        final Moment moment = Moment.valueOf(arguments[4]);
        final int step = Integer.parseInt(arguments[5]);
        final KillPoint.Script script = KillPoint.Script.valueOf(arguments[3]);
        if (script != KillPoint.Script.STORES) {
            final FaultyStorage disk = new FaultyStorage().atNth(step, moment, KillPointVictim::standStill);
            new KillPointVictim(path, acknowledge).live(script, disk, new Feed(Long.parseLong(arguments[2])), stage -> { });
        } else {
            final Storage disk = new SteppedStorage((reached, number, what) -> {
                if (reached == moment && number == step) {
                    standStill();
                }
            });
            new KillPointVictim(path, acknowledge).storeEveryShape(disk);
        }
        System.out.println("the point was not reached");
    }

    private static void standStill() {
        System.out.println("there");
        while (true) {
            LockSupport.park();
        }
    }

    private static SnapshotLog.Context context(final Storage disk) {
        return new SnapshotLog.Context().storage(disk).segmentLength(SEGMENT_LENGTH);
    }

    private void append(final SnapshotLog log, final Feed feed, final int count) throws IOException {
        for (int i = 0; i < count; i++) {
            feed.appendTo(log, updates + 1);
            acknowledge.accept(++updates);
        }
    }

    private void appendUntilGrown(final SnapshotLog log, final Feed feed) throws IOException {
        final long growths = log.stats().growths();
        while (log.stats().growths() == growths) {
            append(log, feed, 10);
        }
    }

    /** The whole life of a log, from its creation on. The path is free before. */
    void live(final KillPoint.Script script, final FaultyStorage disk, final Feed feed, final Consumer<String> stage) throws IOException {
        if (script == KillPoint.Script.LIFE) {
            live(disk, feed, stage);
        } else {
            liveMaintained(disk, feed, stage);
        }
    }

    private void live(final FaultyStorage disk, final Feed feed, final Consumer<String> stage) throws IOException {
        stage.accept("open of a new log");
        SnapshotLog log = SnapshotLog.open(path, context(disk));
        stage.accept("growth");
        appendUntilGrown(log, feed);
        stage.accept("force");
        log.force();
        append(log, feed, 20);
        stage.accept("compaction");
        log.compact();
        stage.accept("growth behind a compaction");
        appendUntilGrown(log, feed);
        stage.accept("close");
        log.close();

        stage.accept("load");
        Snapshot.load(path, context(disk));
        appendToFile(new byte[100]);
        stage.accept("load of a log with slack");
        Snapshot.load(path, context(disk));

        stage.accept("open of a closed log");
        log = SnapshotLog.open(path, context(disk));
        append(log, feed, 10);
        log.close();
        appendToFile(unfinishedRecord());
        stage.accept("open of a torn log");
        log = SnapshotLog.open(path, context(disk));
        append(log, feed, 10);
        stage.accept("failed force");
        failForce(log, disk);
        stage.accept("open of a log that owes a force");
        log = SnapshotLog.open(path, context(disk));
        append(log, feed, 10);
        stage.accept("close");
        log.close();
    }

    private void liveMaintained(final FaultyStorage disk, final Feed feed, final Consumer<String> stage) throws IOException {
        stage.accept("open of a maintained log");
        SnapshotLog log = SnapshotLog.open(path, maintained(disk));
        stage.accept("growth into a segment that was ready");
        log.maintenanceInvoker().invoke();
        append(log, feed, 10);
        log.maintenanceInvoker().invoke();
        appendUntilGrown(log, feed);
        log.maintenanceInvoker().invoke();
        stage.accept("requested force");
        final long ticket = log.requestForce();
        append(log, feed, 3);
        while (!log.isForced(ticket)) {
            log.maintenanceInvoker().invoke();
        }
        stage.accept("rotation");
        log.requestCompaction();
        while (log.stats().compactions() == 0) {
            log.maintenanceInvoker().invoke();
            append(log, feed, 2);
        }
        stage.accept("growth behind a rotation");
        appendUntilGrown(log, feed);
        stage.accept("rotation that is given up at its rename");
        disk.failNth(Kind.RENAME, 1, Moment.BEFORE);
        log.requestCompaction();
        while (log.stats().failedCompactions() == 0) {
            log.maintenanceInvoker().invoke();
            append(log, feed, 2);
        }
        stage.accept("compaction that the writer waits for");
        log.compact();
        append(log, feed, 2);
        stage.accept("close in both files");
        invokeUntil(log, "JOINING");
        append(log, feed, 2);
        log.close();

        stage.accept("open of a log that was closed in both files");
        log = SnapshotLog.open(path, maintained(disk));
        append(log, feed, 2);
        invokeUntil(log, "JOINING");
        append(log, feed, 2);
        invokeUntil(log, "PUBLISHED");
        stage.accept("close before what was published is adopted");
        log.close();
    }

    private static SnapshotLog.Context maintained(final FaultyStorage disk) {
        return context(disk).maintenance(MaintenanceMode.INVOKER).errorHandler(failure -> {
            if (!disk.faults().contains(failure)) {
                throw new IllegalStateException("not the fault that was planned", failure);
            }
        });
    }

    private static void invokeUntil(final SnapshotLog log, final String state) throws IOException {
        if (state.equals("JOINING")) {
            log.requestCompaction();
        }
        while (!log.toString().contains("state=" + state)) {
            log.maintenanceInvoker().invoke();
        }
    }

    // The log owes a force then, and is rewritten when it is opened.
    private static void failForce(final SnapshotLog log, final FaultyStorage disk) throws IOException {
        disk.failNth(Kind.FORCE, 1, Moment.AFTER);
        try (log) {
            final IOException failure = thrownBy(log);
            if (disk.faults().isEmpty() || !failure.equals(disk.faults().get(0))) {
                throw new IllegalStateException("not the fault that was planned", failure);
            }
        }
    }

    private static IOException thrownBy(final SnapshotLog log) {
        try {
            log.force();
            return null;
        } catch (final IOException e) {
            return e;
        }
    }

    private static byte[] unfinishedRecord() {
        final byte[] record = new LogBuilder().put("torn", "never committed", 1).slack(50).toBytes();
        Arrays.fill(record, 0, Integer.BYTES, (byte) 0);
        return record;
    }

    private void appendToFile(final byte[] bytes) throws IOException {
        Files.write(path, bytes, StandardOpenOption.APPEND);
    }

    /** Appends one record of each shape; they and the file's end lie in one segment. */
    void storeEveryShape(final Storage disk) throws IOException {
        try (SnapshotLog log = SnapshotLog.open(path, context(disk).segmentLength(SEGMENT_LENGTH_FOR_STORES))) {
            for (long i = 1; i <= SHAPES.size(); i++) {
                if (nameOfShape(i).endsWith("from buffers")) {
                    putFromBuffers(log, (ModelUpdate.Put) shape(i), i);
                } else {
                    Feed.append(log, shape(i));
                }
                acknowledge.accept(i);
            }
        }
    }

    private static void putFromBuffers(final SnapshotLog log, final ModelUpdate.Put put, final long revision) {
        log.put(new UnsafeBuffer(put.key()), 0, put.key().length, new UnsafeBuffer(put.value()), 0, put.value().length, revision);
    }

    /** The name of the i-th shape, counted from 1. */
    static String nameOfShape(final long i) {
        return i > SHAPES.size() ? "end" : SHAPES.get((int) i - 1);
    }

    /** The i-th update of {@link #storeEveryShape(Storage)}, counted from 1. The values of all puts hold whole records. */
    static ModelUpdate shape(final long i) {
        final byte[] key = Utf8.encode("key");
        return switch (nameOfShape(i)) {
            case "put", "short put from buffers" -> new ModelUpdate.Put(key, valueOfRecords(1), Token.of(i));
            case "delete" -> new ModelUpdate.Delete(key, Token.of(i));
            case "checkpoint" -> new ModelUpdate.Checkpoint(Token.of(i));
            default -> new ModelUpdate.Put(key, valueOfRecords(LONG_VALUE_LENGTH), Token.of(i));
        };
    }

    private static byte[] valueOfRecords(final int minimum) {
        final LogBuilder records = new LogBuilder();
        while (records.length() < minimum) {
            records.put("inner", "a record inside a value", 1);
        }
        return records.toBytes();
    }
}
