package io.slipstream.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.contract.LogUnderTest.Found;
import io.slipstream.testkit.contract.LogUnderTest.OpenLog;
import io.slipstream.testkit.contract.LogUnderTest.Reason;
import io.slipstream.testkit.contract.LogUnderTest.Refusal;
import io.slipstream.testkit.contract.Specimens.Specimen;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelLog;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.model.OpsScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every implementation of the log must do: the bytes it leaves, what it makes of any file it finds, what it refuses, and what a load does.
 * Extend it and say what is under test:
 *
 * <pre>{@code
 *   class MyLogContractTest extends SnapshotLogContract {
 *       protected LogUnderTest logUnderTest() {
 *           return new MyLogUnderTest();       // a small adapter: open, load, and what its exceptions mean
 *       }
 *   }
 * }</pre>
 *
 * <p>Every expectation comes from {@link ModelLog} and {@link ModelJudge}. The suite judges a log by its bytes in real files and by what the
 * calls answer; what a crash leaves in the middle of a call is not its subject.
 */
public abstract class SnapshotLogContract {
    private static final long THRESHOLD = ModelLog.DEFAULT_COMPACTION_THRESHOLD;
    private static final int MAX_KEY_LENGTH = 65_535;
    private static final int RANDOM_SCRIPTS = 20;
    private static final int SCRIPT_LENGTH = 120;
    private static final byte[] VALUE = Utf8.encode("value");
    private static final byte[] VERSION = Token.of(1);

    @TempDir(factory = InMemory.class)
    private Path directory;
    private LogUnderTest subject;
    private WatchedFile file;

    /** For subclasses. */
    protected SnapshotLogContract() {
    }

    /** The implementation under test; asked for once for each test. */
    protected abstract LogUnderTest logUnderTest();

    @BeforeEach
    final void begin() throws IOException {
        subject = logUnderTest();
        file = new WatchedFile(directory.toRealPath().resolve("kv.log"));
    }

    private OpenLog open() throws IOException {
        return subject.open(file.path(), THRESHOLD);
    }

    /** A log beside the one under test, for a test of many logs: each begins without companions of another. */
    private WatchedFile fresh(final String name, final byte[] bytes) throws IOException {
        final Path own = Files.createTempDirectory(file.path().getParent(), "log");
        return new WatchedFile(own.resolve(name)).holds(bytes);
    }

    private static boolean apply(final OpenLog log, final ModelUpdate update) throws IOException {
        if (update instanceof ModelUpdate.Put put) {
            log.put(Utf8.decode(put.key()), put.value(), put.version());
        } else if (update instanceof ModelUpdate.Delete delete) {
            log.delete(Utf8.decode(delete.key()), delete.version());
        } else if (update instanceof ModelUpdate.Purge purge) {
            log.purge(Utf8.decode(purge.key()), purge.version());
        } else if (update instanceof ModelUpdate.Checkpoint checkpoint) {
            return log.checkpoint(checkpoint.cursor());
        } else {
            log.compact();
        }
        return false;
    }

    private void assertLeaves(final byte[] expected, final ModelUpdate... updates) throws IOException {
        try (OpenLog log = open()) {
            for (final ModelUpdate update : updates) {
                apply(log, update);
            }
        }
        assertArrayEquals(expected, file.bytes(), () -> OpsScript.print(List.of(updates)));
    }

    private static byte[] modelBytes(final ModelUpdate... updates) {
        return ModelLog.create().applyAll(List.of(updates)).toBytes();
    }

    // ---- What appends leave

    /** A log that was opened and closed is the bare header. */
    @Test
    final void shouldLeaveTheBareHeaderWhereNothingWasAppended() throws IOException {
        assertLeaves(new LogBuilder().header().toBytes());
    }

