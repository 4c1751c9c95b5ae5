package io.slipstream;

import io.slipstream.format.RecordLayout;

import java.util.Arrays;
import java.util.HexFormat;

/** Up to ten opaque bytes: what versions and cursors have in common. Equal only to one of the same kind. */
abstract sealed class Token permits VersionToken, WatchCursor {
    static final byte[] NO_BYTES = {};

    private static final int REVISION_LENGTH = Long.BYTES;

    private final byte[] bytes;

    Token(final byte[] bytes) {
        this.bytes = bytes;
    }

    static byte[] ofRevision(final long revision) {
        final byte[] bytes = new byte[REVISION_LENGTH];
        for (int i = 0; i < REVISION_LENGTH; i++) {
            bytes[i] = (byte) (revision >>> (REVISION_LENGTH - 1 - i) * Byte.SIZE);
        }
        return bytes;
    }

    static byte[] checkedCopy(final byte[] bytes) {
        if (bytes.length > RecordLayout.MAX_TOKEN_LENGTH) {
            throw new IllegalArgumentException("token too long: length=" + bytes.length + " max=" + RecordLayout.MAX_TOKEN_LENGTH);
        }
        return bytes.clone();
    }

    static byte[] ofHexDigits(final String hex) {
        return checkedCopy(HexFormat.of().parseHex(hex));
    }

    byte[] bytes() {
        return bytes;
    }

    /** Number of bytes, 0 to 10. */
    public final int length() {
        return bytes.length;
    }

    /** Whether there are no bytes: nothing is known. */
    public final boolean isEmpty() {
        return bytes.length == 0;
    }

    /**
     * The revision in 8 big-endian bytes.
     *
     * @throws IllegalStateException if it is not 8 bytes long
     */
    public final long revision() {
        if (bytes.length != REVISION_LENGTH) {
            throw new IllegalStateException("not a revision: length=" + bytes.length + " expected=" + REVISION_LENGTH);
        }
        long revision = 0;
        for (final byte b : bytes) {
            revision = revision << Byte.SIZE | b & 0xFF;
        }
        return revision;
    }

    /** A copy of the bytes. */
    public final byte[] toBytes() {
        return bytes.clone();
    }

    /** The bytes in lower-case hexadecimal. */
    public final String toHex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public final boolean equals(final Object other) {
        return other instanceof Token that && getClass() == that.getClass() && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public final int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public final String toString() {
        return isEmpty() ? emptyName() : toHex();
    }

    abstract String emptyName();
}
