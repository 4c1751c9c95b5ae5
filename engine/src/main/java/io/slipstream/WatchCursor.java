package io.slipstream;

/**
 * Where to resume the watch of the source, as the source gave it.
 *
 * <p>0 to 10 opaque bytes; a NATS revision is 8 bytes big-endian, a FoundationDB versionstamp 10. Immutable. Source: docs/format.md,
 * "Fields".
 */
public final class WatchCursor extends Token {
    private static final WatchCursor NONE = new WatchCursor(NO_BYTES);

    private WatchCursor(final byte[] bytes) {
        super(bytes);
    }

    /** No cursor: no bytes. */
    public static WatchCursor none() {
        return NONE;
    }

    /** The 8 bytes, big-endian, of a revision; all 64 bits count, as unsigned. */
    public static WatchCursor of(final long revision) {
        return new WatchCursor(ofRevision(revision));
    }

    /**
     * A copy of {@code bytes}.
     *
     * @throws IllegalArgumentException if there are more than 10
     */
    public static WatchCursor of(final byte[] bytes) {
        return wrap(checkedCopy(bytes));
    }

    /**
     * The bytes that {@code hex} spells, two digits each.
     *
     * @throws IllegalArgumentException if it is no hexadecimal, or more than 10 bytes
     */
    public static WatchCursor ofHex(final String hex) {
        return wrap(ofHexDigits(hex));
    }

    static WatchCursor wrap(final byte[] bytes) {
        return bytes.length == 0 ? NONE : new WatchCursor(bytes);
    }

    @Override
    String emptyName() {
        return "none";
    }
}