    /** docs/format.md: each kind of record. */
    @TestFactory
    final Stream<DynamicTest> shouldAppendEveryKindOfRecordByteForByte() {
        return Stream.of(
            ModelUpdate.put("key", "value", 7),
            ModelUpdate.put("", "", 0),
            ModelUpdate.put("日本\uD83D\uDE00", "x".repeat(5000), -1),
            new ModelUpdate.Put(Utf8.encode("k"), new byte[300], Token.none()),
            new ModelUpdate.Put(Utf8.encode("k"), VALUE, new byte[10]),
            ModelUpdate.delete("key", 8),
            new ModelUpdate.Delete(new byte[0], Token.none()),
            ModelUpdate.checkpoint(9),
            new ModelUpdate.Checkpoint(Token.none()),
            new ModelUpdate.Checkpoint(new byte[] {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}))
            .map(update -> dynamicTest(OpsScript.print(List.of(update)).strip().lines().findFirst().orElseThrow().split("\t")[0]
                + " of " + modelBytes(update).length + " bytes", () -> {
                    file = fresh("kv.log", new LogBuilder().header().toBytes());
                    assertLeaves(modelBytes(update), update);
                }));
    }

    /** docs/format.md: the format knows no purge. */
    @Test
    final void shouldWriteAPurgeAsADelete() throws IOException {
        assertLeaves(new LogBuilder().header().put("a", "1", 1).delete("a", 2).toBytes(),
            ModelUpdate.put("a", "1", 1), ModelUpdate.purge("a", 2));
    }

    /** Nothing is left out that is superseded, and nothing is reordered. */
    @Test
    final void shouldKeepEveryRecordUntilItIsCompacted() throws IOException {
        final ModelUpdate[] updates = {
            ModelUpdate.put("b", "1", 1), ModelUpdate.put("b", "1", 1), ModelUpdate.delete("absent", 2), ModelUpdate.checkpoint(2),
            ModelUpdate.checkpoint(2), ModelUpdate.put("a", "2", 3), ModelUpdate.delete("b", 4)};
        assertLeaves(modelBytes(updates), updates);
    }

    /** A further writer appends behind what is there. */
    @Test
    final void shouldContinueALogWhereItEnds() throws IOException {
        file.holds(Specimens.soundLog());
        final ModelLog model = ModelLog.open(Specimens.soundLog(), THRESHOLD);
        model.apply(ModelUpdate.put("z", "9", 9));
        assertLeaves(model.toBytes(), ModelUpdate.put("z", "9", 9));
    }

    /** From the moment a call returned, whoever reads the file finds what it appended: that is what the death of the process leaves. */
    @Test
    final void shouldHaveEveryAppendInTheFileWhenTheCallReturns() throws IOException {
        final ModelLog model = ModelLog.create();
        try (OpenLog log = open()) {
            for (final ModelUpdate update : Scripts.random(1, 60)) {
                apply(log, update);
                model.apply(update);
                assertEquals(model.state(), ModelJudge.judge(file.bytes()).state(), update::toScript);
                assertFalse(ModelJudge.judge(file.bytes()).dropped() > 0, update::toScript);
            }
        }
    }

    /** Any script leaves the model's bytes, close after close. */
    @TestFactory
    final Stream<DynamicTest> shouldLeaveTheBytesThatTheModelLeaves() {
        return LongStream.rangeClosed(1, RANDOM_SCRIPTS).mapToObj(seed -> dynamicTest("seed " + seed, () -> {
            final List<ModelUpdate> script = Scripts.random(seed, SCRIPT_LENGTH);
            final Path path = Files.createTempDirectory(file.path().getParent(), "log").resolve("kv.log");
            final long threshold = 100 * seed;
            ModelLog model = ModelLog.create(threshold);
            for (int from = 0; from < SCRIPT_LENGTH; from += SCRIPT_LENGTH / 4) {
                try (OpenLog log = subject.open(path, threshold)) {
                    for (final ModelUpdate update : script.subList(from, from + SCRIPT_LENGTH / 4)) {
                        assertEquals(model.apply(update), apply(log, update), "whether a compaction is due");
                    }
                    assertEquals(model.state(), log.state());
                }
                assertArrayEquals(model.toBytes(), Files.readAllBytes(path), () -> OpsScript.print(script));
                model = ModelLog.open(model.toBytes(), threshold);
            }
        }));
    }

