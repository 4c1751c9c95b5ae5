package io.slipstream.testkit.properties;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.slipstream.KvUpdate;
import io.slipstream.LogInspection;
import io.slipstream.RecoveryPolicy;
import io.slipstream.RecoveryReport;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.errors.SnapshotDamageException;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.disk.SimulatedDisk;
import io.slipstream.testkit.gen.NamedDamage;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelLog;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.recovery.EngineState;
import io.slipstream.testkit.recovery.Findings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A log and its model, which are taken through the same steps and compared after each. A failure holds the script that leads to it:
 * {@code LogMachine.run(Step.parse(script))} does it again.
 */
final class LogMachine {
    /** So small that a checkpoint finds some logs due for compaction, and others not. */
    private static final long COMPACTION_THRESHOLD = 400;
    private static final Map<String, Long> FIGURES = new TreeMap<>();

    private final List<Step> script = new ArrayList<>();
    private SimulatedDisk disk = new SimulatedDisk();
    private final Path path = disk.path("kv.log");
    private ModelLog model = ModelLog.create(COMPACTION_THRESHOLD);
    private SnapshotLog log;
    private Followed followed;
    private int copies;

    /** A new log. */
    LogMachine() {
        try {
            log = SnapshotLog.open(path, context());
        } catch (final IOException e) {
            throw new AssertionError("a new log cannot be opened", e);
        }
    }

    /** Takes a new log through the steps, and closes it. */
    static LogMachine run(final List<Step> steps) {
        final LogMachine machine = new LogMachine();
        steps.forEach(machine::take);
        machine.close();
        return machine;
    }

    /** How often each kind of step was taken, by all machines since the last call, and what came of it. */
    static String figures() {
        final String figures = FIGURES.toString();
        FIGURES.clear();
        return figures;
    }

    /** The steps so far. */
    List<Step> script() {
        return script;
    }

    /** The log's file as it is. */
    byte[] file() {
        return disk.file(path);
    }

    /** Takes one step, and compares. */
    void take(final Step step) {
        script.add(step);
        try {
            act(step);
            assertFileHolds(model.toBytes());
        } catch (final Exception | Error e) {
            throw new AssertionError(e + "\nafter the script:\n" + Step.print(script), e);
        }
    }

    /** Closes the log: its file is the model's. */
    void close() {
        try {
            closeLog();
        } catch (final Exception | Error e) {
            throw new AssertionError(e + "\nat close after the script:\n" + Step.print(script), e);
        }
    }

    private void act(final Step step) throws IOException {
        if (step instanceof Step.Call call) {
            count(call.toScript().split("\t", 2)[0]);
            call(call.update());
        } else if (step instanceof Step.Harm harm) {
            harm(harm.damage());
        } else if (step instanceof Step.Deed deed) {
            count(deed.toScript());
            switch (deed) {
                case FORCE -> log.force();
                case VIEW -> view();
                case COPY -> copy();
                case FOLLOW -> follow();
                case REOPEN -> reopen();
                case LOAD -> load();
                case KILL -> kill();
            }
        }
    }

    private void call(final ModelUpdate update) throws IOException {
        if (update instanceof ModelUpdate.Put put) {
            put(put);
            model.apply(put);
        } else if (update instanceof ModelUpdate.Delete delete) {
            delete(delete.key(), delete.version());
            model.apply(delete);
        } else if (update instanceof ModelUpdate.Purge purge) {
            purge(purge.key(), purge.version());
            model.apply(purge);
        } else if (update instanceof ModelUpdate.Checkpoint checkpoint) {
            final boolean due = checkpoint(checkpoint.cursor());
            assertEquals(model.checkpoint(checkpoint.cursor()), due, "whether a compaction is due");
            count(due ? "due" : "not-due");
        } else {
            log.compact();
            model.compact();
        }
    }

    // There are several ways to say the same: the number of the step decides which one is taken.
    private boolean isTurn(final int way, final int ways) {
        return script.size() % ways == way;
    }

    private void put(final ModelUpdate.Put put) {
        final String key = Utf8.decode(put.key());
        final VersionToken version = VersionToken.of(put.version());
        if (isTurn(0, 3)) {
            log.append(new KvUpdate.Put(key, put.value(), version));
        } else if (isTurn(1, 3) && version.length() == Long.BYTES) {
            log.put(new UnsafeBuffer(put.key()), 0, put.key().length, new UnsafeBuffer(put.value()), 0, put.value().length, version.revision());
        } else {
            log.put(key, put.value(), version);
        }
    }

    private void delete(final byte[] key, final byte[] token) {
        final VersionToken version = VersionToken.of(token);
        if (isTurn(0, 3)) {
            log.append(new KvUpdate.Delete(Utf8.decode(key), version));
        } else if (isTurn(1, 3) && token.length == Long.BYTES) {
            log.delete(new UnsafeBuffer(key), 0, key.length, version.revision());
        } else {
            log.delete(Utf8.decode(key), version);
        }
    }

