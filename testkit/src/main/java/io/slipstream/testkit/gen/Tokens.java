package io.slipstream.testkit.gen;

import io.slipstream.testkit.bytes.Token;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** Versions and cursors: 0 to 10 opaque bytes. */
public final class Tokens {
    private static final int VERSIONSTAMP_LENGTH = 10;
    /** 2^64 - 1, as every revision is unsigned. */
    private static final long GREATEST = -1;

    private Tokens() {
    }

    /** All kinds of tokens, the empty one among them. */
    public static Arbitrary<byte[]> any() {
        return Arbitraries.frequencyOf(
            Tuple.of(6, revisions()), Tuple.of(1, Arbitraries.just(Token.none())), Tuple.of(1, versionstamps()), Tuple.of(1, ofAnyLength()))
            .edgeCases(cases -> cases.add(Token.none(), Token.of(0), Token.of(GREATEST), new byte[VERSIONSTAMP_LENGTH]));
    }

    /** All kinds of tokens but the empty one: cursors that are there. */
    public static Arbitrary<byte[]> some() {
        return Arbitraries.frequencyOf(Tuple.of(3, revisions()), Tuple.of(1, versionstamps()));
    }

    /** Revision numbers, 8 bytes: small ones, 0, 2^64-1, and any. */
    public static Arbitrary<byte[]> revisions() {
        return Arbitraries.frequencyOf(
            Tuple.of(8, Arbitraries.longs().between(1, 99)),
            Tuple.of(1, Arbitraries.of(0L, GREATEST, Long.MIN_VALUE, Long.MAX_VALUE)),
            Tuple.of(1, Arbitraries.longs())).map(Token::of);
    }

    /** FoundationDB versionstamps, 10 bytes. */
    public static Arbitrary<byte[]> versionstamps() {
        return bytes(VERSIONSTAMP_LENGTH, VERSIONSTAMP_LENGTH);
    }

    /** 0 to 10 bytes. */
    public static Arbitrary<byte[]> ofAnyLength() {
        return bytes(0, Token.MAX_LENGTH);
    }

    private static Arbitrary<byte[]> bytes(final int minLength, final int maxLength) {
        return Arbitraries.bytes().array(byte[].class).ofMinSize(minLength).ofMaxSize(maxLength);
    }
}