    /** A force changes no byte of the closed log. */
    @Test
    final void shouldForceWithoutATrace() throws IOException {
        try (OpenLog log = open()) {
            log.force();
            log.put("a", VALUE, VERSION);
            log.force();
            log.force();
        }
        assertArrayEquals(new LogBuilder().header().put("a", VALUE, VERSION).toBytes(), file.bytes());
    }

    // ---- Compaction

    /** docs/format.md: the live keys in the order of their unsigned UTF-8 bytes, which is not that of Java's String, then the cursor. */
    @Test
    final void shouldCompactToTheLiveKeysInTheOrderOfTheirBytes() throws IOException {
        final ModelUpdate[] updates = {
            ModelUpdate.put("\uD83D\uDE00", "4", 1), ModelUpdate.put("\uE000", "3", 2), ModelUpdate.put("é", "2", 3),
            ModelUpdate.checkpoint(3), ModelUpdate.put("z", "1", 4), ModelUpdate.put("gone", "0", 5), ModelUpdate.delete("gone", 6),
            ModelUpdate.compact()};
        final LogBuilder expected =
            new LogBuilder().header().put("z", "1", 4).put("é", "2", 3).put("\uE000", "3", 2).put("\uD83D\uDE00", "4", 1).cursor(3);
        assertLeaves(expected.toBytes(), updates);
    }

    /** Nothing live and no cursor: the bare header. */
    @Test
    final void shouldCompactALogOfNothingToItsHeader() throws IOException {
        assertLeaves(new LogBuilder().header().toBytes(), ModelUpdate.put("a", "1", 1), ModelUpdate.checkpoint(1),
            ModelUpdate.delete("a", 2), new ModelUpdate.Checkpoint(Token.none()), ModelUpdate.compact());
    }

    /** A compaction of what is compact already leaves the same bytes. */
    @Test
    final void shouldCompactTwiceToTheSameBytes() throws IOException {
        assertLeaves(new LogBuilder().header().put("a", "1", 2).put("b", "2", 1).toBytes(),
            ModelUpdate.put("b", "2", 1), ModelUpdate.put("a", "1", 2), ModelUpdate.compact(), ModelUpdate.compact());
    }

    /** What is appended after a compaction stands behind its compact form. */
    @Test
    final void shouldAppendBehindTheCompactForm() throws IOException {
        assertLeaves(new LogBuilder().header().put("a", "1", 1).cursor(1).put("a", "2", 2).toBytes(),
            ModelUpdate.checkpoint(1), ModelUpdate.put("a", "1", 1), ModelUpdate.compact(), ModelUpdate.put("a", "2", 2));
    }

    /** A compaction under a program that reads: the name always means a whole log. */
    @Test
    final void shouldHaveACompactionInTheFileWhenTheCallReturns() throws IOException {
        try (OpenLog log = open()) {
            log.put("b", VALUE, VERSION);
            log.put("b", VALUE, VERSION);
            log.compact();
            assertArrayEquals(new LogBuilder().header().put("b", VALUE, VERSION).toBytes(),
                Arrays.copyOf(file.bytes(), ModelJudge.judge(file.bytes()).logEnd()));
        }
    }

    // ---- What a checkpoint answers

    /** Strictly more than the threshold since the log was created. */
    @Test
    final void shouldAskForACompactionBehindTheThresholdOnly() throws IOException {
        final int recordLength = RawRecord.cursor(VERSION).toBytes().length;
        try (OpenLog log = subject.open(file.path(), 2L * recordLength)) {
            assertFalse(log.checkpoint(VERSION), "one record of two");
            assertFalse(log.checkpoint(VERSION), "as many bytes as the threshold");
            assertTrue(log.checkpoint(VERSION), "more bytes than the threshold");
        }
    }

    /** At open the bytes of all existing records count. */
    @Test
    final void shouldCountWhatIsThereAtOpen() throws IOException {
        file.holds(Specimens.soundLog());
        final int appended = Specimens.soundLog().length - LogBuilder.HEADER_LENGTH + RawRecord.cursor(VERSION).toBytes().length;
        try (OpenLog log = subject.open(file.path(), appended - 1L)) {
            assertTrue(log.checkpoint(VERSION), "one byte more than the threshold");
        }
        file.holds(Specimens.soundLog());
        try (OpenLog log = subject.open(file.path(), appended)) {
            assertFalse(log.checkpoint(VERSION), "as many bytes as the threshold");
        }
    }

