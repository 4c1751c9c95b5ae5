package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.slipstream.KvEntry;
import io.slipstream.RecoveryReport;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.errors.InvalidSnapshotFormatException;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelLog;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.model.ModelVerdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** A writer that opens a log nobody loaded before: it must find the end by itself. */
class OpenWithoutLoadTest {
    private static final byte[] HEADER = new LogBuilder().header().toBytes();
    private static final byte[] LOG =
        new LogBuilder().header().put("a", "1", 1).put("b", "22", 2).delete("a", 3).cursor(3).put("c", "3", 4).toBytes();
    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000_000L);

    @TempDir(factory = MemoryDir.class)
    Path root;

    @TestFactory
    Stream<DynamicTest> shouldFindAnAppendBehindACutAtAnyByte() {
        return Damage.everyCut(LOG).map(damaged ->
            dynamicTest(damaged.what(), () -> checkAppendIsFound(damaged.bytes())));
    }

    @TestFactory
    Stream<DynamicTest> shouldFindAnAppendBehindACutAtAnyByteWithSlack() {
        return Damage.everyCut(LOG).filter(damaged -> damaged.from() >= HEADER.length).map(damaged ->
            dynamicTest(damaged.what(), () -> checkAppendIsFound(Damage.withSlack(damaged.bytes(), 6000))));
    }

    private void checkAppendIsFound(final byte[] found) throws IOException {
        final Path path = Files.createTempDirectory(root, "cut").resolve("kv.log");
        Files.write(path, found);
        final ModelLog model = ModelLog.open(found, ModelLog.DEFAULT_COMPACTION_THRESHOLD);
        try (SnapshotLog log = SnapshotLog.open(path, TwinLog.smallSegments())) {
            log.put("appended", Utf8.encode("value"), VersionToken.of(5));
            log.checkpoint(5);
        }
        model.apply(ModelUpdate.put("appended", "value", 5));
        model.apply(ModelUpdate.checkpoint(5));
        assertArrayEquals(model.toBytes(), Files.readAllBytes(path));
        assertSnapshotIs(model.state(), Snapshot.load(path).orElseThrow());
    }

    private static void assertSnapshotIs(final ModelState expected, final Snapshot actual) {
        final Map<String, KvEntry> entries = new TreeMap<>();
        expected.entries().forEach((key, entry) -> entries.put(Utf8.decode(key),
            new KvEntry(Utf8.decode(key), entry.value(), VersionToken.of(entry.version()))));
        assertEquals(entries, new TreeMap<>(actual.entries()));
        assertEquals(WatchCursor.of(expected.cursor()), actual.cursor());
    }

    @Test
    void shouldReportWhatItDropped() throws IOException {
        final byte[] torn = Arrays.copyOf(LOG, LOG.length - 3);
        final Path path = root.resolve("kv.log");
        Files.write(path, torn);
        final ModelVerdict verdict = ModelJudge.judge(torn);
        try (SnapshotLog log = SnapshotLog.open(path)) {
            assertEquals(new RecoveryReport(RecoveryReport.Tail.TORN, verdict.row(), verdict.offset(),
                verdict.dropped(), 0, verdict.records(), null), log.recovery());
        }
    }

    @Test
    void shouldBeginAnewWhenTheFirstRecordIsTorn() throws IOException {
        final byte[] torn = Arrays.copyOf(LOG, HEADER.length + 9);
        final Path path = root.resolve("kv.log");
        Files.write(path, torn);
        SnapshotLog.open(path).close();
        assertArrayEquals(HEADER, Files.readAllBytes(path));
    }

    @TestFactory
    Stream<DynamicTest> shouldCompleteTheBeginningOfAHeader() {
        return IntStream.range(0, HEADER.length).mapToObj(length -> dynamicTest(length + " bytes", () -> {
            final Path path = Files.createTempDirectory(root, "header").resolve("kv.log");
            Files.write(path, Arrays.copyOf(HEADER, length));
            try (SnapshotLog log = SnapshotLog.open(path)) {
                assertEquals(RecoveryReport.Tail.NEW, log.recovery().tail());
            }
            assertArrayEquals(HEADER, Files.readAllBytes(path));
        }));
    }

    @TestFactory
    Stream<DynamicTest> shouldRefuseAndNotTouchAShortFileThatIsNoBeginningOfAHeader() {
        return IntStream.range(1, HEADER.length).boxed()
            .flatMap(length -> Damage.everyBitFlipped(Arrays.copyOf(HEADER, length)))
            .map(damaged -> dynamicTest(damaged.bytes().length + " bytes, " + damaged.what(), () -> {
                final Path path = Files.createTempDirectory(root, "header").resolve("kv.log");
                Files.write(path, damaged.bytes());
                Files.setLastModifiedTime(path, LONG_AGO);
                final InvalidSnapshotFormatException refused =
                    assertThrows(InvalidSnapshotFormatException.class, () -> SnapshotLog.open(path));
                assertEquals(0, refused.offset());
                assertArrayEquals(damaged.bytes(), Files.readAllBytes(path));
                assertEquals(LONG_AGO, Files.getLastModifiedTime(path));
            }));
    }

    @Test
    void shouldShrinkALogWhoseKeysWereAllDeletedWhenItIsLoaded() throws IOException {
        final Path path = root.resolve("kv.log");
        try (SnapshotLog log = SnapshotLog.open(path)) {
            for (int i = 0; i < 100; i++) {
                log.put("key-" + i, new byte[1000], VersionToken.of(i));
            }
            for (int i = 0; i < 100; i++) {
                log.delete("key-" + i, VersionToken.of(100 + i));
            }
        }
        assertEquals(Optional.empty(), Snapshot.load(path));
        assertArrayEquals(HEADER, Files.readAllBytes(path));
    }
}
