package io.slipstream.testkit.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.slipstream.RecoveryReport;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.errors.CorruptSnapshotException;
import io.slipstream.errors.InvalidSnapshotFormatException;
import io.slipstream.errors.SnapshotDamageException;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.Damage.Damaged;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelLog;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.model.ModelVerdict.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A log cut at every byte, and with every bit flipped, through every door that acts on the verdict: what they show, refuse,
 * keep and leave on disk is what the model says.
 */
class EveryDoorTest {
    private static final SnapshotLog.Context CONTEXT = new SnapshotLog.Context().segmentLength(4096);

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;
    private LogFile log;

    /** Damages of one kind to one log. */
    record Damages(String name, List<Damaged> all) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Damages> damages() {
        final byte[] mixed = SampleLogs.mixed().toBytes();
        final byte[] compact = SampleLogs.compact().toBytes();
        return Stream.of(
            new Damages("mixed log, every cut", Damage.everyCut(mixed).toList()),
            new Damages("mixed log, every bit flipped", Damage.everyBitFlipped(mixed).toList()),
            new Damages("mixed log with slack, every zeroed run of ten bytes",
                Damage.everyZeroedRun(Damage.withSlack(mixed, 20), 10).toList()),
            new Damages("compact log, every cut", Damage.everyCut(compact).toList()),
            new Damages("compact log with slack, every bit flipped",
                Damage.everyBitFlipped(Damage.withSlack(compact, 20)).toList()));
    }

    @BeforeEach
    void createLogFile() throws IOException {
        log = LogFile.in(directory);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damages")
    void shouldShowWhatTheModelKeepsAndChangeNothing(final Damages damages) throws IOException {
        for (final Damaged damaged : damages.all()) {
            final ModelVerdict expected = ModelJudge.judge(damaged.bytes());
            log.holds(damaged.bytes());
            if (expected.isError()) {
                assertRefused(expected, () -> SnapshotView.open(log.path()), damaged);
            } else {
                try (SnapshotView view = SnapshotView.open(log.path())) {
                    assertEquals(expected.state(), EngineState.of(view), damaged.what());
                    assertEquals(report(expected), view.recovery(), damaged.what());
                }
            }
            log.assertUntouched(damaged.what());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damages")
    void shouldLoadWhatTheModelKeepsAndLeaveTheFileClean(final Damages damages) throws IOException {
        for (final Damaged damaged : damages.all()) {
            final ModelVerdict expected = ModelJudge.judge(damaged.bytes());
            log.holds(damaged.bytes());
            if (expected.isError()) {
                assertRefused(expected, () -> Snapshot.load(log.path()), damaged);
                log.assertUntouched(damaged.what());
                continue;
            }
            assertEquals(expected.state(), EngineState.of(Snapshot.load(log.path())), damaged.what());
            if (expected.kind() == Kind.CLEAN && !expected.isRewrittenByLoad()) {
                log.assertUntouched(damaged.what());
            } else {
                log.assertCleaned(ModelLog.load(damaged.bytes()), damaged.what());
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damages")
    void shouldContinueFromWhatTheModelKeeps(final Damages damages) throws IOException {
        for (final Damaged damaged : damages.all()) {
            final ModelVerdict expected = ModelJudge.judge(damaged.bytes());
            log.holds(damaged.bytes());
            if (expected.isError() && expected.fileLength() >= LogBuilder.HEADER_LENGTH) {
                assertRefused(expected, () -> SnapshotLog.open(log.path(), CONTEXT), damaged);
                log.assertUntouched(damaged.what());
                continue;
            }
            final ModelLog model = ModelLog.open(damaged.bytes(), Long.MAX_VALUE);
            try (SnapshotLog opened = SnapshotLog.open(log.path(), CONTEXT)) {
                if (!expected.isError()) {
                    assertEquals(report(expected), opened.recovery(), damaged.what());
                }
                opened.checkpoint(77);
                model.checkpoint(Token.of(77));
            }
            log.assertCleaned(model.toBytes(), damaged.what());
        }
    }

    private static void assertRefused(final ModelVerdict expected, final Executable door, final Damaged damaged) {
        final SnapshotDamageException refusal = assertThrows(SnapshotDamageException.class, door, damaged.what());
        assertEquals(expected.row(), refusal.rule(), damaged.what());
        assertEquals(expected.offset(), refusal.offset(), damaged.what());
        assertEquals(
            expected.kind() == Kind.CORRUPTED ? CorruptSnapshotException.class : InvalidSnapshotFormatException.class,
            refusal.getClass(), damaged.what());
        if (refusal instanceof CorruptSnapshotException corrupt) {
            assertEquals(expected.survivors(), corrupt.survivors(), damaged.what());
        }
    }

    private static RecoveryReport report(final ModelVerdict expected) {
        return new RecoveryReport(RecoveryReport.Tail.valueOf(expected.kind().name()), expected.row(), expected.logEnd(),
            expected.dropped(), 0, expected.records(), null);
    }
}