    /** A compaction begins the count anew, whatever it left. */
    @Test
    final void shouldCountFromTheLastCompaction() throws IOException {
        final int recordLength = RawRecord.cursor(VERSION).toBytes().length;
        try (OpenLog log = subject.open(file.path(), recordLength)) {
            log.put("a", new byte[1000], VERSION);
            assertTrue(log.checkpoint(VERSION));
            log.compact();
            assertFalse(log.checkpoint(VERSION), "one record since the compaction");
            assertTrue(log.checkpoint(VERSION), "two records since the compaction");
        }
    }

    // ---- What is found at open

    /** docs/recovery.md, rows 1 to 10 and the header, for a writer. */
    @TestFactory
    final Stream<DynamicTest> shouldOpenByTheTable() {
        return Specimens.everyRow().map(specimen -> dynamicTest(specimen.name(), () -> checkOpen(specimen)));
    }

    /** docs/recovery.md, rows 1 to 10 and the header, for a load. */
    @TestFactory
    final Stream<DynamicTest> shouldLoadByTheTable() {
        return Specimens.everyRow().map(specimen -> dynamicTest(specimen.name(), () -> checkLoad(specimen)));
    }

    /** Every bit and every cut of a small log. */
    @Test
    final void shouldOpenASmallLogWithAnyDamageByTheTable() throws IOException {
        for (final Specimen specimen : Specimens.everySmallDamage().toList()) {
            checkOpen(specimen);
        }
    }

    /** Every bit and every cut of a small log. */
    @Test
    final void shouldLoadASmallLogWithAnyDamageByTheTable() throws IOException {
        for (final Specimen specimen : Specimens.everySmallDamage().toList()) {
            checkLoad(specimen);
        }
    }

    private void checkOpen(final Specimen specimen) throws IOException {
        final WatchedFile log = fresh("kv.log", specimen.bytes());
        final ModelVerdict verdict = ModelJudge.judge(specimen.bytes());
        if (verdict.isError()) {
            assertRefused(verdict, log, () -> subject.open(log.path(), THRESHOLD).close(), specimen.name());
            return;
        }
        final ModelLog model = ModelLog.open(specimen.bytes(), THRESHOLD);
        try (OpenLog open = subject.open(log.path(), THRESHOLD)) {
            assertFound(verdict, open.found(), specimen.name());
            assertEquals(model.state(), open.state(), specimen.name());
        }
        assertArrayEquals(model.toBytes(), log.bytes(), () -> specimen.name() + ": the file after the close");
    }

    private static void assertFound(final ModelVerdict verdict, final Found found, final String what) {
        assertEquals(verdict.logEnd(), found.position(), () -> what + ": the end of the log");
        assertEquals(verdict.dropped(), found.dropped(), () -> what + ": the bytes dropped");
        if (verdict.dropped() > 0 && found.row() != LogUnderTest.ROW_NOT_TOLD) {
            assertEquals(verdict.row(), found.row(), () -> what + ": the row");
        }
    }

    private void checkLoad(final Specimen specimen) throws IOException {
        final WatchedFile log = fresh("kv.log", specimen.bytes());
        final ModelVerdict verdict = ModelJudge.judge(specimen.bytes());
        if (verdict.isError()) {
            assertRefused(verdict, log, () -> subject.load(log.path()), specimen.name());
            return;
        }
        final Optional<ModelState> expected = verdict.state().isEmpty() ? Optional.empty() : Optional.of(verdict.state());
        assertEquals(expected, subject.load(log.path()), specimen.name());
        assertArrayEquals(ModelLog.load(specimen.bytes()), log.bytes(), () -> specimen.name() + ": the file after the load");
        if (Arrays.equals(specimen.bytes(), log.bytes())) {
            log.assertUntouched(specimen.name() + ": the load");
        }
    }

