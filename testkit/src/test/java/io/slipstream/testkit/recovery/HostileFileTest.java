package io.slipstream.testkit.recovery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.slipstream.LogInspection;
import io.slipstream.LogRepair;
import io.slipstream.RecoveryPolicy;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.errors.CorruptSnapshotException;
import io.slipstream.testkit.bytes.LittleEndian;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelVerdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files of megabytes that are made to cost time: almost a record at every byte, each as long as it can claim to be. The
 * answer is a verdict all the same. The timeout guards against a hang, which is what anything quadratic is here; it
 * measures nothing.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileFileTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final int DEPTH = 400_000;

    /** Damage with no other record than what follows. */
    private static final RawRecord BROKEN = RawRecord.put("k", "v", 1).brokenCrc();

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;
    private LogFile log;

    /** Bytes in which nothing is a record. */
    record NearRecords(String name, byte[] bytes) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<NearRecords> nearRecords() {
        final byte[] random = new byte[2 * MEBIBYTE];
        new Random(20260101).nextBytes(random);
        return Stream.of(
            new NearRecords("zeros, which start no record", new byte[2 * MEBIBYTE]),
            // A put with a key of 257 bytes and a value of 16,843,009, at every byte.
            new NearRecords("0x01, puts of 16 MiB", filled(17 * MEBIBYTE, 1)),
            // A delete with a key of 514 bytes and a version of 2, at every byte.
            new NearRecords("0x02, deletes of 524 bytes", filled(2 * MEBIBYTE, 2)),
            new NearRecords("0x03, cursors of 3 bytes", filled(2 * MEBIBYTE, 3)),
            new NearRecords("frames of puts of half the file", frames(2 * MEBIBYTE, 0, MEBIBYTE)),
            new NearRecords("frames of puts of 60,000 bytes", frames(2 * MEBIBYTE, 0, 60_000)),
            new NearRecords("frames of puts with long keys", frames(2 * MEBIBYTE, 65_535, MEBIBYTE)),
            new NearRecords("frames of puts of 4 GiB", frames(2 * MEBIBYTE, 0, 0xFFFF_FFFFL)),
            new NearRecords("small bytes at random", smallBytes(2 * MEBIBYTE)),
            new NearRecords("bytes at random", random));
    }

    @BeforeEach
    void createLogFile() throws IOException {
        log = LogFile.in(directory);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nearRecords")
    void shouldFindTheOneRecordBehindAllThatAreNone(final NearRecords near) throws IOException {
        log.holds(new LogBuilder().header().record(BROKEN).raw(near.bytes()).cursor(Token.of(9)));
        final LogInspection found = LogInspection.of(log.path());

        assertEquals(LogInspection.Result.CORRUPTED, found.result());
        assertEquals(9, found.rule());
        assertEquals(LogBuilder.HEADER_LENGTH, found.offset());
        assertEquals(1, found.survivors());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nearRecords")
    void shouldRefuseToLoadWhateverFollowsTheDamage(final NearRecords near) throws IOException {
        log.holds(new LogBuilder().header().record(BROKEN).raw(near.bytes()).raw((byte) 0xFF));

        assertEquals(0, assertThrows(CorruptSnapshotException.class, () -> Snapshot.load(log.path())).survivors());
        log.assertUntouched("a load");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nearRecords")
    void shouldRepairWhateverFollowsTheDamage(final NearRecords near) throws IOException {
        log.holds(new LogBuilder().header().record(BROKEN).raw(near.bytes()).cursor(Token.of(9)));
        final LogRepair.Report report = LogRepair.repair(log.path(), new SnapshotLog.Context(), true);

        assertEquals(1, report.chainRecords());
        assertEquals(0, ModelJudge.judge(log.bytes()).live().size());
    }

    @Test
    void shouldDropATornRecordThatClaimsTheRestOfTheFile() throws IOException {
        log.holds(new LogBuilder().header().put("a", "1", 1).raw(filled(4 * MEBIBYTE, 1)));
        final LogInspection found = LogInspection.of(log.path());

        assertEquals(LogInspection.Tail.TORN, found.tail());
        assertEquals(5, found.rule());
        assertEquals(4 * MEBIBYTE, found.dropped());
    }

    // ---- Sound records inside one another

    @Test
    void shouldNestSoundRecords() {
        final byte[] nested = NestedRecords.of(50, (byte) 'k');
        for (int record = 0; record <= 50; record++) {
            final byte[] from = Arrays.copyOfRange(nested, record * 12, nested.length);
            final ModelVerdict verdict = ModelJudge.judge(new LogBuilder().header().raw(from).toBytes());
            assertEquals(1, verdict.records());
            assertEquals(record == 0 ? ModelVerdict.Kind.CLEAN : ModelVerdict.Kind.SLACK, verdict.kind());
        }
    }

    @Test
    void shouldCountRecordsInsideOneAnotherOnce() throws IOException {
        log.holds(new LogBuilder().header().record(BROKEN).raw(NestedRecords.of(DEPTH)).raw((byte) 0xFF));
        assertEquals(1, LogInspection.of(log.path()).survivors());
    }

    @Test
    void shouldRepairALogOfRecordsInsideOneAnother() throws IOException {
        final byte[] nested = NestedRecords.of(DEPTH);
        log.holds(new LogBuilder().header().record(BROKEN).raw(nested));
        final LogRepair.Report report = LogRepair.repair(log.path(), new SnapshotLog.Context(), true);

        assertEquals(1, report.chainRecords());
        assertArrayEquals(new LogBuilder().header().raw(nested).toBytes(), log.bytes());
    }

    /** Each record is the start of a chain that breaks, and zeros by the megabyte follow it. */
    @Test
    void shouldRepairALogOfRecordsInsideOneAnotherThatDoNotReachTheEnd() throws IOException {
        log.holds(new LogBuilder().header().record(BROKEN)
            .raw(NestedRecords.of(DEPTH)).slack(4 * MEBIBYTE).raw((byte) 0xFF));
        final LogRepair.Report report = LogRepair.repair(log.path(), new SnapshotLog.Context(), true);

        assertEquals(0, report.chainRecords());
        assertArrayEquals(new LogBuilder().header().toBytes(), log.bytes());
    }

    /** Each record is the start of a chain that reaches the end, and has a key that no log may hold. */
    @Test
    void shouldRepairALogOfRecordsInsideOneAnotherWithKeysThatAreNotUtf8() throws IOException {
        log.holds(new LogBuilder().header().record(BROKEN).raw(NestedRecords.of(2 * DEPTH, (byte) 0xFF)));
        final LogRepair.Report report = LogRepair.repair(log.path(), new SnapshotLog.Context(), true);

        assertEquals(1, report.chainRecords());
        assertArrayEquals(new LogBuilder().header().cursor(Token.none()).toBytes(), log.bytes());
    }

    // ---- Keys

    @Test
    void shouldIndexKeysWhoseJavaHashesAreAllTheSame() throws IOException {
        final int bits = 16;
        final LogBuilder file = new LogBuilder().header();
        for (int i = 0; i < 1 << bits; i++) {
            file.put(collidingKey(i, bits), new byte[0], Token.none());
        }
        log.holds(file);

        assertEquals(1 << bits, Snapshot.load(log.path()).orElseThrow().entries().size());
        try (SnapshotView view = SnapshotView.open(log.path())) {
            for (int i = 0; i < 1 << bits; i++) {
                assertEquals(collidingKey(i, bits), view.entry(collidingKey(i, bits)).key());
            }
        }
    }

    @Test
    void shouldSortKeysThatShareAlmostAllTheirBytes() throws IOException {
        final LogBuilder file = new LogBuilder().header();
        final String shared = "k".repeat(65_000);
        for (int i = 99; i >= 0; i--) {
            file.put(shared + i / 10 + i % 10, "", i);
        }
        log.holds(file.delete("absent", 1));
        final byte[] expected = ModelJudge.judge(file.toBytes()).state().compactForm();

        Snapshot.load(log.path());
        assertArrayEquals(expected, log.bytes());
    }

    // ---- Lengths

    @ParameterizedTest(name = "{0}")
    @MethodSource("lengthBombs")
    void shouldAllocateNothingForALengthThatIsOnlyClaimed(final NearRecords bomb) throws IOException {
        for (int i = 0; i < 200; i++) {
            log.holds(new LogBuilder().header().put("a", "1", 1).raw(bomb.bytes()));
            final ModelVerdict expected = ModelJudge.judge(log.bytes());

            assertEquals(Findings.of(expected), Findings.of(LogInspection.of(log.path())));
            try (SnapshotView view = SnapshotView.open(log.path(), RecoveryPolicy.PREFIX)) {
                assertEquals(expected.state(), EngineState.of(view));
            }
        }
    }

    static Stream<NearRecords> lengthBombs() {
        final RawRecord put = RawRecord.put("k", "v", 1);
        return Stream.of(
            new NearRecords("value of 4 GiB - 1", put.valueLength(0xFFFF_FFFFL).toBytes()),
            new NearRecords("value of 2 GiB", put.valueLength(0x8000_0000L).toBytes()),
            new NearRecords("value of 2 GiB - 1", put.valueLength(0x7FFF_FFFFL).toBytes()),
            new NearRecords("value of 1 GiB, a record behind it",
                new LogBuilder().record(put.valueLength(0x4000_0000L)).cursor(1).toBytes()),
            new NearRecords("key of 65,535", RawRecord.delete("k", 1).keyLength(65_535).toBytes()));
    }

    private static byte[] filled(final int length, final int value) {
        final byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static byte[] smallBytes(final int length) {
        final Random random = new Random(20260102);
        final byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) random.nextInt(4);
        }
        return bytes;
    }

    /** Frames of puts, one behind the other, each with a crc field of ones; the token length they reach is 0 or 1. */
    private static byte[] frames(final int length, final int keyLength, final long valueLength) {
        final byte[] frame = new byte[11];
        Arrays.fill(frame, 0, 4, (byte) 1);
        frame[4] = RawRecord.PUT;
        System.arraycopy(LittleEndian.ofU16(keyLength), 0, frame, 5, 2);
        System.arraycopy(LittleEndian.ofU32(valueLength), 0, frame, 7, 4);
        final byte[] bytes = new byte[length];
        for (int at = 0; at < length; at++) {
            bytes[at] = frame[at % frame.length];
        }
        return bytes;
    }

    /** "Aa" and "BB" have the same hash in Java; so have all words made of them. */
    private static String collidingKey(final int number, final int bits) {
        final StringBuilder key = new StringBuilder();
        for (int bit = 0; bit < bits; bit++) {
            key.append((number >> bit & 1) == 0 ? "Aa" : "BB");
        }
        return key.toString();
    }
}
