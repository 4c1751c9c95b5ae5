package io.slipstream.testkit.bytes;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Lower-case hex, as the golden files and operation scripts write byte strings. */
public final class Hex {
    private static final HexFormat FORMAT = HexFormat.of();

    private Hex() {
    }

    /** The bytes as lower-case hex, two digits a byte, without separators. */
    public static String of(final byte[] bytes) {
        return FORMAT.formatHex(bytes);
    }

    /**
     * The bytes written as hex; an empty text is an empty byte string.
     *
     * @throws IllegalArgumentException if the text is not an even number of hex digits
     */
    public static byte[] parse(final CharSequence hex) {
        return FORMAT.parseHex(hex);
    }

    /** The SHA-256 of the bytes, as 64 hex digits. */
    public static String ofSha256(final byte[] bytes) {
        try {
            return of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (final NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
