package io.slipstream.testkit.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.errors.SnapshotDamageException;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.disk.SimulatedDisk;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelLog;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.recovery.EngineState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.function.Executable;

/**
 * A script of calls, read from bytes, that engine and model both live through: the same answers, the same bytes after each close, the same state
 * in each view, now and for as long as the view is held. The bytes are described in {@code fuzz/README.md} among the test resources.
 */
final class OperationsRun {
    private static final int MAX_CALLS = 150;
    private static final int MAX_HELD_VIEWS = 4;
    private static final int SEGMENT_LENGTH_UNIT = 64;
    private static final int MAX_LOG_LENGTH = 200_000;
    private static final int LARGE_VALUE_UNIT = 64;
    private static final int BUFFER_MARGIN = 3;
    private static final String NAME = "kv.log";
    /* Neighbours in an order that Java's String would get wrong, keys that are prefixes of keys, keys that differ late, the empty one, one of
     * the greatest length; then those that must be refused. The last index stands for bytes read from the script. */
    private static final List<String> KEYS = List.of("", "a", "b", "aa", "node.us-east-2", "\ue000", "\ud800\udc00", "node.us-", "\uffff", "\u0000",
        "node.us-east-1", "k".repeat(300), "k".repeat(65_535), "k".repeat(65_536), "\udc00x");
    private static final int KEY_OF_GREATEST_LENGTH = 12;

    private final Calls calls;
    private final StringBuilder script = new StringBuilder();
    private final List<HeldView> held = new ArrayList<>();
    private final long threshold;
    private final int segmentLength;
    private SimulatedDisk disk = new SimulatedDisk();
    private final Path path = disk.path(NAME);
    private SnapshotLog log;
    private ModelLog model;
    /* What a power cut may not take: so many bytes from the start of the log. Only if the mark can name the record at their end may it
     * excuse what is missing behind; without, a log with a hole is refused. */
    private int forcedLength = LogBuilder.HEADER_LENGTH;
    private boolean provable;
    private boolean ended;

    /** A view and what it must show for ever. */
    private record HeldView(SnapshotView view, ModelState state) {
    }

    private OperationsRun(final byte[] input) {
        calls = new Calls(input);
        threshold = calls.next() * 16L;
        segmentLength = SnapshotLog.Context.MIN_SEGMENT_LENGTH + SEGMENT_LENGTH_UNIT * calls.next();
        model = ModelLog.create(threshold);
    }

    /** Runs the script that these bytes are, and answers it in words. A failure says which calls led to it. */
    static String run(final byte[] input) throws IOException {
        final OperationsRun run = new OperationsRun(input);
        try {
            run.run();
            return run.script.toString();
        } catch (final AssertionError | RuntimeException | IOException e) {
            throw new AssertionError(e + "\nafter these calls:\n" + run.script, e);
        }
    }

    private void run() throws IOException {
        say("open threshold=" + threshold + " segmentLength=" + segmentLength);
        open();
        for (int call = 0; call < MAX_CALLS && calls.hasNext() && !ended; call++) {
            step(calls.next());
        }
        if (!ended) {
            close();
        }
        for (final HeldView each : held) {
            assertEquals(each.state, EngineState.of(each.view), "a view that was held");
            each.view.close();
        }
    }

    private void step(final int call) throws IOException {
        final int argument = call >> 4;
        switch (call & 0xF) {
            case 0 -> put(argument, calls.next());
            case 1 -> put(argument, calls.next() * LARGE_VALUE_UNIT);
            case 2 -> putBuffer(argument);
            case 3 -> delete(argument);
            case 4 -> deleteBuffer(argument);
            case 5 -> purge(argument);
            case 6 -> checkpoint(calls.token());
            case 7 -> checkpointRevision(calls.next());
            case 8 -> force();
            case 9 -> compact();
            case 10 -> view(argument);
            case 11 -> reopen();
            case 12 -> die();
            case 13 -> load();
            case 14 -> damage(argument);
            default -> cutPower(argument);
        }
        if (!ended) {
            assertEquals(model.toBytes().length, log.length(), "the length");
        }
    }

    private void put(final int keyIndex, final int valueLength) throws IOException {
        final String key = key(keyIndex);
        final byte[] value = value(valueLength);
        final byte[] version = calls.token();
        say("put " + name(key) + " value of " + value.length + " version " + Hex.of(version));
        update(
            () -> model.put(Utf8.encode(key), value, version),
            () -> log.put(key, value, VersionToken.of(version)));
    }

