package io.slipstream.testkit.gen;

import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.gen.NamedDamage.BadKey;
import io.slipstream.testkit.gen.NamedDamage.Crop;
import io.slipstream.testkit.gen.NamedDamage.Cut;
import io.slipstream.testkit.gen.NamedDamage.Flip;
import io.slipstream.testkit.gen.NamedDamage.Header;
import io.slipstream.testkit.gen.NamedDamage.KeyLength;
import io.slipstream.testkit.gen.NamedDamage.Slack;
import io.slipstream.testkit.gen.NamedDamage.Splice;
import io.slipstream.testkit.gen.NamedDamage.Stretch;
import io.slipstream.testkit.gen.NamedDamage.Tear;
import io.slipstream.testkit.gen.NamedDamage.TokenLength;
import io.slipstream.testkit.gen.NamedDamage.Transplant;
import io.slipstream.testkit.gen.NamedDamage.Type;
import io.slipstream.testkit.gen.NamedDamage.Uncommitted;
import io.slipstream.testkit.gen.NamedDamage.ValueLength;
import io.slipstream.testkit.gen.NamedDamage.WrongCrc;
import io.slipstream.testkit.gen.NamedDamage.Zero;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/** Damages by name, with parameters that matter. Each arbitrary fits any log: see {@link NamedDamage}. */
public final class Damages {
    private static final int PLACES = 1 << 16;
    private static final int RECORDS = 12;
    private static final int SHORT = 24;
    private static final int LAST_KNOWN_TYPE = 3;
    private static final int FRAME_LENGTH = 12;
    private static final int PAGE_LENGTH = 4096;

    private Damages() {
    }

    /** All kinds of damage. */
    public static Arbitrary<NamedDamage> any() {
        return Arbitraries.oneOf(
            slacks(), cuts(), tears(), flips(), zeros(), splices(), transplants(), lengths(), longTokens(), stretches(), types(),
            wrongCrcs(), badKeys(), uncommitted(), headers());
    }

    /** Zeros behind the end: some bytes, some sectors, up to a page and a bit. */
    public static Arbitrary<NamedDamage> slacks() {
        return Arbitraries.frequencyOf(
            Tuple.of(8, number(1, SHORT)), Tuple.of(2, number(0, 600)), Tuple.of(1, number(PAGE_LENGTH - 1, PAGE_LENGTH + 1))).map(Slack::new);
    }

    /** The file cut at any byte, or a few bytes short. */
    public static Arbitrary<NamedDamage> cuts() {
        return Arbitraries.oneOf(places().map(Cut::new), number(1, SHORT).map(Crop::new));
    }

    /** The last record cut at any byte, or in its first few. */
    public static Arbitrary<NamedDamage> tears() {
        return Arbitraries.oneOf(number(0, FRAME_LENGTH), places()).map(Tear::new);
    }

    /** The last record cut before its type is whole. */
    public static Arbitrary<NamedDamage> stumps() {
        return number(1, 4).map(Tear::new);
    }

    /** One bit flipped. */
    public static Arbitrary<NamedDamage> flips() {
        return Arbitraries.longs().between(0, (long) PLACES * Byte.SIZE - 1).withDistribution(RandomDistribution.uniform()).map(Flip::new);
    }

    /** Zeros over a range: some bytes, or a sector. */
    public static Arbitrary<NamedDamage> zeros() {
        return Combinators.combine(places(), Arbitraries.oneOf(number(1, SHORT), Arbitraries.of(512, 1024))).as(Zero::new);
    }

    /** Other bytes in the place of a few, shorter or longer. */
    public static Arbitrary<NamedDamage> splices() {
        return Combinators.combine(places(), number(0, SHORT), Arbitraries.bytes().array(byte[].class).ofMaxSize(SHORT)).as(Splice::new);
    }

    /** A range of the file over another. */
    public static Arbitrary<NamedDamage> transplants() {
        return Combinators.combine(places(), Arbitraries.oneOf(number(1, SHORT), number(1, 512)), places()).as(Transplant::new);
    }

