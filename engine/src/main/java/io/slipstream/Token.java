package io.slipstream;

import io.slipstream.format.RecordLayout;

import java.util.Arrays;
import java.util.HexFormat;

/** Up to ten opaque bytes: what versions and cursors have in common. */
final class Token {
    private static final int REVISION_LENGTH = Long.BYTES;

    private Token() {
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

    static byte[] ofHex(final String hex) {
        return checkedCopy(HexFormat.of().parseHex(hex));
    }

    static long revision(final byte[] bytes) {
        if (bytes.length != REVISION_LENGTH) {
            throw new IllegalStateException("not a revision: length=" + bytes.length + " expected=" + REVISION_LENGTH);
        }
        long revision = 0;
        for (final byte b : bytes) {
            revision = revision << Byte.SIZE | b & 0xFF;
        }
        return revision;
    }

    static String hex(final byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static int hash(final byte[] bytes) {
        return Arrays.hashCode(bytes);
    }
}
