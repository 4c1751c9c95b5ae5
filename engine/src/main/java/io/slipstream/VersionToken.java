package io.slipstream;

/**
 * The version of an entry in its source, as the source gave it.
 *
 * <p>0 to 10 opaque bytes; a NATS revision is 8 bytes big-endian, a FoundationDB versionstamp 10. Immutable. Source: docs/format.md,
 * "Fields".
 */
public final class VersionToken extends Token {
    private static final VersionToken UNKNOWN = new VersionToken(NO_BYTES);

    private VersionToken(final byte[] bytes) {
        super(bytes);
    }

    /** The version of which nothing is known: no bytes. */
    public static VersionToken unknown() {
        return UNKNOWN;
    }

    /** The 8 bytes, big-endian, of a revision; all 64 bits count, as unsigned. */
    public static VersionToken of(final long revision) {
        return new VersionToken(ofRevision(revision));
    }

    /**
     * A copy of {@code bytes}.
     *
     * @throws IllegalArgumentException if there are more than 10
     */
    public static VersionToken of(final byte[] bytes) {
        return wrap(checkedCopy(bytes));
    }

    /**
     * The bytes that {@code hex} spells, two digits each.
     *
     * @throws IllegalArgumentException if it is no hexadecimal, or more than 10 bytes
     */
    public static VersionToken ofHex(final String hex) {
        return wrap(ofHexDigits(hex));
    }

    static VersionToken wrap(final byte[] bytes) {
        return bytes.length == 0 ? UNKNOWN : new VersionToken(bytes);
    }

    @Override
    String emptyName() {
        return "unknown";
    }
}
