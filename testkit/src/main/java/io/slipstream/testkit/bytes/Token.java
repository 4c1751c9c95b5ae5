package io.slipstream.testkit.bytes;

import java.nio.ByteBuffer;

/** Version and cursor tokens: 0 to 10 opaque bytes. */
public final class Token {
    /** The longest token a record may hold. */
    public static final int MAX_LENGTH = 10;

    private static final byte[] NO_BYTES = {};

    private Token() {
    }

    /** A revision number: 8 bytes, big-endian, unsigned. */
    public static byte[] of(final long revision) {
        return ByteBuffer.allocate(Long.BYTES).putLong(revision).array();
    }

    /** The empty token: version unknown, or no cursor. */
    public static byte[] none() {
        return NO_BYTES;
    }
}
