package io.slipstream.testkit.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.LogInspection;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.Damage.Damaged;
import io.slipstream.testkit.bytes.LittleEndian;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelVerdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small logs damaged in every way there is of a kind: the engine finds in each what the model finds by the table of
 * docs/recovery.md, down to the digest of what is live.
 */
class DamageEnumerationTest {
    private static final int SLACK_LENGTH = 37;
    private static final int LONGEST_REMOVED = 12;

    @TempDir(factory = MemoryTempDir.class)
    private static Path directory;
    private static Path file;

    /** A sound log, and how much slack follows it once it is damaged. */
    record Sample(String name, LogBuilder log, int slack) {
        byte[] sound() {
            return log.toBytes();
        }

        /** Where the last record begins. */
        int lastRecord() {
            return log.offsetOf(log.recordCount() - 1);
        }

        @Override
        public String toString() {
            return name + (slack > 0 ? ", with slack" : ", without slack");
        }
    }

    static Stream<Sample> samples() {
        return Stream.of(
            new Sample("mixed", SampleLogs.mixed(), 0),
            new Sample("mixed", SampleLogs.mixed(), SLACK_LENGTH),
            new Sample("compact", SampleLogs.compact(), 0),
            new Sample("compact", SampleLogs.compact(), SLACK_LENGTH));
    }

    @BeforeAll
    static void createFile() {
        file = directory.resolve("kv.log");
    }