    /** Length fields of keys, values and tokens that say something else: a little, or up to all that they can say. */
    public static Arbitrary<NamedDamage> lengths() {
        return Arbitraries.oneOf(
            Combinators.combine(anyRecord(), Arbitraries.oneOf(number(0, 2 * SHORT), number(0, 0xFFFF))).as(KeyLength::new),
            Combinators.combine(anyRecord(), Arbitraries.oneOf(
                Arbitraries.longs().between(0, 4 * SHORT),
                Arbitraries.of(0x1000L, 0xFFFFL, 0x1_0000L, 0x7FFF_FFF0L, 0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFFFL))).as(ValueLength::new),
            Combinators.combine(anyRecord(), number(0, Token.MAX_LENGTH)).as(TokenLength::new));
    }

    /** Key and value lengths that reach far past the end of most files. */
    public static Arbitrary<NamedDamage> lengthBombs() {
        return Arbitraries.oneOf(
            Combinators.combine(anyRecord(), number(0xFF00, 0xFFFF)).as(KeyLength::new),
            Combinators.combine(anyRecord(), Arbitraries.of(0x2_0000L, 0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFFFL)).as(ValueLength::new));
    }

    /** Token lengths above 10. */
    public static Arbitrary<NamedDamage> longTokens() {
        final int tooLong = Token.MAX_LENGTH + 1;
        return Combinators.combine(
            anyRecord(), Arbitraries.oneOf(Arbitraries.of(tooLong, 0x80, 0xFF), number(tooLong, 0xFF))).as(TokenLength::new);
    }

    /** Values that reach to the end of the file, with a token claimed behind it. */
    public static Arbitrary<NamedDamage> stretches() {
        return Combinators.combine(number(0, 2), number(0, Token.MAX_LENGTH)).as(Stretch::new);
    }

    /** Other types, known and unknown. */
    public static Arbitrary<NamedDamage> types() {
        return Combinators.combine(anyRecord(), Arbitraries.oneOf(number(0, LAST_KNOWN_TYPE + 1), number(0, 0xFF))).as(Type::new);
    }

    /** Type 0. */
    public static Arbitrary<NamedDamage> zeroTypes() {
        return anyRecord().map(record -> new Type(record, 0));
    }

    /** Types that do not exist. */
    public static Arbitrary<NamedDamage> unknownTypes() {
        return Combinators.combine(
            anyRecord(), Arbitraries.oneOf(Arbitraries.of(LAST_KNOWN_TYPE + 1, 0xFF), number(LAST_KNOWN_TYPE + 1, 0xFF))).as(Type::new);
    }

    /** Wrong checksums. */
    public static Arbitrary<NamedDamage> wrongCrcs() {
        return Combinators.combine(anyRecord(), Arbitraries.longs().between(1, 0xFFFF_FFFFL)).as(WrongCrc::new);
    }

    /** Keys that are not UTF-8, under a right checksum. */
    public static Arbitrary<NamedDamage> badKeys() {
        // No byte of these stands anywhere in UTF-8.
        return Combinators.combine(anyRecord(), number(0, SHORT), Arbitraries.of(0xFF, 0xC0, 0xC1, 0xF5)).as(BadKey::new);
    }

    /** A last append that ended after any of its stores. */
    public static Arbitrary<NamedDamage> uncommitted() {
        return Arbitraries.oneOf(number(0, 6), number(0, 4 * SHORT)).map(Uncommitted::new);
    }

    /** Headers of another version, with another magic, and any other. */
    public static Arbitrary<NamedDamage> headers() {
        return Arbitraries.oneOf(
            Arbitraries.of(0, 1, 3, 0xFF).map(version -> new Header(new byte[] {'P', 'G', 'S', 'S', version.byteValue(), 0})),
            number(0, 5).map(length -> new Header(new byte[length + 1])),
            Arbitraries.bytes().array(byte[].class).ofMinSize(1).ofMaxSize(6).map(Header::new));
    }

    private static Arbitrary<Integer> anyRecord() {
        return number(0, RECORDS - 1);
    }

    private static Arbitrary<Integer> places() {
        return number(0, PLACES - 1);
    }

    private static Arbitrary<Integer> number(final int min, final int max) {
        return Arbitraries.integers().between(min, max).withDistribution(RandomDistribution.uniform());
    }
}
