package io.slipstream.testkit.hostile;

import io.slipstream.testkit.bytes.LittleEndian;
import io.slipstream.testkit.bytes.RawRecord;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntUnaryOperator;

/** Bytes in which nothing is a record, but almost everything could be one. */
enum NearRecords {
    /** A put with a key of 257 bytes and a value of 16,843,009, at every byte: less than the file, if it is long enough. */
    ONES {
        @Override
        byte[] bytes(final int length) {
            return filled(length, at -> 1);
        }
    },
    /** A delete of 524 bytes, at every byte. */
    TWOS {
        @Override
        byte[] bytes(final int length) {
            return filled(length, at -> 2);
        }
    },
    /** Small numbers: types and short lengths. */
    SMALL_NUMBERS {
        @Override
        byte[] bytes(final int length) {
            final Random random = new Random(20_261_120);
            return filled(length, at -> random.nextInt(4));
        }
    },
    /** Puts of a little less than what is summed directly. */
    CLAIMS_OF_1000 {
        @Override
        byte[] bytes(final int length) {
            return claims(length, at -> 1000);
        }
    },
    /** Puts of a page. */
    CLAIMS_OF_A_PAGE {
        @Override
        byte[] bytes(final int length) {
            return claims(length, at -> 4096);
        }
    },
    /** Puts of half of all bytes. */
    CLAIMS_OF_HALF {
        @Override
        byte[] bytes(final int length) {
            return claims(length, at -> length / 2);
        }
    },
    /** Puts, each of all that is left. */
    CLAIMS_OF_THE_REST {
        @Override
        byte[] bytes(final int length) {
            return Arrays.copyOf(claims(length - FRAME_LENGTH, at -> length - at - FRAME_LENGTH - 1), length);
        }
    };

    private static final int FRAME_LENGTH = 11;

    /** So many bytes of it. */
    abstract byte[] bytes(int length);

    private static byte[] filled(final int length, final IntUnaryOperator byteAt) {
        final byte[] bytes = new byte[length];
        for (int at = 0; at < length; at++) {
            bytes[at] = (byte) byteAt.applyAsInt(at);
        }
        return bytes;
    }

    // Frames of puts without a key, back to back; the length of the version is found to be 0 or 1.
    private static byte[] claims(final int length, final IntUnaryOperator valueLengthAt) {
        final byte[] bytes = new byte[length];
        for (int at = 0; at + FRAME_LENGTH <= length; at += FRAME_LENGTH) {
            Arrays.fill(bytes, at, at + 4, (byte) 1);
            bytes[at + 4] = RawRecord.PUT;
            System.arraycopy(LittleEndian.ofU32(valueLengthAt.applyAsInt(at)), 0, bytes, at + 7, 4);
        }
        return bytes;
    }
}
