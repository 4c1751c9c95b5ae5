package io.slipstream.format;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Arithmetic on finished CRC-32 values (IEEE, reflected): the crc of a range from the crcs of two prefixes, without its bytes.
 *
 * <p>With {@code P(x)} the crc of the first {@code x} bytes, the crc of {@code [a, b)} is {@code P(b) ^ shift(P(a), b - a)}, where
 * {@code shift} multiplies by {@code x^(8n)} modulo the CRC polynomial. Source: zlib's {@code crc32_combine}, docs/recovery.md,
 * "The search for survivors".
 */
public final class CrcArithmetic {
    /*
     * A length is taken digit by digit, four bits each; for each digit there is the power of x that it stands for. Multiplying by a fixed power is linear, so
     * that four look-ups, one for each byte of the crc, do it. The tables of a digit's place, 60 KiB, are made when a length first reaches it.
     */
    private static final int POLYNOMIAL = 0xEDB8_8320;
    private static final int DIGIT_BITS = 4;
    private static final int DIGITS = 1 << DIGIT_BITS;
    private static final int PLACES = Long.SIZE / DIGIT_BITS;
    private static final int CRC_BYTES = Integer.BYTES;
    private static final int BYTE_VALUES = 256;

    private static final CrcArithmetic SHARED = new CrcArithmetic();

    private final AtomicReferenceArray<int[]> tables = new AtomicReferenceArray<>(PLACES);

    /** Without any table yet. Everyone shares one; tests begin with their own. */
    CrcArithmetic() {
    }

    /** The crc of a range of {@code rangeLength} bytes, given the crcs of the bytes up to its start and up to its end. */
    public static int range(final int crcAtStart, final int crcAtEnd, final long rangeLength) {
        return crcAtEnd ^ SHARED.shift(crcAtStart, rangeLength);
    }

    /** The product of {@code crc} and x^(8 * lengthBytes). */
    int shift(final int crc, final long lengthBytes) {
        int result = crc;
        long rest = lengthBytes;
        for (int place = 0; rest != 0; place++, rest >>>= DIGIT_BITS) {
            final int digit = (int) (rest & (DIGITS - 1));
            if (digit != 0) {
                result = multiply(table(place), digit * CRC_BYTES * BYTE_VALUES, result);
            }
        }
        return result;
    }

    private static int multiply(final int[] table, final int start, final int crc) {
        return table[start + (crc & 0xFF)]
                ^ table[start + BYTE_VALUES + (crc >>> 8 & 0xFF)]
                ^ table[start + 2 * BYTE_VALUES + (crc >>> 16 & 0xFF)]
                ^ table[start + 3 * BYTE_VALUES + (crc >>> 24)];
    }

    int[] table(final int place) {
        final int[] known = tables.get(place);
        if (known != null) {
            return known;
        }
        final int[] made = makeTable(place);
        tables.set(place, made);
        return made;
    }

    // For each digit, byte of the crc and value of that byte: the product with x^(8 * digit * 16^place).
    private static int[] makeTable(final int place) {
        int step = 1 << 31 - Byte.SIZE;
        for (int i = 0; i < place * DIGIT_BITS; i++) {
            step = multiply(step, step);
        }
        final int[] table = new int[DIGITS * CRC_BYTES * BYTE_VALUES];
        int power = 1 << 31;
        for (int digit = 0; digit < DIGITS; digit++) {
            for (int i = 0; i < CRC_BYTES; i++) {
                for (int value = 0; value < BYTE_VALUES; value++) {
                    table[(digit * CRC_BYTES + i) * BYTE_VALUES + value] = multiply(power, value << i * Byte.SIZE);
                }
            }
            power = multiply(power, step);
        }
        return table;
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
}
