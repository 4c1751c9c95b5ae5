package io.slipstream.testkit.recovery;

import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Utf8;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Records, what is almost one, and what is none, on end and inside one another. */
final class Soups {
    /** Damage that no soup makes good. */
    static final RawRecord BROKEN = RawRecord.put("broken", "record", 1).brokenCrc();

    private Soups() {
    }

    /** A piece of a file. Printed in hex, so that a shrunk failure can be built by hand. */
    record Piece(String what, byte[] bytes) {
        @Override
        public String toString() {
            return what + " " + Hex.of(bytes);
        }
    }

    /** Soups of up to eight pieces. */
    static Arbitrary<List<Piece>> soups() {
        return pieces().list().ofMaxSize(8);
    }

    /** A file of a header and a soup. */
    static byte[] fileOf(final List<Piece> soup) {
        final LogBuilder file = new LogBuilder().header();
        soup.forEach(piece -> file.raw(piece.bytes()));
        return file.toBytes();
    }

    private static Arbitrary<Piece> pieces() {
        final Arbitrary<Piece> flat = flatPieces();
        return Arbitraries.frequencyOf(Tuple.of(6, flat), Tuple.of(2, inside(flat.list().ofMaxSize(4))));
    }

    /** A put whose value is a soup, sound or not; half of them too long to be summed byte by byte. */
    private static Arbitrary<Piece> inside(final Arbitrary<List<Piece>> soups) {
        return Combinators.combine(soups, Arbitraries.of(0, 1100, 3000), Arbitraries.of(true, false)).as(
            (soup, padding, sound) -> {
                final LogBuilder value = new LogBuilder();
                soup.forEach(piece -> value.raw(piece.bytes()));
                value.slack(padding);
                final RawRecord record = RawRecord.put(new byte[] {'n'}, value.toBytes(), new byte[8]);
                return sound
                    ? new Piece("put of a soup", record.toBytes())
                    : new Piece("put of a soup, wrong crc", record.brokenCrc().toBytes());
            });
    }

    private static Arbitrary<Piece> flatPieces() {
        return Arbitraries.frequencyOf(
            Tuple.of(6, records().map(record -> new Piece("record", record.toBytes()))),
            Tuple.of(2, records().map(record -> new Piece("wrong crc", record.brokenCrc().toBytes()))),
            Tuple.of(1, records().map(record -> new Piece("crc 0", record.crc(0).toBytes()))),
            Tuple.of(2, cutRecords()),
            Tuple.of(1, zeros()),
            Tuple.of(1, noise()),
            Tuple.of(1, bombs()));
    }

    private static Arbitrary<RawRecord> records() {
        final Arbitrary<byte[]> keys = Arbitraries.of("", "a", "b", "é", "😀").map(Utf8::encode);
        final Arbitrary<byte[]> tokens = bytes(0, 10);
        return Arbitraries.oneOf(
            Combinators.combine(keys, Arbitraries.oneOf(bytes(0, 12), bytes(1020, 1100)), tokens).as(RawRecord::put),
            Combinators.combine(keys, tokens).as(RawRecord::delete),
            tokens.map(RawRecord::cursor),
            // What a table of records should not hold, with a crc that vouches for it.
            Combinators.combine(bytes(1, 3), tokens).as(RawRecord::delete),
            bytes(11, 12).map(RawRecord::cursor));
    }

    private static Arbitrary<Piece> cutRecords() {
        return Combinators.combine(records(), Arbitraries.doubles().between(0, 1)).as((record, share) -> {
            final byte[] whole = record.toBytes();
            return new Piece("cut record", Arrays.copyOf(whole, (int) (whole.length * share)));
        });
    }

    private static Arbitrary<Piece> zeros() {
        return Arbitraries.integers().between(1, 40).map(length -> new Piece("zeros", new byte[length]));
    }

    private static Arbitrary<Piece> noise() {
        return bytes(1, 20).map(bytes -> new Piece("noise", bytes));
    }

    /** A put whose value claims more than there may be. */
    private static Arbitrary<Piece> bombs() {
        return Arbitraries.of(20L, 100L, 1000L, 1500L, 4000L, 0x7FFF_FFFFL, 0xFFFF_FFFFL).map(length ->
            new Piece("bomb", RawRecord.put(new byte[] {'b'}, new byte[1], new byte[0]).valueLength(length).toBytes()));
    }

    private static Arbitrary<byte[]> bytes(final int minLength, final int maxLength) {
        return Arbitraries.bytes().array(byte[].class).ofMinSize(minLength).ofMaxSize(maxLength);
    }
}
