package io.slipstream.testkit.recovery;

import io.slipstream.testkit.bytes.Crc;
import io.slipstream.testkit.bytes.LittleEndian;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;

/**
 * Records inside one another: each is a put whose value is the next, and the innermost is an empty cursor. As many as a
 * twelfth of the bytes, each with a right crc, and together as long as the square of that.
 *
 * <p>The checksums come from those of the parts, by the arithmetic of zlib's {@code crc32_combine}; to sum every record
 * byte by byte would take the time that these records are there to waste.
 */
final class NestedRecords {
    private static final long POLYNOMIAL = 0xEDB8_8320L;
    private static final long ONE = 1L << 31;

    private NestedRecords() {
    }

    /** {@code depth} puts of a key around one cursor. */
    static byte[] of(final int depth, final byte... key) {
        final byte[] innermost = RawRecord.cursor(Token.none()).toBytes();
        final int frameLength = 11 + key.length;
        final byte[] bytes = new byte[depth * (frameLength + 1) + innermost.length];
        System.arraycopy(innermost, 0, bytes, depth * frameLength, innermost.length);

        final long crcOfZero = Crc.of(new byte[1], 0, 1);
        long length = innermost.length;
        long crcOfRecord = Crc.of(innermost, 0, innermost.length);
        for (int at = (depth - 1) * frameLength; at >= 0; at -= frameLength) {
            bytes[at + 4] = RawRecord.PUT;
            System.arraycopy(LittleEndian.ofU16(key.length), 0, bytes, at + 5, 2);
            System.arraycopy(key, 0, bytes, at + 7, key.length);
            System.arraycopy(LittleEndian.ofU32(length), 0, bytes, at + 7 + key.length, 4);
            final long crcOfFrame = Crc.of(bytes, at + 4, at + frameLength);
            final long crc = combine(combine(crcOfFrame, crcOfRecord, length), crcOfZero, 1);
            System.arraycopy(LittleEndian.ofU32(crc), 0, bytes, at, 4);
            crcOfRecord = combine(Crc.of(bytes, at, at + 4), crc, length + frameLength - 3);
            length += frameLength + 1L;
        }
        return bytes;
    }

    /** The crc of two pieces on end, from the crc of each and the length of the second. */
    private static long combine(final long crc1, final long crc2, final long length2) {
        long shifted = crc1;
        long power = ONE >>> Byte.SIZE;
        for (long rest = length2; rest != 0; rest >>>= 1) {
            if ((rest & 1) != 0) {
                shifted = multiply(power, shifted);
            }
            power = multiply(power, power);
        }
        return shifted ^ crc2;
    }

    /** The product of two polynomials over GF(2), modulo that of the crc; the highest bit is the lowest power. */
    private static long multiply(final long a, final long b) {
        long product = 0;
        long term = b;
        for (long bit = ONE; bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                product ^= term;
            }
            term = (term & 1) != 0 ? term >>> 1 ^ POLYNOMIAL : term >>> 1;
        }
        return product;
    }
}
