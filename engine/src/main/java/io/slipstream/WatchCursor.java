package io.slipstream;

import java.util.Arrays;

/**
 * Where to resume the watch of the source, as the source gave it.
 *
 * <p>0 to 10 opaque bytes; a NATS revision is 8 bytes big-endian, a FoundationDB versionstamp 10. Immutable. Source: docs/format.md,
 * "Tokens".
 */
public final class WatchCursor {
    private static final WatchCursor NONE = new WatchCursor(new byte[0]);

    private final byte[] bytes;

    private WatchCursor(final byte[] bytes) {
        this.bytes = bytes;
    }

    /** No cursor: no bytes. */
    public static WatchCursor none() {
        return NONE;
    }

    /** The 8 bytes, big-endian, of a revision; all 64 bits count, as unsigned. */
    public static WatchCursor of(final long revision) {
        return new WatchCursor(Token.ofRevision(revision));
    }

    /**
     * A copy of {@code bytes}.
     *
     * @throws IllegalArgumentException if there are more than 10
     */
    public static WatchCursor of(final byte[] bytes) {
        return bytes.length == 0 ? NONE : new WatchCursor(Token.checkedCopy(bytes));
    }

    /**
     * The bytes that {@code hex} spells, two digits each.
     *
     * @throws IllegalArgumentException if it is no hexadecimal, or more than 10 bytes
     */
    public static WatchCursor ofHex(final String hex) {
        return of(Token.ofHex(hex));
    }

    static WatchCursor wrap(final byte[] bytes) {
        return bytes.length == 0 ? NONE : new WatchCursor(bytes);
    }

    /** Number of bytes, 0 to 10. */
    public int length() {
        return bytes.length;
    }

    /** Whether there are no bytes: there is no cursor. */
    public boolean isEmpty() {
        return bytes.length == 0;
    }

    /**
     * The revision in 8 big-endian bytes.
     *
     * @throws IllegalStateException if it is not 8 bytes long
     */
    public long revision() {
        return Token.revision(bytes);
    }

    /** A copy of the bytes. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /** The bytes in lower-case hexadecimal. */
    public String toHex() {
        return Token.hex(bytes);
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof WatchCursor that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Token.hash(bytes);
    }

    @Override
    public String toString() {
        return isEmpty() ? "none" : toHex();
    }
}
