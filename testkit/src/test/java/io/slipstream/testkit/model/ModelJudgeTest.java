package io.slipstream.testkit.model;

import static io.slipstream.testkit.model.ModelVerdict.Kind.CLEAN;
import static io.slipstream.testkit.model.ModelVerdict.Kind.CORRUPTED;
import static io.slipstream.testkit.model.ModelVerdict.Kind.INVALID;
import static io.slipstream.testkit.model.ModelVerdict.Kind.SLACK;
import static io.slipstream.testkit.model.ModelVerdict.Kind.TORN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LittleEndian;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelVerdict.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModelJudgeTest {
    private static final byte[] SURVIVOR = new LogBuilder().put("s", "survivor", 9).toBytes();
    private static final byte[] NO_UTF8 = Hex.parse("ff");
    private static final byte[] LONG_TOKEN = new byte[11];
    /** As a cursor, this makes a record whose right crc is 0. */
    private static final byte[] CRC_IS_ZERO = Hex.parse("b88f4000");

    /** A tail behind one sound record, and what the table says of it. */
    record Case(String name, LogBuilder tail, Kind kind, int row, int survivors) {
        @Override
        public String toString() {
            return "row " + row + ": " + name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
            of("nothing", tail(), CLEAN, 1),
            of("one zero", tail().slack(1), SLACK, 1),
            of("many zeros", tail().slack(5000), SLACK, 1),

            of("one byte", tail().raw((byte) 1), TORN, 2),
            of("four bytes", tail().raw(bytes("00000001")), TORN, 2),

            of("five bytes", tail().raw(bytes("0100000000")), TORN, 3),
            of("zeros, then no record", tail().slack(20).raw(bytes("0102030405060708")), TORN, 3),
            of("zeros, then a record", tail().slack(20).raw(SURVIVOR), CORRUPTED, 3, 1),
            of("zeros, then two records", tail().slack(20).raw(SURVIVOR).slack(1).raw(SURVIVOR), CORRUPTED, 3, 2),
            of("zeros, then a torn record", tail().slack(20).raw(Arrays.copyOf(SURVIVOR, 9)), TORN, 3),
            of("a byte and four zeros, then a record", tail().raw(bytes("0900000000")).raw(SURVIVOR), CORRUPTED, 3, 1),
            of("one byte, then a record of crc 0", tail().raw((byte) 9).cursor(CRC_IS_ZERO), CORRUPTED, 3, 1),
            of("zeros, then a record of a key that is no UTF-8", tail().slack(9).delete(NO_UTF8, Token.none()),
                CORRUPTED, 3, 1),
            of("zeros, then a record of a token too long", tail().slack(9).cursor(LONG_TOKEN), TORN, 3),
            of("zeros, then a record of type 4", tail().slack(9).record(RawRecord.delete("k", 1).type(4)), TORN, 3),

            of("type 4", tail().record(RawRecord.of(4, bytes(""))), INVALID, 4),
            of("type 255, then a record", tail().record(RawRecord.of(255, bytes(""))).raw(SURVIVOR), INVALID, 4),

            of("no key length", tail().record(RawRecord.of(1, bytes(""))), TORN, 5),
            of("half a key length", tail().record(RawRecord.of(2, bytes("01"))), TORN, 5),
            of("no value length", tail().record(RawRecord.of(1, bytes("000000"))), TORN, 5),
            of("no version length", tail().record(RawRecord.of(2, bytes("0100" + "61"))), TORN, 5),
            of("no cursor length", tail().record(RawRecord.of(3, bytes(""))), TORN, 5),
            of("key past the end", tail().record(put().keyLength(65_535)), TORN, 5),
            of("value of 4 GiB", tail().record(put().valueLength(0xFFFF_FFFFL)), TORN, 5),
            of("value of 4 GiB, then a record", tail().record(put().valueLength(0xFFFF_FFFFL)).raw(SURVIVOR),
                CORRUPTED, 5, 1),

            of("version of 11", tail().put(Utf8.encode("k"), bytes(""), LONG_TOKEN), INVALID, 6),
            of("delete version of 11", tail().delete(Utf8.encode("k"), LONG_TOKEN), INVALID, 6),
            of("cursor of 11", tail().cursor(LONG_TOKEN), INVALID, 6),
            of("cursor of 255 past the end", tail().record(RawRecord.cursor(1).tokenLength(255)), INVALID, 6),
            of("version of 11, then a record", tail().cursor(LONG_TOKEN).raw(SURVIVOR), INVALID, 6),

            of("version cut", tail().raw(cut(put(), 1)), TORN, 7),
            of("cursor cut", tail().raw(cut(RawRecord.cursor(1), 8)), TORN, 7),
            of("torn in the version behind a log in the value", tail().raw(cut(logInside(), 1)), CORRUPTED, 7, 2),

            of("uncommitted", tail().record(put().crc(0)), TORN, 8),
            of("uncommitted, then slack", tail().record(put().crc(0)).slack(7), TORN, 8),
            of("uncommitted with a log in the value", tail().record(logInside().crc(0)).slack(7), TORN, 8),
            of("uncommitted with no UTF-8", tail().record(RawRecord.delete(NO_UTF8, Token.none()).crc(0)), TORN, 8),

            of("wrong crc, then nothing", tail().record(put().brokenCrc()), TORN, 9),
            of("wrong crc, then 5 bytes", tail().record(put().brokenCrc()).raw(bytes("0102030405")), TORN, 9),
            of("wrong crc, then 6 bytes", tail().record(put().brokenCrc()).raw(bytes("010203040506")), CORRUPTED, 9),
            of("wrong crc, then slack", tail().record(put().brokenCrc()).slack(600), TORN, 9),
            of("wrong crc, then a record", tail().record(put().brokenCrc()).raw(SURVIVOR), CORRUPTED, 9, 1),
            of("wrong crc, then the shortest record", tail().record(put().brokenCrc()).cursor(Token.none()),
                CORRUPTED, 9, 1),
            of("wrong crc with a log in the value", tail().record(logInside().brokenCrc()), CORRUPTED, 9, 2),
            of("crc 0, then not only zeros", tail().record(put().crc(0)).raw(bytes("000000000001")), CORRUPTED, 9),
            of("crc 0, then 5 bytes", tail().record(put().crc(0)).raw(bytes("0000000001")), TORN, 9),
            of("wrong crc and no UTF-8", tail().record(RawRecord.delete(NO_UTF8, Token.none()).brokenCrc()), TORN, 9),

            of("put of no UTF-8", tail().put(NO_UTF8, bytes(""), Token.none()), INVALID, 10),
            of("delete of no UTF-8, then a record", tail().delete(NO_UTF8, Token.none()).raw(SURVIVOR), INVALID, 10));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldJudgeByTheTable(final Case expected) {
        final LogBuilder sound = new LogBuilder().header().put("a", "1", 1);
        final byte[] file = sound.raw(expected.tail().toBytes()).toBytes();
        final ModelVerdict verdict = ModelJudge.judge(file);

        assertEquals(expected.kind(), verdict.kind());
        assertEquals(expected.row(), verdict.row());
        assertEquals(expected.survivors(), verdict.survivors());
        assertEquals(sound.endOf(0), verdict.offset());
        assertEquals(sound.endOf(0), verdict.logEnd());
        assertEquals(expected.kind() == TORN ? expected.tail().length() : 0, verdict.dropped());
        assertEquals(List.of(ModelUpdate.put("a", "1", 1)), verdict.updates());
    }

    @Test
    void shouldHaveACaseForEveryRow() {
        assertEquals(
            IntStream.rangeClosed(1, 10).boxed().toList(), cases().map(Case::row).distinct().sorted().toList());
    }

    @Test
    void shouldRefuseEveryHeaderButOne() {
        final byte[] header = new LogBuilder().header().toBytes();
        Stream.concat(Damage.everyCut(header), Damage.everyBitFlipped(header)).forEach(damaged -> {
            final ModelVerdict verdict = ModelJudge.judge(damaged.bytes());
            assertEquals(INVALID, verdict.kind(), damaged.what());
            assertEquals(0, verdict.row(), damaged.what());
            assertEquals(0, verdict.logEnd(), damaged.what());
        });
        assertEquals(INVALID, ModelJudge.judge(new byte[4096]).kind());
        assertEquals(CLEAN, ModelJudge.judge(header).kind());
        assertEquals("none", ModelJudge.judge(header).result());
    }

    @Test
    void shouldApplyARecordWhoseRightCrcIsZero() {
        final LogBuilder log = new LogBuilder().header().cursor(CRC_IS_ZERO).slack(3);
        assertEquals(0, LittleEndian.u32(log.toBytes(), log.offsetOf(0)));
        assertEquals(SLACK, ModelJudge.judge(log.toBytes()).kind());
        assertEquals(1, ModelJudge.judge(log.toBytes()).records());
    }

    @Test
    void shouldCountSurvivorsWithoutOverlap() {
        // The value of the survivor holds two records more: they are part of it and not counted.
        final byte[] file = new LogBuilder().header().slack(9).record(logInside()).cursor(1).toBytes();
        assertEquals(2, ModelJudge.judge(file).survivors());
        assertEquals(2, ModelJudge.countSurvivors(file, 6));
        assertEquals(3, ModelJudge.countSurvivors(file, 15), "behind the start of the outer record");
    }

    @Test
    void shouldKnowWhereEachRecordLies() {
        final LogBuilder log = new LogBuilder().header().put("a", "1", 1).delete("a", 2).cursor(3);
        final List<ModelRecord> applied = ModelJudge.judge(log.toBytes()).applied();
        for (int i = 0; i < log.recordCount(); i++) {
            assertEquals(log.offsetOf(i), applied.get(i).offset());
            assertEquals(log.endOf(i), applied.get(i).end());
        }
        assertEquals(
            List.of(ModelUpdate.put("a", "1", 1), ModelUpdate.delete("a", 2), ModelUpdate.checkpoint(3)),
            applied.stream().map(ModelRecord::update).toList());
    }

    @Test
    void shouldCallALogCompactWhenNoRecordWasRedundant() {
        assertTrue(isCompact(new LogBuilder().header()));
        assertTrue(isCompact(new LogBuilder().header().put("b", "1", 1).cursor(1).put("a", "1", 1)));
        assertTrue(isCompact(new LogBuilder().header().cursor(Token.none()).cursor(Token.none()).cursor(1)));
        assertTrue(isCompact(new LogBuilder().header().put("a", "1", 1).slack(9)), "whatever the tail");

        assertFalse(isCompact(new LogBuilder().header().put("a", "1", 1).put("a", "1", 1)));
        assertFalse(isCompact(new LogBuilder().header().delete("absent", 1)));
        assertFalse(isCompact(new LogBuilder().header().cursor(1).cursor(Token.none())));
        assertFalse(isCompact(new LogBuilder().header().cursor(1).cursor(1)));
    }

    @Test
    void shouldNameTheResultOfALoad() {
        assertEquals("none", resultOf(new LogBuilder().header().put("a", "1", 1).delete("a", 2)));
        assertEquals("some", resultOf(new LogBuilder().header().cursor(1)));
        assertEquals("some", resultOf(new LogBuilder().header().put("a", "1", 1).raw((byte) 1)));
        assertEquals("invalid", resultOf(new LogBuilder()));
        assertEquals("corrupted", resultOf(new LogBuilder().header().slack(9).cursor(1)));
    }

    @Test
    void shouldKeepAPrefixAtEveryCutAndBeforeAnySlack() {
        final byte[] log = sampleLog().toBytes();
        final List<ModelUpdate> all = ModelJudge.judge(log).updates();
        Damage.everyCut(log).skip(LogBuilder.HEADER_LENGTH).forEach(cut -> {
            for (int slack = 0; slack < 40; slack++) {
                final ModelVerdict verdict = ModelJudge.judge(Damage.withSlack(cut.bytes(), slack));
                assertFalse(verdict.isError(), cut.what() + ", slack " + slack);
                assertEquals(all.subList(0, verdict.records()), verdict.updates());
            }
        });
    }

    @Test
    void shouldNotMissASingleFlippedBit() {
        final LogBuilder log = sampleLog();
        final int lastRecord = log.offsetOf(log.recordCount() - 1);
        Damage.everyBitFlipped(log.toBytes()).forEach(damaged -> {
            final ModelVerdict verdict = ModelJudge.judge(damaged.bytes());
            if (damaged.from() < lastRecord) {
                assertTrue(verdict.isError(), damaged.what());
            } else {
                assertTrue(verdict.isError() || verdict.dropped() > 0, damaged.what());
            }
        });
    }

    @Test
    void shouldRefuseEveryHoleBeforeTheLastRecord() {
        final LogBuilder log = sampleLog();
        final int lastRecord = log.offsetOf(log.recordCount() - 1);
        Damage.everyZeroedRun(log.toBytes()).filter(damaged -> damaged.to() <= lastRecord).forEach(damaged ->
            assertTrue(ModelJudge.judge(damaged.bytes()).isError(), damaged.what()));
    }

    static Stream<RawRecord> records() {
        return Stream.of(put(), RawRecord.delete("key", 2), RawRecord.cursor(3), logInside());
    }

    @ParameterizedTest
    @MethodSource("records")
    void shouldReadEveryUnfinishedAppendAsRowOneOrEight(final RawRecord record) {
        final byte[] sound = new LogBuilder().header().put("a", "1", 1).toBytes();
        final byte[] appended = record.toBytes();
        for (final int slack : new int[] {0, 1, 100}) {
            final byte[] file = Damage.withSlack(sound, appended.length + slack);
            for (final Store store : commitOrder(appended)) {
                final int row = ModelJudge.judge(file).row();
                assertTrue(row == 1 || row == 8, "row " + row + " before " + store);
                System.arraycopy(appended, store.from(), file, sound.length + store.from(), store.length());
            }
            assertEquals(2, ModelJudge.judge(file).records(), "committed");
        }
    }

    @Test
    void shouldJudgeAnyBytes() {
        final byte[] likely = {0, 0, 1, 2, 3, 4, 10, 11, (byte) 0x80, (byte) 0xFF};
        final Random random = new Random(1);
        for (int i = 0; i < 50_000; i++) {
            final byte[] file = new byte[LogBuilder.HEADER_LENGTH + random.nextInt(60)];
            for (int at = 0; at < file.length; at++) {
                file[at] = likely[random.nextInt(likely.length)];
            }
            final byte[] header = new LogBuilder().header().toBytes();
            final ModelVerdict verdict = ModelJudge.judge(Damage.overwrite(file, 0, header));
            assertTrue(verdict.logEnd() >= header.length && verdict.logEnd() <= file.length);
        }
    }

    @Test
    void shouldFindTheRecordsOfALogInsideAValueOnlyIfTheOuterRecordIsDamaged() {
        final byte[] golden = Golden.bytes("29-log-inside-value.pgss");
        final ModelVerdict sound = ModelJudge.judge(golden);
        assertEquals(CLEAN, sound.kind());

        final ModelRecord outer = sound.applied().stream()
            .filter(record -> ModelJudge.countSurvivors(golden, record.offset())
                > sound.applied().stream().filter(later -> later.offset() > record.offset()).count())
            .findFirst().orElseThrow();
        final byte[] torn = Damage.cutAt(golden, outer.end() - 1);
        assertEquals(CORRUPTED, ModelJudge.judge(torn).kind(), "the known price of rows 5 and 7");
    }

    private static Case of(final String name, final LogBuilder tail, final Kind kind, final int row) {
        return of(name, tail, kind, row, 0);
    }

    private static Case of(
        final String name, final LogBuilder tail, final Kind kind, final int row, final int survivors) {
        return new Case(name, tail, kind, row, survivors);
    }

    private static LogBuilder tail() {
        return new LogBuilder();
    }

    private static RawRecord put() {
        return RawRecord.put("key", "value", 7);
    }

    /** A Put whose value is two records. */
    private static RawRecord logInside() {
        return RawRecord.put(
            Utf8.encode("log"), new LogBuilder().put("x", "y", 1).cursor(1).toBytes(), Token.of(7));
    }

    private static LogBuilder sampleLog() {
        return new LogBuilder().header()
            .put("a", "1", 1).put("", "", 2).cursor(2).put("b\u00e9", "two", 3).delete("a", 4)
            .put(Utf8.encode("c"), new byte[20], Token.none()).cursor(Token.none()).cursor(5);
    }

    private static byte[] bytes(final String hex) {
        return Hex.parse(hex);
    }

    private static byte[] cut(final RawRecord record, final int missing) {
        final byte[] bytes = record.toBytes();
        return Arrays.copyOf(bytes, bytes.length - missing);
    }

    private static boolean isCompact(final LogBuilder log) {
        return ModelJudge.judge(log.toBytes()).compact();
    }

    private static String resultOf(final LogBuilder log) {
        return ModelJudge.judge(log.toBytes()).result();
    }

    /** One store of a writer into the record it appends. */
    private record Store(int from, int length) {
    }

    /** The stores of an append: type, key length, value length, token length, the body byte by byte, the crc in one. */
    private static List<Store> commitOrder(final byte[] record) {
        final Frame frame = Frame.at(record, 0).orElseThrow();
        final List<Store> stores = new ArrayList<>();
        stores.add(new Store(4, 1));
        if (frame.type() != RawRecord.CURSOR) {
            stores.add(new Store(5, 2));
        }
        if (frame.type() == RawRecord.PUT) {
            stores.add(new Store((int) frame.valueOffset() - 4, 4));
        }
        stores.add(new Store((int) frame.tokenOffset() - 1, 1));
        IntStream.range(5, record.length)
            .filter(at -> stores.stream().noneMatch(store -> at >= store.from() && at < store.from() + store.length()))
            .boxed().toList()
            .forEach(at -> stores.add(new Store(at, 1)));
        stores.add(new Store(0, 4));
        return stores;
    }
}
