package io.slipstream.testkit.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.model.Golden.Expected;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The model against the reference implementation, by way of the golden files. */
class GoldenFilesModelTest {
    private static final byte[] BARE_HEADER = new LogBuilder().header().toBytes();

    static Stream<Expected> expected() {
        return Golden.expected();
    }

    static Stream<Expected> accepted() {
        return Golden.expected().filter(line -> line.result().equals("some") || line.result().equals("none"));
    }

    static Stream<Expected> refused() {
        return Golden.expected().filter(line -> line.result().equals("corrupted") || line.result().equals("invalid"));
    }

    static Stream<String> namesWithScript() {
        return Golden.namesWithScript();
    }

    @Test
    void shouldCoverEveryGoldenFile() {
        assertEquals(72, expected().count());
        assertEquals(27, namesWithScript().count());
    }

    @ParameterizedTest
    @MethodSource("expected")
    void shouldGiveTheSameResult(final Expected expected) {
        assertEquals(expected.result(), ModelJudge.judge(expected.bytes()).result());
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void shouldGiveTheSameState(final Expected expected) {
        final ModelState state = ModelJudge.judge(expected.bytes()).state();
        assertEquals(expected.cursor() == null ? "" : expected.cursor(), Hex.of(state.cursor()));
        assertEquals(expected.entries(), state.entries().size());
        if (expected.stateSha256() != null) {
            assertEquals(expected.stateSha256(), state.sha256());
        }
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void shouldLeaveTheSameFileAfterALoad(final Expected expected) {
        final ModelVerdict verdict = ModelJudge.judge(expected.bytes());
        final byte[] after = ModelLog.load(expected.bytes());
        if (expected.repairAllowed() && verdict.isRewrittenByLoad()) {
            assertArrayEquals(BARE_HEADER, after);
        } else {
            assertEquals(expected.rewritten(), verdict.isRewrittenByLoad());
            assertEquals(expected.afterLength(), after.length);
            assertEquals(expected.afterSha256(), Hex.ofSha256(after));
        }
    }

    /** Where nothing survives, the reference leaves the file as it is; the rules here clean it all the same. */
    @Test
    void shouldCleanExactlyTheRepairableFilesThatAreNotCompactOrTorn() {
        final Set<String> cleaned = Set.of("13-all-deleted-no-cursor.pgss", "46-torn-first-record.pgss");
        expected().filter(Expected::repairAllowed).forEach(line -> assertEquals(
            cleaned.contains(line.file()), ModelJudge.judge(line.bytes()).isRewrittenByLoad(), line.file()));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void shouldNeitherLoadNorContinueARefusedFile(final Expected expected) {
        final byte[] file = expected.bytes();
        assertFalse(ModelJudge.judge(file).isRewrittenByLoad());
        assertThrows(IllegalArgumentException.class, () -> ModelLog.load(file));
        if (file.length >= LogBuilder.HEADER_LENGTH) {
            assertThrows(IllegalArgumentException.class, () -> ModelLog.open(file, 0));
        }
    }

    @ParameterizedTest
    @MethodSource("namesWithScript")
    void shouldWriteTheSameBytesFromTheScript(final String name) {
        final ModelLog log = ModelLog.create().applyAll(OpsScript.parse(Golden.text("ops/" + name + ".tsv")));
        assertArrayEquals(Golden.bytes(name + ".pgss"), log.toBytes());
    }

    @ParameterizedTest
    @MethodSource("namesWithScript")
    void shouldReadBackTheStateTheScriptMade(final String name) {
        final ModelLog log = ModelLog.create().applyAll(OpsScript.parse(Golden.text("ops/" + name + ".tsv")));
        assertEquals(log.state(), ModelJudge.judge(Golden.bytes(name + ".pgss")).state());
    }

    @ParameterizedTest
    @MethodSource("namesWithScript")
    void shouldPrintEveryScriptAsItWasWritten(final String name) {
        final String script = Golden.text("ops/" + name + ".tsv");
        assertEquals(script, OpsScript.print(OpsScript.parse(script)));
    }
}