    @AfterAll
    static void assertNothingStandsBesideTheLog() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void shouldFindWhatTheModelFindsWhereverTheLogIsCut(final Sample sample) throws IOException {
        assertSameFindings(Damage.everyCut(sample.sound()), sample.slack());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void shouldFindWhatTheModelFindsWhicheverBitIsFlipped(final Sample sample) throws IOException {
        final byte[] found = withSlack(sample.sound(), sample.slack());
        assertSameFindings(Damage.everyBitFlipped(found), 0);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void shouldRefuseEveryBitFlippedBeforeTheLastRecord(final Sample sample) throws IOException {
        final byte[] found = withSlack(sample.sound(), sample.slack());
        for (final Damaged damaged : Damage.everyBitFlipped(found, 0, sample.lastRecord()).toList()) {
            Files.write(file, damaged.bytes());
            assertTrue(
                EnumSet.of(LogInspection.Result.CORRUPTED, LogInspection.Result.INVALID)
                    .contains(LogInspection.of(file).result()),
                damaged.what());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void shouldFindWhatTheModelFindsWhicheverBytesAreZeroed(final Sample sample) throws IOException {
        assertSameFindings(Damage.everyZeroedRun(sample.sound()), sample.slack());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void shouldFindWhatTheModelFindsWhicheverBytesAreMissing(final Sample sample) throws IOException {
        final byte[] sound = sample.sound();
        final Stream<Damaged> damages = IntStream.range(0, sound.length).boxed().flatMap(from ->
            IntStream.rangeClosed(from + 1, Math.min(sound.length, from + LONGEST_REMOVED)).mapToObj(to ->
                new Damaged("removed from " + from + " to " + to, from, to, Damage.remove(sound, from, to))));
        assertSameFindings(damages, sample.slack());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void shouldFindWhatTheModelFindsWhateverALengthFieldClaims(final Sample sample) throws IOException {
        assertSameFindings(lengthClaims(sample.log()).stream(), sample.slack());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void shouldFindWhatTheModelFindsWhateverALengthFieldClaimsWithARightCrc(final Sample sample) throws IOException {
        assertSameFindings(lengthClaims(sample.log()).stream().flatMap(DamageEnumerationTest::resealed), sample.slack());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void shouldFindWhatTheModelFindsWhateverATypeClaims(final Sample sample) throws IOException {
        final List<Damaged> damages = new ArrayList<>();
        for (int record = 0; record < sample.log().recordCount(); record++) {
            final int at = sample.log().offsetOf(record) + 4;
            for (int type = 0; type < 256; type++) {
                damages.add(new Damaged("type " + type + " at " + at, at, at + 1,
                    Damage.overwrite(sample.sound(), at, (byte) type)));
            }
        }
        assertSameFindings(damages.stream(), sample.slack());
    }

    @Test
    void shouldFindWhatTheModelFindsWhicheverByteStandsInTheHeader() throws IOException {
        final byte[] sound = SampleLogs.mixed().toBytes();
        assertSameFindings(IntStream.range(0, LogBuilder.HEADER_LENGTH * 256).mapToObj(i ->
            new Damaged("byte " + i / 256 + " is " + i % 256, i / 256, i / 256 + 1,
                Damage.overwrite(sound, i / 256, (byte) i))), 0);
    }

    @Test
    void shouldMeetEveryRowOfTheTable() {
        final Set<Integer> rows = new TreeSet<>();
        samples().forEach(sample -> Stream.of(
            Damage.everyCut(sample.sound()), Damage.everyBitFlipped(sample.sound()),
            lengthClaims(sample.log()).stream().flatMap(DamageEnumerationTest::resealed),
            Damage.everyZeroedRun(sample.sound(), 5))
            .flatMap(damages -> damages)
            .forEach(damaged -> rows.add(ModelJudge.judge(withSlack(damaged.bytes(), sample.slack())).row())));
        assertEquals(Set.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), rows);
    }

    private static void assertSameFindings(final Stream<Damaged> damages, final int slack) throws IOException {
        final List<Damaged> all = damages.toList();
        assertFalse(all.isEmpty());
        for (final Damaged damaged : all) {
            final byte[] bytes = withSlack(damaged.bytes(), slack);
            final ModelVerdict expected = ModelJudge.judge(bytes);
            Files.write(file, bytes);
            final Findings found = Findings.of(LogInspection.of(file));
            if (!Findings.of(expected).equals(found)) {
                assertEquals(Findings.of(expected), found, damaged.what());
            }
        }
    }

    /** Every length field of every record, claiming every length that is worth a lie. */
    private static List<Damaged> lengthClaims(final LogBuilder log) {
        final byte[] sound = log.toBytes();
        final List<Damaged> damages = new ArrayList<>();
        for (int record = 0; record < log.recordCount(); record++) {
            final int at = log.offsetOf(record);
            final int type = LittleEndian.u8(sound, at + 4);
            if (type != RawRecord.CURSOR) {
                for (final long claim : claims(sound.length - (at + 7), 0xFFFF)) {
                    damages.add(claim("key length", at, claim, Damage.withKeyLength(sound, at, (int) claim)));
                }
            }
            if (type == RawRecord.PUT) {
                final int valueOffset = at + 7 + LittleEndian.u16(sound, at + 5) + 4;
                for (final long claim : claims(sound.length - valueOffset, 0xFFFF_FFFFL)) {
                    damages.add(claim("value length", at, claim, Damage.withValueLength(sound, at, claim)));
                }
            }
            for (final long claim : claims(sound.length - log.endOf(record), 0xFF)) {
                damages.add(claim("token length", at, claim, Damage.withTokenLength(sound, at, (int) claim)));
            }
        }
        return damages;
    }

    private static Damaged claim(final String field, final int at, final long claim, final byte[] bytes) {
        return new Damaged(field + " " + claim + " in the record at " + at, at, at, bytes);
    }

    /** Every length there is up to a little past the end of the file, and those at which arithmetic may go wrong. */
    private static long[] claims(final int toTheEnd, final long max) {
        return LongStream.concat(
            LongStream.rangeClosed(0, toTheEnd + 50L),
            LongStream.of(0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFF0, 0xFFFE, 0xFFFF, 0x1_0000, 0x7FFF_FFF0,
                0x7FFF_FFFF - toTheEnd, 0x7FFF_FFFE, 0x7FFF_FFFF, 0x8000_0000L, 0x8000_0001L, 0xFFFF_FF00L,
                0xFFFF_FFFFL - toTheEnd, 0xFFFF_FFFEL, 0xFFFF_FFFFL))
            .filter(claim -> claim <= max).distinct().toArray();
    }

    /** The damaged record with a right crc over each end it could have: the lie is then vouched for. */
    private static Stream<Damaged> resealed(final Damaged damaged) {
        final int at = damaged.from();
        final byte[] bytes = damaged.bytes();
        return IntStream.of(claimedEnd(bytes, at)).filter(end -> end > at).mapToObj(end ->
            new Damaged(damaged.what() + ", resealed", at, end, Damage.reseal(bytes, at, end)));
    }

    /** Where the record claims to end; at most the end of the file. */
    private static int claimedEnd(final byte[] bytes, final int at) {
        final int type = LittleEndian.u8(bytes, at + 4);
        long end = at + 5L;
        if (type != RawRecord.CURSOR) {
            end += 2 + LittleEndian.u16(bytes, at + 5);
        }
        if (type == RawRecord.PUT && end + 4 <= bytes.length) {
            end += 4 + LittleEndian.u32(bytes, (int) end);
        }
        if (end < bytes.length) {
            end += 1 + LittleEndian.u8(bytes, (int) end);
        }
        return (int) Math.min(end, bytes.length);
    }

    private static byte[] withSlack(final byte[] bytes, final int slack) {
        return slack == 0 ? bytes : Arrays.copyOf(bytes, bytes.length + slack);
    }
}
