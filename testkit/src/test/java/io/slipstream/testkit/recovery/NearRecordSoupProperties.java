package io.slipstream.testkit.recovery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.slipstream.LogInspection;
import io.slipstream.LogRepair;
import io.slipstream.RecoveryPolicy;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.errors.InvalidSnapshotFormatException;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.model.ModelVerdict.Kind;
import io.slipstream.testkit.recovery.Soups.Piece;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.statistics.Statistics;

/**
 * Files of records, of what is almost one, and of what is none, on end and inside one another: the engine finds in each what
 * the model finds, which tries every byte.
 */
class NearRecordSoupProperties {
    // One for each property: jqwik may still be shrinking a failed one, in a thread of its own, when the next begins.
    private final LogFile log = LogFile.temporary();

    @AfterProperty
    void deleteLogFile() throws IOException {
        log.close();
    }

    @Property(tries = 3000)
    void findingsEqualTheModels(@ForAll("soups") final List<Piece> soup) throws IOException {
        assertSameFindings(Soups.fileOf(soup));
    }

    @Property(tries = 3000)
    void findingsOfFewKindsOfBytesEqualTheModels(@ForAll("fewKindsOfBytes") final byte[] bytes) throws IOException {
        assertSameFindings(new LogBuilder().header().put("a", "1", 1).raw(bytes).toBytes());
    }

    @Property(tries = 3000)
    void findingsBehindAHoleEqualTheModels(@ForAll("soups") final List<Piece> soup) throws IOException {
        final byte[] file = new LogBuilder().header().slack(9).raw(Soups.fileOf(soup)).toBytes();
        assertSameFindings(file);

        Statistics.label("survivors").collect(Math.min(3, ModelJudge.judge(file).survivors())).coverage(soups -> {
            for (int survivors = 0; survivors <= 3; survivors++) {
                soups.check(survivors).percentage(share -> share > 1);
            }
        });
    }

    @Property(tries = 300)
    void aViewOfThePrefixEqualsTheModels(@ForAll("soups") final List<Piece> soup) throws IOException {
        final byte[] file = Soups.fileOf(soup);
        final ModelVerdict expected = ModelJudge.judge(file);
        log.holds(file);
        if (expected.kind() == Kind.INVALID) {
            assertThrows(InvalidSnapshotFormatException.class, () -> view().close());
        } else {
            try (SnapshotView view = view()) {
                assertEquals(expected.state(), EngineState.of(view));
                assertEquals(expected.logEnd(), view.recovery().position());
            }
        }
        log.assertUntouched("a view");
    }

    @Property(tries = 500)
    void aRepairKeepsWhatTheModelKeeps(@ForAll("soups") final List<Piece> soup, @ForAll final boolean skipDamage)
        throws IOException {
        final byte[] file = new LogBuilder().raw(Soups.fileOf(soup)).record(Soups.BROKEN).raw(Soups.fileOf(soup)).toBytes();
        log.holds(file);
        final LogRepair.Report report = LogRepair.repair(log.path(), new SnapshotLog.Context(), skipDamage);
        if (report.original() == null) {
            log.assertUntouched("a repair of what is not refused");
        } else {
            Files.delete(report.original());
            assertArrayEquals(RepairModel.repaired(file, skipDamage), log.bytes());
        }
    }

    private SnapshotView view() throws IOException {
        return SnapshotView.open(log.path(), RecoveryPolicy.PREFIX);
    }

    private void assertSameFindings(final byte[] file) throws IOException {
        log.holds(file);
        assertEquals(Findings.of(ModelJudge.judge(file)), Findings.of(LogInspection.of(log.path())));
    }

    @Provide
    Arbitrary<List<Piece>> soups() {
        return Soups.soups();
    }

    @Provide
    Arbitrary<byte[]> fewKindsOfBytes() {
        return Arbitraries.of((byte) 0, (byte) 0, (byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 11, (byte) 0xFF)
            .array(byte[].class).ofMaxSize(200);
    }
}