    // Twice: a refusal must not keep the lock, either.
    private void assertRefused(final ModelVerdict verdict, final WatchedFile log, final Executable call, final String what) throws IOException {
        final Reason reason = verdict.kind() == ModelVerdict.Kind.CORRUPTED ? Reason.CORRUPTED : Reason.INVALID;
        for (int i = 0; i < 2; i++) {
            final Refusal refusal = refusal(call, what);
            assertEquals(reason, refusal.reason(), what);
            assertEquals(verdict.offset(), refusal.offset(), () -> what + ": the offset");
            if (refusal.row() != LogUnderTest.ROW_NOT_TOLD) {
                assertEquals(verdict.row(), refusal.row(), () -> what + ": the row");
            }
            log.assertUntouched(what + ": the refusal");
        }
    }

    private Refusal refusal(final Executable call, final String what) {
        final Exception thrown = assertThrows(Exception.class, call, what);
        return subject.refusal(thrown).orElseThrow(() -> new AssertionError(what + ": not a refusal: " + thrown, thrown));
    }

    /** docs/recovery.md section 3, header rule: a writer completes what is the beginning of a header. */
    @TestFactory
    final Stream<DynamicTest> shouldCompleteAnUnfinishedHeaderAtOpen() {
        return Specimens.unfinishedHeaders().map(specimen -> dynamicTest(specimen.name(), () -> {
            file = fresh("kv.log", specimen.bytes());
            assertLeaves(modelBytes(ModelUpdate.put("a", "1", 1)), ModelUpdate.put("a", "1", 1));
        }));
    }

    /** docs/recovery.md section 3, header rule: a load does not. */
    @TestFactory
    final Stream<DynamicTest> shouldRefuseToLoadAnUnfinishedHeader() {
        return Specimens.unfinishedHeaders().map(specimen -> dynamicTest(specimen.name(), () -> checkLoad(specimen)));
    }

    /** Slack that was found is not there behind what is appended next. */
    @Test
    final void shouldAppendInPlaceOfSlackAndTornTails() throws IOException {
        final byte[] torn = new LogBuilder().header().put("a", "1", 1).record(RawRecord.put("b", "2", 2).crc(0)).slack(9000).toBytes();
        file.holds(torn);
        assertLeaves(new LogBuilder().header().put("a", "1", 1).put("c", "3", 3).toBytes(), ModelUpdate.put("c", "3", 3));
    }

    // ---- One writer

    /** A second writer is refused, and the first does not notice. */
    @Test
    final void shouldRefuseASecondWriter() throws IOException {
        try (OpenLog log = open()) {
            log.put("a", VALUE, VERSION);
            assertEquals(Reason.IN_USE, refusal(() -> open().close(), "a second writer").reason());
            log.put("b", VALUE, VERSION);
        }
        assertArrayEquals(new LogBuilder().header().put("a", VALUE, VERSION).put("b", VALUE, VERSION).toBytes(), file.bytes());
    }

    /** A load changes the file, so it needs the writer's lock. */
    @Test
    final void shouldRefuseToLoadBesideAWriter() throws IOException {
        try (OpenLog log = open()) {
            log.put("a", VALUE, VERSION);
            assertEquals(Reason.IN_USE, refusal(() -> subject.load(file.path()), "a load beside a writer").reason());
        }
    }

    /** The lock goes with the writer. */
    @Test
    final void shouldOpenAgainAfterAClose() throws IOException {
        open().close();
        assertDoesNotThrow(() -> open().close());
        assertDoesNotThrow(() -> subject.load(file.path()));
    }

    /** Another log is another log. */
    @Test
    final void shouldWriteTwoLogsSideBySide() throws IOException {
        final Path other = file.path().resolveSibling("other.log");
        try (OpenLog log = open(); OpenLog second = subject.open(other, THRESHOLD)) {
            log.put("a", VALUE, VERSION);
            second.put("b", VALUE, VERSION);
        }
        assertArrayEquals(new LogBuilder().header().put("a", VALUE, VERSION).toBytes(), file.bytes());
        assertArrayEquals(new LogBuilder().header().put("b", VALUE, VERSION).toBytes(), Files.readAllBytes(other));
    }

    // ---- After close

