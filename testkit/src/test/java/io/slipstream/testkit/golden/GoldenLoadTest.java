package io.slipstream.testkit.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.slipstream.LogInspection;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLoader;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.errors.CorruptSnapshotException;
import io.slipstream.errors.InvalidSnapshotFormatException;
import io.slipstream.errors.SnapshotDamageException;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelLog;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.recovery.EngineState;
import io.slipstream.testkit.recovery.Findings;
import io.slipstream.testkit.recovery.LogFile;
import io.slipstream.testkit.recovery.MemoryTempDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The engine against the original implementation: what it made of each golden log, the engine makes of it too. */
class GoldenLoadTest {
    private static final byte[] BARE_HEADER = new LogBuilder().header().toBytes();

    /** Nothing survives in these, but they are not clean: the original leaves them so, a load here cleans them. */
    private static final Set<String> CLEANED_TO_THE_HEADER =
        Set.of("13-all-deleted-no-cursor.pgss", "46-torn-first-record.pgss");

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;
    private LogFile log;

    static List<GoldenLog> logs() {
        return GoldenFiles.logs();
    }

    static Stream<GoldenLog> accepted() {
        return GoldenFiles.logs().stream().filter(golden -> !golden.isRefused());
    }

    static Stream<GoldenLog> refused() {
        return GoldenFiles.logs().stream().filter(GoldenLog::isRefused);
    }

    static Stream<GoldenLog> leftAlone() {
        return accepted().filter(golden -> !golden.rewritten() && !CLEANED_TO_THE_HEADER.contains(golden.file()));
    }

    static Stream<GoldenLog> rewritten() {
        return accepted().filter(GoldenLog::rewritten);
    }

    static Stream<GoldenLog> cleanedToTheHeader() {
        return accepted().filter(golden -> CLEANED_TO_THE_HEADER.contains(golden.file()));
    }

    @BeforeEach
    void createLogFile() throws IOException {
        log = LogFile.in(directory);
    }

    @Test
    void shouldCoverEveryGoldenFile() {
        assertEquals(72, logs().size());
        assertEquals(72, leftAlone().count() + rewritten().count() + cleanedToTheHeader().count() + refused().count());
        assertEquals(2, cleanedToTheHeader().filter(GoldenLog::repairAllowed).count());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("logs")
    void shouldHoldTheBytesItSaysItHolds(final GoldenLog golden) {
        assertEquals(golden.length(), golden.bytes().length);
        assertEquals(golden.sha256(), Hex.ofSha256(golden.bytes()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accepted")
    void shouldLoadTheSameEntriesAndCursor(final GoldenLog golden) throws IOException {
        final Optional<Snapshot> loaded = Snapshot.load(log.holds(golden.bytes()).path());

        assertEquals(golden.result(), loaded.isPresent() ? "some" : "none");
        assertEquals(golden.entries(), GoldenLog.describe(EngineState.of(loaded)));
        assertEquals(golden.cursor(), loaded.map(snapshot -> snapshot.cursor().toHex()).orElse(""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accepted")
    void shouldShowTheSameEntriesAndCursorInAView(final GoldenLog golden) throws IOException {
        try (SnapshotView view = SnapshotView.open(log.holds(golden.bytes()).path())) {
            final ModelState shown = EngineState.of(view);
            assertEquals(golden.entries(), GoldenLog.describe(shown));
            assertEquals(golden.entries().size(), view.length());
            assertEquals(golden.cursor(), Hex.of(shown.cursor()));
        }
        log.assertUntouched("a view");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("leftAlone")
    void shouldNotTouchACleanFileByLoadingIt(final GoldenLog golden) throws IOException {
        assertEquals(golden.result(), Snapshot.load(log.holds(golden.bytes()).path()).isPresent() ? "some" : "none");

        assertEquals(golden.sha256(), golden.afterSha256());
        log.assertUntouched("a load");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rewritten")
    void shouldLeaveTheSameBytesByRewriting(final GoldenLog golden) throws IOException {
        Snapshot.load(log.holds(golden.bytes()).path());

        assertEquals(golden.afterLength(), log.bytes().length);
        assertEquals(golden.afterSha256(), Hex.ofSha256(log.bytes()));
        assertEquals(Set.of(), log.companions());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cleanedToTheHeader")
    void shouldCleanToTheBareHeaderWhereNothingSurvives(final GoldenLog golden) throws IOException {
        assertEquals(Optional.empty(), Snapshot.load(log.holds(golden.bytes()).path()));

        log.assertCleaned(BARE_HEADER, "a load");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accepted")
    void shouldSayWhetherItRewroteTheFile(final GoldenLog golden) throws IOException {
        final SnapshotLoader.Loaded loaded =
            SnapshotLoader.loadInspected(log.holds(golden.bytes()).path(), new SnapshotLog.Context());

        assertEquals(golden.rewritten() || CLEANED_TO_THE_HEADER.contains(golden.file()), loaded.rewritten());
        assertEquals(Findings.of(ModelJudge.judge(golden.bytes())), Findings.of(loaded.asFound()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accepted")
    void shouldLoadTheSameAgainWithoutTouchingTheFile(final GoldenLog golden) throws IOException {
        final Optional<Snapshot> first = Snapshot.load(log.holds(golden.bytes()).path());
        log.holds(log.bytes());

        assertEquals(first, Snapshot.load(log.path()));
        log.assertUntouched("a second load");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("logs")
    void shouldFindWhatTheModelFinds(final GoldenLog golden) throws IOException {
        final LogInspection found = LogInspection.of(log.holds(golden.bytes()).path());

        assertEquals(Findings.of(ModelJudge.judge(golden.bytes())), Findings.of(found));
        assertEquals(golden.result(), Findings.of(found).result());
        log.assertUntouched("an inspection");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void shouldRefuseToLoadAndLeaveTheFileAlone(final GoldenLog golden) throws IOException {
        log.holds(golden.bytes());
        final SnapshotDamageException refusal =
            assertThrows(SnapshotDamageException.class, () -> Snapshot.load(log.path()));

        assertEquals(
            golden.result().equals("invalid") ? InvalidSnapshotFormatException.class : CorruptSnapshotException.class,
            refusal.getClass());
        assertEquals(ModelJudge.judge(golden.bytes()).offset(), refusal.offset());
        log.assertUntouched("a refused load");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void shouldRefuseToShowAndLeaveTheFileAlone(final GoldenLog golden) throws IOException {
        log.holds(golden.bytes());
        final SnapshotDamageException refusal =
            assertThrows(SnapshotDamageException.class, () -> SnapshotView.open(log.path()));

        assertEquals(golden.result().equals("invalid"), refusal instanceof InvalidSnapshotFormatException);
        log.assertUntouched("a refused view");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accepted")
    void shouldContinueEveryLogInPlace(final GoldenLog golden) throws IOException {
        log.holds(golden.bytes());
        SnapshotLog.open(log.path(), new SnapshotLog.Context().segmentLength(4096)).close();

        assertArrayEquals(ModelLog.open(golden.bytes(), 0).toBytes(), log.bytes());
    }

    @Test
    void shouldLoadNothingWhereThereIsNoFile() throws IOException {
        assertEquals(Optional.empty(), Snapshot.load(log.path()));
        assertFalse(Files.exists(log.path()));
        assertEquals(Set.of(), log.companions());
    }
}
