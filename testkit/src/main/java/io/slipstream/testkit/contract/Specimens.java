package io.slipstream.testkit.contract;

import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import java.util.Arrays;
import java.util.stream.Stream;

/** Files for every row of the table in docs/recovery.md, and for the header. */
final class Specimens {
    private static final byte[] NOT_UTF8 = {(byte) 0xC0, (byte) 0x80};
    private static final byte[] HEADER = new LogBuilder().header().toBytes();

    private Specimens() {
    }

    /** A file and what is special about it. */
    record Specimen(String name, byte[] bytes) {
    }

    /** A sound log of every kind of record, with superseded ones. */
    static byte[] soundLog() {
        return sound().toBytes();
    }

    private static LogBuilder sound() {
        return new LogBuilder().header().put("a", "1", 1).put("b", "22", 2).delete("a", 3).cursor(3).put("c", "", 4);
    }

    private static LogBuilder compact() {
        return new LogBuilder().header().put("a", "1", 1).cursor(1);
    }

    private static Specimen of(final String name, final LogBuilder log) {
        return new Specimen(name, log.toBytes());
    }

    private static RawRecord last() {
        return RawRecord.put("k", "value", 9);
    }

    /** One file or more for each way in which a log can end. */
    static Stream<Specimen> everyRow() {
        return Stream.of(headers(), ends(), framing(), lengths(), checksums()).flatMap(rows -> rows);
    }

    private static Stream<Specimen> headers() {
        return Stream.of(
            new Specimen("wrong magic", Damage.overwrite(soundLog(), 0, (byte) 'p')),
            new Specimen("format version 1", Damage.overwrite(soundLog(), 4, (byte) 1)),
            new Specimen("format version 3", Damage.overwrite(soundLog(), 4, (byte) 3)),
            new Specimen("format version 258", Damage.overwrite(soundLog(), 5, (byte) 1)),
            new Specimen("three bytes that are no header", Utf8.encode("PGX")));
    }

    private static Stream<Specimen> ends() {
        return Stream.of(
            of("row 1: nothing but a header", new LogBuilder().header()),
            of("row 1: a sound log", sound()),
            of("row 1: a compact log", compact()),
            of("row 1: one zero byte of slack", sound().slack(1)),
            of("row 1: slack behind a compact log", compact().slack(5000)),
            of("row 1: slack behind a header", new LogBuilder().header().slack(4096)),
            of("row 2: one byte", sound().raw((byte) 1)),
            of("row 2: four bytes", compact().raw((byte) 0, (byte) 0, (byte) 0, (byte) 7)));
    }

    private static Stream<Specimen> framing() {
        return Stream.of(
            of("row 3: type 0", sound().raw((byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 0)),
            of("row 3: type 0, a record behind", sound().raw((byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 0).cursor(9)),
            of("row 4: type 4", sound().record(last().type(4))),
            of("row 4: type 255, a record behind", sound().record(last().type(255)).cursor(9)),
            of("row 10: a put of a key that is not UTF-8", sound().record(RawRecord.put(NOT_UTF8, NOT_UTF8, Token.of(1)))),
            of("row 10: a delete of one, a record behind", sound().record(RawRecord.delete(NOT_UTF8, Token.of(1))).cursor(9)));
    }

    private static Stream<Specimen> lengths() {
        return Stream.of(
            of("row 5: a key beyond the end", sound().record(last().keyLength(65_535))),
            of("row 5: a key beyond the end, a record behind", sound().record(last().keyLength(65_535)).cursor(9)),
            of("row 5: a value of 4 GiB - 1", sound().record(last().valueLength(0xFFFF_FFFFL))),
            of("row 5: a value of 2 GiB, a record behind", sound().record(last().valueLength(0x8000_0000L)).cursor(9)),
            of("row 6: a version of 11 bytes", sound().record(last().tokenLength(11))),
            of("row 6: a version of 255 bytes, a record behind", sound().record(last().tokenLength(255)).cursor(9)),
            of("row 6: a cursor of 11 bytes", sound().record(RawRecord.cursor(new byte[11]))),
            of("row 7: a version beyond the end", sound().record(last().tokenLength(10))),
            of("row 7: a cursor beyond the end", sound().record(RawRecord.cursor(1).tokenLength(9))),
            new Specimen("row 7: a record cut short by one byte",
                Arrays.copyOf(sound().record(last()).toBytes(), sound().record(last()).length() - 1)),
            of("row 7: a version beyond the end, with a record in its value",
                sound().record(RawRecord.put(Utf8.encode("k"), RawRecord.cursor(9).toBytes(), Token.of(1)).tokenLength(10))));
    }

    private static Stream<Specimen> checksums() {
        return Stream.of(
            of("row 8: crc 0 at the end", sound().record(last().crc(0))),
            of("row 8: crc 0, zeros behind", sound().record(last().crc(0)).slack(100)),
            of("row 8: crc 0, with a record in its value",
                sound().record(RawRecord.put(Utf8.encode("k"), RawRecord.cursor(9).toBytes(), Token.of(1)).crc(0)).slack(100)),
            of("row 9: crc 0, a record behind", sound().record(last().crc(0)).cursor(9)),
            of("row 9: a wrong crc at the end", sound().record(last().brokenCrc())),
            of("row 9: a wrong crc, zeros behind", sound().record(last().brokenCrc()).slack(100)),
            of("row 9: a wrong crc, 5 bytes behind", sound().record(last().brokenCrc()).raw(Utf8.encode("12345"))),
            of("row 9: a wrong crc, 6 bytes behind", sound().record(last().brokenCrc()).raw(Utf8.encode("123456"))),
            of("row 9: a wrong crc, a record behind", sound().record(last().brokenCrc()).cursor(9)),
            of("row 9: a wrong crc in the first record", new LogBuilder().header().record(last().brokenCrc()).cursor(9)));
    }

    /** The header cut short at every place, the empty file among them. */
    static Stream<Specimen> unfinishedHeaders() {
        return Stream.iterate(0, length -> length < HEADER.length, length -> length + 1)
            .map(length -> new Specimen(length + " bytes of a header", Arrays.copyOf(HEADER, length)));
    }

    /** Every single bit of a sound log flipped, and the log cut at every place behind its header. */
    static Stream<Specimen> everySmallDamage() {
        return Stream.concat(Damage.everyBitFlipped(soundLog()), Damage.everyCut(soundLog()).filter(cut -> cut.from() >= HEADER.length))
            .map(damaged -> new Specimen(damaged.what(), damaged.bytes()));
    }
}