    private void putBuffer(final int keyIndex) throws IOException {
        final byte[] key = keyBytes(keyIndex);
        final byte[] value = value(calls.next());
        final int revision = calls.next();
        say("put buffers " + name(key) + " value of " + value.length + " version " + revision);
        update(
            () -> model.put(key, value, Token.of(revision)),
            () -> log.put(buffer(key), BUFFER_MARGIN, key.length, buffer(value), BUFFER_MARGIN, value.length, revision));
    }

    private void delete(final int keyIndex) throws IOException {
        final String key = key(keyIndex);
        final byte[] version = calls.token();
        say("delete " + name(key) + " version " + Hex.of(version));
        update(() -> model.delete(Utf8.encode(key), version), () -> log.delete(key, VersionToken.of(version)));
    }

    private void deleteBuffer(final int keyIndex) throws IOException {
        final byte[] key = keyBytes(keyIndex);
        final int revision = calls.next();
        say("delete buffer " + name(key) + " version " + revision);
        update(() -> model.delete(key, Token.of(revision)), () -> log.delete(buffer(key), BUFFER_MARGIN, key.length, revision));
    }

    private void purge(final int keyIndex) throws IOException {
        final String key = key(keyIndex);
        say("purge " + name(key));
        update(() -> model.purge(Utf8.encode(key), Token.none()), () -> log.purge(key, VersionToken.unknown()));
    }

    private void checkpoint(final byte[] cursor) throws IOException {
        say("checkpoint " + Hex.of(cursor));
        final boolean[] due = new boolean[2];
        update(() -> due[0] = model.checkpoint(cursor), () -> due[1] = log.checkpoint(WatchCursor.of(cursor)));
        assertEquals(due[0], due[1], "whether a compaction is due");
    }

    private void checkpointRevision(final int revision) throws IOException {
        say("checkpoint revision " + revision);
        assertEquals(model.checkpoint(Token.of(revision)), log.checkpoint(revision), "whether a compaction is due");
    }

    /** What the model refuses, the engine must refuse; the length says whether anything was appended all the same. */
    private static void update(final Runnable modelCall, final Executable engineCall) throws IOException {
        try {
            modelCall.run();
        } catch (final IllegalArgumentException e) {
            assertThrows(IllegalArgumentException.class, engineCall, e::getMessage);
            return;
        }
        try {
            engineCall.execute();
        } catch (final IOException | RuntimeException | Error e) {
            throw e;
        } catch (final Throwable e) {
            throw new IOException(e);
        }
    }

    private void force() throws IOException {
        say("force");
        log.force();
        forced();
    }

    private void compact() throws IOException {
        say("compact");
        log.compact();
        model.compact();
        forced();
    }

    private void forced() {
        forcedLength = model.toBytes().length;
        provable = forcedLength > LogBuilder.HEADER_LENGTH;
    }

    private void view(final int argument) throws IOException {
        say("view " + argument);
        if ((argument & 1) != 0) {
            final Path copy = disk.path("copy.log");
            log.copyTo(copy);
            assertArrayEquals(model.state().compactForm(), disk.file(copy), "a copy");
            disk.unlink(copy);
        }
        final SnapshotView view = log.view();
        assertEquals(model.state(), EngineState.of(view), "a view");
        if ((argument & 2) != 0 && held.size() < MAX_HELD_VIEWS) {
            held.add(new HeldView(view, model.state()));
        } else {
            view.close();
        }
    }

    private void reopen() throws IOException {
        say("close, open");
        close();
        model = ModelLog.open(disk.file(path), threshold);
        open();
    }

    private void die() throws IOException {
        say("die, open");
        disk = disk.afterProcessDeath();
        model = ModelLog.open(model.toBytes(), threshold);
        open();
    }

    private void load() throws IOException {
        say("close, load, open");
        close();
        final byte[] closed = disk.file(path);
        assertEquals(model.state(), EngineState.of(Snapshot.load(path, context())), "a load");
        final byte[] loaded = ModelLog.load(closed);
        assertArrayEquals(loaded, disk.file(path), "a load: the bytes");
        model = ModelLog.open(loaded, threshold);
        forced();
        open();
    }

