package io.slipstream.format;

/**
 * Arithmetic on finished CRC-32 values (IEEE, reflected): the crc of a range from the crcs of two prefixes, without its bytes.
 *
 * <p>With {@code P(x)} the crc of the first {@code x} bytes, the crc of {@code [a, b)} is {@code P(b) ^ shift(P(a), b - a)}, where
 * {@code shift} multiplies by {@code x^(8n)} modulo the CRC polynomial. Source: zlib's {@code crc32_combine}, docs/recovery.md,
 * "The search for survivors".
 */
public final class CrcArithmetic {
    private static final int POLYNOMIAL = 0xEDB8_8320;
    private static final int DIGITS = Long.BYTES;
    private static final int RADIX = 256;

    // POWERS[d][i] = x^(8 * i * 256^d) mod P: one multiplication for each non-zero byte of n.
    private static final int[][] POWERS = powers();

    private CrcArithmetic() {
    }

    /** The crc of a range of {@code rangeLength} bytes, given the crcs of the bytes up to its start and up to its end. */
    public static int range(final int crcAtStart, final int crcAtEnd, final long rangeLength) {
        return crcAtEnd ^ shift(crcAtStart, rangeLength);
    }

    private static int shift(final int crc, final long lengthBytes) {
        int result = crc;
        long rest = lengthBytes;
        for (int digit = 0; rest != 0; digit++, rest >>>= Byte.SIZE) {
            final int index = (int) (rest & (RADIX - 1));
            if (index != 0) {
                result = multiply(POWERS[digit][index], result);
            }
        }
        return result;
    }

    // Product of two polynomials modulo P, both with their highest power in bit 0.
    private static int multiply(final int a, final int b) {
        int product = 0;
        int term = b;
        for (int bit = a; bit != 0; bit <<= 1) {
            product ^= term & bit >> 31;
            term = term >>> 1 ^ POLYNOMIAL & -(term & 1);
        }
        return product;
    }

    private static int[][] powers() {
        final int[][] powers = new int[DIGITS][RADIX];
        int step = 1 << 31 - Byte.SIZE;
        for (int digit = 0; digit < DIGITS; digit++) {
            powers[digit][0] = 1 << 31;
            for (int i = 1; i < RADIX; i++) {
                powers[digit][i] = multiply(powers[digit][i - 1], step);
            }
            step = multiply(powers[digit][RADIX - 1], step);
        }
        return powers;
    }
}
