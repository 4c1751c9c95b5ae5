package io.slipstream.testkit.gen;

import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Values: bytes of any kind and number. */
public final class Values {
    private static final int SHORT_LENGTH = 16;
    private static final int MEDIUM_LENGTH = 400;
    private static final int PAGE_LENGTH = 4096;
    private static final int SIXTEEN_BITS = 1 << 16;
    private static final int AROUND = 24;

    private Values() {
    }

    /** All kinds of values; mostly short. */
    public static Arbitrary<byte[]> any() {
        return Arbitraries.frequencyOf(
            Tuple.of(400, shortOnes()), Tuple.of(60, runs()), Tuple.of(60, likeRecords()),
            Tuple.of(4, aroundPage()), Tuple.of(1, aroundSixteenBits()))
            .edgeCases(cases -> cases.add(new byte[0], new byte[1], filledWith(PAGE_LENGTH, 1)));
    }

    /** Up to 16 bytes; empty ones and zeros among them. */
    public static Arbitrary<byte[]> shortOnes() {
        return Arbitraries.frequencyOf(
            Tuple.of(1, Arbitraries.integers().between(0, SHORT_LENGTH).map(byte[]::new)),
            Tuple.of(4, Arbitraries.bytes().array(byte[].class).ofMaxSize(SHORT_LENGTH)));
    }

    /** Up to 400 bytes, all the same: zeros too, which look like slack. */
    public static Arbitrary<byte[]> runs() {
        return filled(0, MEDIUM_LENGTH);
    }

    /** Values that hold whole records, sound ones and such with a wrong checksum: where the value is torn, they seem to survive. */
    public static Arbitrary<byte[]> likeRecords() {
        return Combinators.combine(
            Arbitraries.integers().between(0, 3), Arbitraries.longs().between(0, 9), Arbitraries.of(true, true, false)).as((kind, number, sound) -> {
                final RawRecord record = switch (kind) {
                    case 0 -> RawRecord.cursor(number);
                    case 1 -> RawRecord.delete("a", number);
                    default -> RawRecord.put("b", "v" + number, number);
                };
                return new LogBuilder().slack(kind == 2 ? 1 : 0).record(sound ? record : record.brokenCrc()).toBytes();
            });
    }

    /** Values whose record ends near 4096 bytes: the length of a page, and of the shortest segment. */
    public static Arbitrary<byte[]> aroundPage() {
        return filled(PAGE_LENGTH - 2 * AROUND, PAGE_LENGTH + AROUND);
    }

    /** Values whose length is near 65,536. */
    public static Arbitrary<byte[]> aroundSixteenBits() {
        return filled(SIXTEEN_BITS - AROUND, SIXTEEN_BITS + AROUND);
    }

    /** Values longer than a segment of {@code segmentLength} bytes, up to three times as long. */
    public static Arbitrary<byte[]> longerThan(final int segmentLength) {
        return filled(segmentLength, 3 * segmentLength);
    }

    private static Arbitrary<byte[]> filled(final int minLength, final int maxLength) {
        return Combinators.combine(
            Arbitraries.integers().between(minLength, maxLength), Arbitraries.of(0x76, 0, 1, 0xFF)).as(Values::filledWith);
    }

    private static byte[] filledWith(final int length, final int fill) {
        final byte[] value = new byte[length];
        Arrays.fill(value, (byte) fill);
        return value;
    }
}