    /** Cuts bytes off the end of the closed log, or flips one bit in it. A log that is refused then gets its bytes back. */
    private void damage(final int argument) throws IOException {
        close();
        final byte[] sound = disk.file(path);
        final byte[] damaged;
        final int where = sound.length - 1 - calls.next() % sound.length;
        if (argument < 8) {
            damaged = sound.clone();
            damaged[where] ^= (byte) (1 << argument);
        } else {
            damaged = Arrays.copyOf(sound, where);
        }
        say("close, damage " + (argument < 8 ? "bit " + argument + " at " : "cut at ") + where + " of " + sound.length + ", open");
        disk.put(path, damaged);
        final ModelLog rest;
        try {
            rest = ModelLog.open(damaged, threshold);
        } catch (final IllegalArgumentException e) {
            assertThrows(SnapshotDamageException.class, this::open, e::getMessage);
            assertArrayEquals(damaged, disk.file(path), "a refused log");
            disk.put(path, sound);
            model = ModelLog.open(sound, threshold);
            open();
            return;
        }
        model = rest;
        open();
        forcedLength = model.toBytes().length;
        provable = false;
    }

    private void cutPower(final int argument) throws IOException {
        final int seed = argument << 8 | calls.next();
        say("cut power " + seed + ", open");
        final byte[] issued = model.toBytes();
        disk = disk.afterPowerLoss(new Random(seed));
        final byte[] left = disk.file(path);
        try {
            open();
        } catch (final SnapshotDamageException e) {
            assertFalse(provable, () -> "a log that was forced is refused: " + e.getMessage());
            assertTrue(ModelJudge.judge(left).isError(), e::getMessage);
            assertArrayEquals(left, disk.file(path), "a refused log");
            ended = true;
            return;
        }
        final byte[] kept = Arrays.copyOf(disk.file(path), (int) log.length());
        assertTrue(kept.length >= forcedLength, () -> "kept=" + kept.length + " forced=" + forcedLength);
        assertArrayEquals(Arrays.copyOf(issued, kept.length), kept, "what was kept is no prefix of what was issued");
        model = ModelLog.open(kept, threshold);
        forcedLength = kept.length;
    }

    private void open() throws IOException {
        log = SnapshotLog.open(path, context().recoveredView(true));
        assertEquals(log.length(), log.recovery().position(), "what was recovered");
        try (SnapshotView recovered = log.recoveredView()) {
            assertEquals(ModelJudge.judge(disk.file(path)).state(), EngineState.of(recovered), "the recovered view");
        }
    }

    private void close() throws IOException {
        log.close();
        assertArrayEquals(model.toBytes(), disk.file(path), "a closed log");
        assertEquals(List.of(path, disk.path(NAME + ".lock"), disk.path(NAME + ".mark")), disk.files(), "the files");
        forced();
    }

    private SnapshotLog.Context context() {
        return new SnapshotLog.Context().storage(disk).segmentLength(segmentLength).compactionThreshold(threshold);
    }

    private String key(final int index) {
        if (index == KEYS.size()) {
            return new String(calls.bytes(calls.next() % 8), StandardCharsets.UTF_16BE);
        }
        return index == KEY_OF_GREATEST_LENGTH && model.toBytes().length > MAX_LOG_LENGTH ? "a" : KEYS.get(index);
    }

    // Where the text has no UTF-8 form, these are bytes that are none.
    private byte[] keyBytes(final int index) {
        if (index == KEYS.size()) {
            return calls.bytes(calls.next() % 8);
        }
        try {
            return Utf8.encode(key(index));
        } catch (final IllegalArgumentException e) {
            return new byte[] {(byte) 0xED, (byte) 0xB0, (byte) 0x80};
        }
    }

    private byte[] value(final int length) {
        final byte[] value = new byte[model.toBytes().length > MAX_LOG_LENGTH ? 0 : length];
        Arrays.fill(value, (byte) calls.next());
        return value;
    }

    private static UnsafeBuffer buffer(final byte[] bytes) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[bytes.length + 2 * BUFFER_MARGIN]);
        buffer.putBytes(BUFFER_MARGIN, bytes);
        return buffer;
    }

    private static String name(final String key) {
        return key.length() > 20 ? "key of " + key.length() : "key " + Hex.of(key.getBytes(StandardCharsets.UTF_16BE)) + " in UTF-16";
    }

    private static String name(final byte[] key) {
        return key.length > 40 ? "key of " + key.length : "key " + Hex.of(key);
    }

    private void say(final String call) {
        script.append(call).append('\n');
    }
}
