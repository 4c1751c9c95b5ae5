package io.slipstream.format;

/**
 * Four bytes that take a CRC-32 (IEEE, reflected) back to where every sum begins, so that one sum goes on over what has sums of its own.
 *
 * <p>Source: docs/recovery.md section 3.
 */
public final class CrcRestart {
    /*
     * A sum begins with a register of all ones. The register can be run backwards, over zeros; and the first four bytes that come in are only added to it.
     * So for any register before there are four bytes after which, and after a number of zeros, it is all ones again.
     */
    private static final int LENGTH = Integer.BYTES;
    private static final int REFLECTED_POLYNOMIAL = 0xEDB8_8320;
    private static final int AFTER_NOTHING = leads(LENGTH)[LENGTH];

    private CrcRestart() {
    }

    /** The bytes to follow bytes of that {@code crc}, as a little-endian int. */
    public static int after(final int crc) {
        return crc ^ AFTER_NOTHING;
    }

    /**
     * By number of bytes, from 4 to {@code maxLength}: the first four of so many, as a little-endian int, where the others are zeros, a sum begins with
     * them, and is as if it began behind them.
     */
    public static int[] leads(final int maxLength) {
        final int[] leads = new int[maxLength + 1];
        int register = ~0;
        for (int i = 1; i <= maxLength; i++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                register = register < 0 ? (register ^ REFLECTED_POLYNOMIAL) << 1 | 1 : register << 1;
            }
            leads[i] = ~register;
        }
        return leads;
    }
}
