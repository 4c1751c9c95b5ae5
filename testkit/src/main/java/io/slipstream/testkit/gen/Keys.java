package io.slipstream.testkit.gen;

import io.slipstream.testkit.bytes.Utf8;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** Keys: texts without unpaired surrogates, of at most 65,535 bytes in UTF-8. */
public final class Keys {
    /** The longest key a record may hold, in bytes. */
    public static final int MAX_LENGTH = 65_535;

    private static final int SHORT_LENGTH = 12;

    /** Code points at the edges of what one, two, three and four bytes of UTF-8 can say, and around the surrogates. */
    private static final List<Integer> EDGES =
        List.of(0x61, 0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x1_0000, 0x1_F600, 0x10_FFFF);

    private Keys() {
    }

    /** All kinds of keys; one in some thousands is as long as a key may be. */
    public static Arbitrary<String> any() {
        return Arbitraries.frequencyOf(
            Tuple.of(300, few()), Tuple.of(500, names()), Tuple.of(300, unicode()), Tuple.of(150, special()), Tuple.of(1, longest()))
            .edgeCases(cases -> cases.add("", "\0", "\uE000", "\uD83D\uDE00"));
    }

    /** All kinds of keys, as the UTF-8 bytes of a record. */
    public static Arbitrary<byte[]> anyBytes() {
        return any().map(Utf8::encode);
    }

    /** One of four keys: what uses these overwrites and deletes itself. */
    public static Arbitrary<String> few() {
        return Arbitraries.of("a", "b", "c", "");
    }

    /** Keys as they are chosen in practice: {@code orders.4711}. */
    public static Arbitrary<String> names() {
        return Arbitraries.integers().between(0, 9999).map(number -> (number % 2 == 0 ? "orders." : "users/") + number);
    }

    /** Short keys of code points at the edges of UTF-8; the order of their bytes is often not that of {@link String}. */
    public static Arbitrary<String> unicode() {
        return Arbitraries.of(EDGES).list().ofMaxSize(SHORT_LENGTH).map(Keys::text);
    }

    /** The keys that are known to be forgotten: empty, zeros, one a prefix of another, U+FFFD against a supplementary character. */
    public static Arbitrary<String> special() {
        return Arbitraries.of("", "\0", "\0\0", "a\0", "a", "aa", "\uFFFD", "\uE000", "\uFFFF", "\uD83D\uDE00", "\uD800\uDC00");
    }

    /** Keys of 65,535 bytes and one or two less. */
    public static Arbitrary<String> longest() {
        return Arbitraries.integers().between(0, 2).map(less -> "k".repeat(MAX_LENGTH - less));
    }

    private static String text(final List<Integer> codePoints) {
        final StringBuilder text = new StringBuilder();
        codePoints.forEach(text::appendCodePoint);
        return text.toString();
    }
}