    /** Every call is an IllegalStateException, and changes nothing. */
    @TestFactory
    final Stream<DynamicTest> shouldRefuseEveryCallAfterClose() throws IOException {
        final OpenLog log = open();
        log.put("a", VALUE, VERSION);
        log.close();
        file.watch();
        final Map<String, Executable> calls = new LinkedHashMap<>();
        calls.put("put", () -> log.put("b", VALUE, VERSION));
        calls.put("delete", () -> log.delete("a", VERSION));
        calls.put("purge", () -> log.purge("a", VERSION));
        calls.put("checkpoint", () -> log.checkpoint(VERSION));
        calls.put("force", log::force);
        calls.put("compact", log::compact);
        calls.put("state", log::state);
        return calls.entrySet().stream().map(call -> dynamicTest(call.getKey(), () -> {
            assertThrows(IllegalStateException.class, call.getValue());
            file.assertUntouched(call.getKey() + " after close");
        }));
    }

    /** Closing twice does nothing, also not to a writer that came after. */
    @Test
    final void shouldCloseTwiceLikeOnce() throws IOException {
        final OpenLog first = open();
        first.close();
        try (OpenLog second = open()) {
            first.close();
            second.put("a", VALUE, VERSION);
            assertEquals(Reason.IN_USE, refusal(() -> open().close(), "a third writer").reason());
        }
        assertArrayEquals(new LogBuilder().header().put("a", VALUE, VERSION).toBytes(), file.bytes());
    }

    // ---- Limits

    /** docs/format.md, limits: what is just short enough. */
    @Test
    final void shouldTakeTheLongestKeyAndTokens() throws IOException {
        final ModelUpdate[] updates = {
            ModelUpdate.put("k".repeat(MAX_KEY_LENGTH), "1", 1), ModelUpdate.delete("é".repeat(MAX_KEY_LENGTH / 2) + "k", 2),
            new ModelUpdate.Put(Utf8.encode("a"), VALUE, new byte[Token.MAX_LENGTH]), new ModelUpdate.Checkpoint(new byte[Token.MAX_LENGTH])};
        assertLeaves(modelBytes(updates), updates);
    }

    /** docs/format.md, limits: what is too long or has no UTF-8 form is refused before a byte of it is written. */
    @TestFactory
    final Stream<DynamicTest> shouldRefuseWhatIsTooLongBeforeAByteIsWritten() {
        final String tooLong = "k".repeat(MAX_KEY_LENGTH + 1);
        final String tooLongInBytes = "é".repeat(MAX_KEY_LENGTH / 2 + 1);
        final String unpaired = "key\uD800";
        final byte[] longToken = new byte[Token.MAX_LENGTH + 1];
        return Stream.<Map.Entry<String, Call>>of(
            Map.entry("put of a key of 65,536 bytes", log -> log.put(tooLong, VALUE, VERSION)),
            Map.entry("put of a key of 32,768 characters", log -> log.put(tooLongInBytes, VALUE, VERSION)),
            Map.entry("put of a key with an unpaired surrogate", log -> log.put(unpaired, VALUE, VERSION)),
            Map.entry("put of a version of 11 bytes", log -> log.put("k", VALUE, longToken)),
            Map.entry("delete of a key of 65,536 bytes", log -> log.delete(tooLong, VERSION)),
            Map.entry("delete of a key with an unpaired surrogate", log -> log.delete(unpaired, VERSION)),
            Map.entry("delete with a version of 11 bytes", log -> log.delete("k", longToken)),
            Map.entry("purge of a key of 65,536 bytes", log -> log.purge(tooLong, VERSION)),
            Map.entry("checkpoint of 11 bytes", log -> log.checkpoint(longToken)))
            .map(call -> dynamicTest(call.getKey(), () -> {
                file = fresh("kv.log", new LogBuilder().header().toBytes());
                try (OpenLog log = open()) {
                    log.put("a", VALUE, VERSION);
                    assertThrows(IllegalArgumentException.class, () -> call.getValue().on(log));
                    assertEquals(1, ModelJudge.judge(file.bytes()).records());
                    log.put("b", VALUE, VERSION);
                }
                assertArrayEquals(new LogBuilder().header().put("a", VALUE, VERSION).put("b", VALUE, VERSION).toBytes(), file.bytes());
            }));
    }