    private void purge(final byte[] key, final byte[] token) {
        final VersionToken version = VersionToken.of(token);
        if (isTurn(0, 3)) {
            log.append(new KvUpdate.Purge(Utf8.decode(key), version));
        } else if (isTurn(1, 3) && token.length == Long.BYTES) {
            log.purge(new UnsafeBuffer(key), 0, key.length, version.revision());
        } else {
            log.purge(Utf8.decode(key), version);
        }
    }

    private boolean checkpoint(final byte[] cursor) throws IOException {
        return isTurn(0, 2) && cursor.length == Long.BYTES
            ? log.checkpoint(ByteBuffer.wrap(cursor).getLong())
            : log.checkpoint(WatchCursor.of(cursor));
    }

    private void view() throws IOException {
        try (SnapshotView view = log.view()) {
            assertEquals(model.state(), EngineState.of(view), "what a view shows");
        }
        try (SnapshotView view = SnapshotView.open(disk, path, RecoveryPolicy.PROVEN)) {
            assertEquals(model.state(), EngineState.of(view), "what a view beside the writer shows");
        }
    }

    private void copy() throws IOException {
        final Path target = disk.path("copy-" + copies++);
        log.copyTo(target);
        assertArrayEquals(model.state().compactForm(), disk.file(target), "a copy");
    }

    private void follow() throws IOException {
        if (followed == null) {
            followed = new Followed(disk, path);
        }
        assertEquals(ModelJudge.judge(model.toBytes()).updates(), followed.updates(), "what was followed");
    }

    private void reopen() throws IOException {
        closeLog();
        continueLog();
    }

    private void load() throws IOException {
        closeLog();
        final byte[] closed = file();
        assertEquals(model.state(), EngineState.of(Snapshot.load(path, context())), "what a load answers");
        assertArrayEquals(ModelLog.load(closed), file(), "what a load leaves");
        continueLog();
    }

    private void kill() throws IOException {
        disk = disk.afterProcessDeath();
        continueLog();
    }

    private void harm(final NamedDamage damage) throws IOException {
        closeLog();
        final byte[] closed = file();
        final byte[] damaged = damage.applyTo(closed);
        disk.put(path, damaged);
        final ModelVerdict expected = ModelJudge.judge(damaged);
        assertEquals(Findings.of(expected), Findings.of(LogInspection.of(disk, path)), "what an inspection finds");
        if (expected.isError() && !isStartOfHeader(damaged)) {
            count("refused");
            final SnapshotDamageException refusal = assertThrows(SnapshotDamageException.class, () -> SnapshotLog.open(path, context()));
            assertEquals(expected.row(), refusal.rule(), "the row");
            assertEquals(expected.offset(), refusal.offset(), "the offset");
            assertThrows(SnapshotDamageException.class, () -> Snapshot.load(path, context()));
            assertArrayEquals(damaged, file(), "the refused file");
            disk.put(path, closed);
        } else {
            count(expected.dropped() > 0 ? "cut" : "harmless");
        }
        continueLog();
    }

    private static boolean isStartOfHeader(final byte[] file) {
        final byte[] header = new LogBuilder().header().toBytes();
        return file.length < header.length && Arrays.equals(file, 0, file.length, header, 0, file.length);
    }

    private void closeLog() throws IOException {
        log.close();
        assertArrayEquals(model.toBytes(), file(), "the closed file");
    }

    /** Opens what is there now: the engine reports what the model finds. */
    private void continueLog() throws IOException {
        followed = null;
        final byte[] found = file();
        model = ModelLog.open(found, COMPACTION_THRESHOLD);
        log = SnapshotLog.open(path, context());
        assertEquals(report(found), log.recovery());
        assertEquals(model.state(), EngineState.of(log.recoveredView()), "what was recovered");
    }

    private static RecoveryReport report(final byte[] found) {
        if (isStartOfHeader(found)) {
            return new RecoveryReport(RecoveryReport.Tail.NEW, 0, LogBuilder.HEADER_LENGTH, 0, 0, 0, null);
        }
        final ModelVerdict verdict = ModelJudge.judge(found);
        return new RecoveryReport(RecoveryReport.Tail.valueOf(verdict.kind().name()), verdict.row(), verdict.logEnd(), verdict.dropped(), 0,
            verdict.records(), null);
    }

    private void assertFileHolds(final byte[] records) {
        final byte[] found = file();
        assertEquals(records.length, log.length(), "the length of the log");
        assertArrayEquals(Arrays.copyOf(records, found.length), found, "the file: the model's, and slack");
    }

    private SnapshotLog.Context context() {
        return new SnapshotLog.Context().storage(disk).segmentLength(SnapshotLog.Context.MIN_SEGMENT_LENGTH)
            .compactionThreshold(COMPACTION_THRESHOLD).recoveredView(true);
    }

    private static void count(final String what) {
        FIGURES.merge(what, 1L, Long::sum);
    }

    @Override
    public String toString() {
        return Step.print(script);
    }
}
