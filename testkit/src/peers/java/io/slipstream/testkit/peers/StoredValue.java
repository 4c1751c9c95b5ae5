package io.slipstream.testkit.peers;

/** How a store of keys and values keeps an update's revision: in front of the value. */
final class StoredValue {
    static final int LENGTH = Long.BYTES + Workload.VALUE_LENGTH;

    private StoredValue() {
    }

    static void encode(final byte[] value, final long revision, final byte[] stored) {
        for (int i = 0; i < Long.BYTES; i++) {
            stored[i] = (byte) (revision >>> i * Byte.SIZE);
        }
        System.arraycopy(value, 0, stored, Long.BYTES, value.length);
    }

    static long decode(final byte[] stored, final byte[] value) {
        long revision = 0;
        for (int i = Long.BYTES - 1; i >= 0; i--) {
            revision = revision << Byte.SIZE | stored[i] & 0xFF;
        }
        System.arraycopy(stored, Long.BYTES, value, 0, value.length);
        return revision;
    }

    /** The key under which the cursor is kept: as long as the others. */
    static byte[] cursorKey() {
        final byte[] key = new byte[Workload.KEY_LENGTH];
        key[0] = '!';
        return key;
    }
}
