package io.slipstream.testkit.properties;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.slipstream.LogInspection;
import io.slipstream.RecoveryReport;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.errors.CorruptSnapshotException;
import io.slipstream.errors.InvalidSnapshotFormatException;
import io.slipstream.errors.SnapshotDamageException;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.disk.SimulatedDisk;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelLog;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.model.ModelVerdict.Kind;
import io.slipstream.testkit.recovery.EngineState;
import io.slipstream.testkit.recovery.Findings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.function.Executable;

/** The engine's ways into a file, on a disk in memory, against the model's verdict on its bytes. */
final class Doors {
    private static final long NEXT_CURSOR = 77;

    private final byte[] file;
    private final ModelVerdict expected;
    private final SimulatedDisk disk = new SimulatedDisk();
    private final Path log = disk.path("kv.log");

    /** The doors to a file of these bytes, on which the model's verdict is known. */
    Doors(final byte[] file, final ModelVerdict expected) {
        this.file = file;
        this.expected = expected;
        disk.put(log, file);
    }

    /** The engine finds what the model finds, down to the digest of what is live. Changes nothing. */
    Doors inspect() {
        final Findings found = Findings.of(LogInspection.of(disk, log));
        if (!Findings.of(expected).equals(found)) {
            assertEquals(Findings.of(expected), found);
        }
        return assertUntouched("an inspection");
    }

    /** A writer shows and continues what the model keeps, or refuses and leaves the file alone. */
    void open() throws IOException {
        final SnapshotLog.Context context =
            new SnapshotLog.Context().storage(disk).segmentLength(SnapshotLog.Context.MIN_SEGMENT_LENGTH).recoveredView(true);
        if (expected.isError() && !isStartOfHeader()) {
            assertRefused(() -> SnapshotLog.open(log, context));
            return;
        }
        final ModelLog model = ModelLog.open(file, Long.MAX_VALUE);
        try (SnapshotLog opened = SnapshotLog.open(log, context); SnapshotView view = opened.recoveredView()) {
            assertEquals(model.state(), EngineState.of(view), "the state at open");
            if (!expected.isError()) {
                assertEquals(report(), opened.recovery());
            }
            opened.checkpoint(NEXT_CURSOR);
            model.checkpoint(Token.of(NEXT_CURSOR));
        }
        assertArrayEquals(model.toBytes(), disk.file(log), "the file after open, checkpoint, close");
    }

    /** A load answers what the model keeps and leaves what the model leaves, or refuses and leaves the file alone. */
    void load() throws IOException {
        final SnapshotLog.Context context = new SnapshotLog.Context().storage(disk);
        if (expected.isError()) {
            assertRefused(() -> Snapshot.load(log, context));
            return;
        }
        assertEquals(expected.state(), EngineState.of(Snapshot.load(log, context)), "the loaded state");
        assertArrayEquals(ModelLog.load(file), disk.file(log), "the file after a load");
    }

    private boolean isStartOfHeader() {
        final byte[] header = new LogBuilder().header().toBytes();
        return file.length < header.length && Arrays.equals(file, 0, file.length, header, 0, file.length);
    }

    private void assertRefused(final Executable door) {
        final SnapshotDamageException refusal = assertThrows(SnapshotDamageException.class, door);
        assertEquals(
            expected.kind() == Kind.CORRUPTED ? CorruptSnapshotException.class : InvalidSnapshotFormatException.class, refusal.getClass());
        assertEquals(expected.row(), refusal.rule(), "the row");
        assertEquals(expected.offset(), refusal.offset(), "the offset");
        assertUntouched("a refusal");
    }

    private Doors assertUntouched(final String what) {
        assertArrayEquals(file, disk.file(log), () -> "the file after " + what);
        return this;
    }

    private RecoveryReport report() {
        return new RecoveryReport(RecoveryReport.Tail.valueOf(expected.kind().name()), expected.row(), expected.logEnd(),
            expected.dropped(), 0, expected.records(), null);
    }

    /** The doors to a file of these bytes. */
    static Doors to(final byte[] file) {
        return new Doors(file, ModelJudge.judge(file));
    }
}
