package io.slipstream.writer;

import io.slipstream.format.Utf8;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.zip.CRC32;

import static io.slipstream.format.RecordLayout.KEY_OFFSET;
import static io.slipstream.format.RecordLayout.PUT;
import static io.slipstream.format.RecordLayout.TOKEN_LENGTH_FIELD;
import static io.slipstream.format.RecordLayout.TYPE_OFFSET;
import static io.slipstream.format.RecordLayout.putLength;
import static io.slipstream.format.RecordLayout.valueLengthOffset;
import static io.slipstream.format.RecordLayout.valueOffset;

/**
 * Where a short put with an 8-byte token is built and summed: all of it but its crc. Single thread.
 *
 * <p>The order is {@link #begin}, {@link #setKey}, {@link #setRest}; then its bytes, and their crc, may be taken.
 */
final class ShortRecord {
    /*
     * The record ends where a window of 256 bytes ends, zeros are in front of it, and the whole window is summed, for that is where the JVM's
     * checksum is fast: on x86 with AVX-512 it takes 9 ns for 256 bytes, 15 for the 168 of a middling record, and 16 for any up to 15; with
     * AVX2 the odd bytes at both ends cost 2 ns each, and here are none. A crc does depend on how many zeros are in front, but the first four
     * bytes of the window, the lead, take that back:
     *
     *   0      4                      256 - length                      256
     *   +------+-----------------------+----------------------------------+
     *   | lead | zeros                 | type, lengths, key, value, token |
     *   +------+-----------------------+----------------------------------+
     *
     * They are those after which, and after the zeros, the crc's register is what it is at the beginning of any sum: all ones. A register can be
     * run backwards, so there are such bytes for any number of zeros: LEADS, by the length of lead and zeros.
     *
     * Elsewhere the checksum costs what its bytes do, and no record is short enough.
     */
    private static final int WINDOW_LENGTH = 256;
    private static final int LEAD_LENGTH = Integer.BYTES;
    private static final int REFLECTED_POLYNOMIAL = 0xEDB8_8320;
    private static final int[] LEADS = leads();

    /** Most bytes of a record, without its crc, that can be built here; less than any record has where it would not pay. */
    static final int MAX_LENGTH = isX86() ? WINDOW_LENGTH - LEAD_LENGTH : 0;

    private static final int EMPTY_LENGTH = (int) putLength(0, 0, Long.BYTES) - TYPE_OFFSET;

    private final ByteBuffer window = BufferUtil.allocateDirectAligned(WINDOW_LENGTH, BitUtil.CACHE_LINE_LENGTH);
    private final UnsafeBuffer bytes = new UnsafeBuffer(window);
    private final long address = BufferUtil.address(window);
    private final CRC32 crc = new CRC32();
    private int length;

    private static boolean isX86() {
        final String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return architecture.equals("amd64") || architecture.equals("x86_64");
    }

    private static int[] leads() {
        final int[] leads = new int[WINDOW_LENGTH + 1];
        int register = ~0;
        for (int i = 1; i <= WINDOW_LENGTH; i++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                register = register < 0 ? (register ^ REFLECTED_POLYNOMIAL) << 1 | 1 : register << 1;
            }
            leads[i] = ~register;
        }
        return leads;
    }

    /** Whether a put of these lengths can be built here. They are the caller's: a negative one does not fit. */
    static boolean fits(final int keyLength, final int valueLength) {
        return keyLength >= 0 && valueLength >= 0 && (long) keyLength + valueLength <= MAX_LENGTH - EMPTY_LENGTH;
    }

    /** Begins a put of {@code recordLength} bytes from the type on, at most {@link #MAX_LENGTH}. */
    void begin(final int recordLength) {
        if (recordLength != length) {
            resize(recordLength);
        }
    }

    private void resize(final int recordLength) {
        if (recordLength < length) {
            bytes.setMemory(WINDOW_LENGTH - length, length - recordLength, (byte) 0);
        }
        length = recordLength;
        UnsafeApi.putInt(null, address, LEADS[start()]);
    }

    /** Index in {@link #bytes()} of the type. */
    int start() {
        return WINDOW_LENGTH - length;
    }

    /** The window: the record is at its end. */
    UnsafeBuffer bytes() {
        return bytes;
    }

    // Address of the crc, if it were here: offsets count from there.
    private long recordAddress() {
        return address + start() - TYPE_OFFSET;
    }

    /**
     * Sets type, key length and key.
     *
     * @return whether what was copied is UTF-8
     */
    boolean setKey(final UnsafeBuffer key, final int keyIndex, final int keyLength) {
        // Type and key length in one store; what comes next is stored over its fourth byte.
        UnsafeApi.putInt(null, recordAddress() + TYPE_OFFSET, PUT | keyLength << Byte.SIZE);
        return KeyCopy.copy(key, keyIndex, null, recordAddress() + KEY_OFFSET, keyLength)
                || Utf8.isValid(bytes, start() + KEY_OFFSET - TYPE_OFFSET, keyLength);
    }

    /** Sets all that follows the key. */
    void setRest(final int keyLength, final UnsafeBuffer value, final int valueIndex, final int valueLength, final long revision) {
        final long record = recordAddress();
        UnsafeApi.putInt(null, record + valueLengthOffset(keyLength), valueLength);
        final long token = address + WINDOW_LENGTH - Long.BYTES;
        UnsafeApi.putByte(null, token - TOKEN_LENGTH_FIELD, (byte) Long.BYTES);
        UnsafeApi.putLong(null, token, Long.reverseBytes(revision));
        UnsafeApi.copyMemory(value.byteArray(), value.addressOffset() + valueIndex, null, record + valueOffset(keyLength), valueLength);
    }

    /** The crc. */
    int crc() {
        crc.reset();
        window.rewind();
        crc.update(window);
        return (int) crc.getValue();
    }
}