    /** A call on a writer. */
    @FunctionalInterface
    private interface Call {
        void on(OpenLog log) throws IOException;
    }

    // ---- Loading

    /** No file: absent, and none is made. */
    @Test
    final void shouldLoadNoFileAsAbsent() throws IOException {
        assertEquals(Optional.empty(), subject.load(file.path()));
        assertFalse(Files.exists(file.path()));
    }

    /** docs/recovery.md, L4 and L5c: nothing live, no cursor. */
    @Test
    final void shouldCleanALogThatLoadsAsAbsent() throws IOException {
        file.holds(new LogBuilder().header().put("a", "1", 1).delete("a", 2).toBytes());
        assertEquals(Optional.empty(), subject.load(file.path()));
        assertArrayEquals(new LogBuilder().header().toBytes(), file.bytes());
    }

    /** docs/recovery.md, L5a: a log that is clean is not touched, whatever the order of its records. */
    @Test
    final void shouldNotTouchALogThatIsCompactButNotSorted() throws IOException {
        file.holds(new LogBuilder().header().cursor(1).put("b", "2", 2).put("a", "1", 1).toBytes());
        assertTrue(subject.load(file.path()).isPresent());
        file.assertUntouched("the load");
    }

    /** docs/recovery.md, L5b. */
    @Test
    final void shouldCutSlackOffWithoutRewriting() throws IOException {
        final byte[] unsorted = new LogBuilder().header().put("b", "2", 2).put("a", "1", 1).toBytes();
        file.holds(new LogBuilder().raw(unsorted).slack(4096).toBytes());
        assertTrue(subject.load(file.path()).isPresent());
        assertArrayEquals(unsorted, file.bytes());
    }

    /** docs/recovery.md, L5c. */
    @Test
    final void shouldRewriteALogThatIsNotCompact() throws IOException {
        file.holds(new LogBuilder().header().put("b", "1", 1).put("a", "2", 2).put("b", "3", 3).cursor(3).cursor(4).toBytes());
        subject.load(file.path());
        assertArrayEquals(new LogBuilder().header().put("a", "2", 2).put("b", "3", 3).cursor(4).toBytes(), file.bytes());
    }

    /** What a load rewrote it need not rewrite again. */
    @Test
    final void shouldNotTouchWhatALoadCleaned() throws IOException {
        file.holds(Specimens.soundLog());
        final Optional<ModelState> first = subject.load(file.path());
        file.watch();
        assertEquals(first, subject.load(file.path()));
        file.assertUntouched("the second load");
    }

    /** A cursor alone is something. */
    @Test
    final void shouldLoadACursorWithoutEntries() throws IOException {
        file.holds(new LogBuilder().header().cursor(7).toBytes());
        assertEquals(Optional.of(new ModelState().cursor(Token.of(7))), subject.load(file.path()));
    }

    /** An empty cursor record sets no cursor. */
    @Test
    final void shouldForgetTheCursorAtAnEmptyOne() throws IOException {
        file.holds(new LogBuilder().header().put("a", "1", 1).cursor(7).cursor(Token.none()).toBytes());
        assertEquals(Optional.of(new ModelState().put(Utf8.encode("a"), Utf8.encode("1"), Token.of(1))), subject.load(file.path()));
        assertArrayEquals(new LogBuilder().header().put("a", "1", 1).toBytes(), file.bytes());
    }

    /** The keys of the snapshot that the source no longer has; skipped where there is no such call. */
    @Test
    final void shouldTellWhichKeysAreStale() throws IOException {
        file.holds(new LogBuilder().header().put("a", "1", 1).put("b", "1", 1).put("c", "1", 1).delete("c", 2).toBytes());
        final Optional<Set<String>> stale = subject.staleKeys(file.path(), Set.of("b", "new"));
        assumeTrue(stale.isPresent(), "no staleKeys");
        assertEquals(Set.of("a"), new TreeSet<>(stale.orElseThrow()));
    }
}
