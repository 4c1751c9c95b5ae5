package io.slipstream.replay;

import io.slipstream.format.CrcRestart;

import java.util.zip.CRC32;

import static io.slipstream.format.RecordLayout.CRC_OFFSET;
import static io.slipstream.format.RecordLayout.CURSOR;
import static io.slipstream.format.RecordLayout.MAX_TOKEN_LENGTH;
import static io.slipstream.format.RecordLayout.MIN_RECORD_LENGTH;
import static io.slipstream.format.RecordLayout.PAYLOAD_OFFSET;
import static io.slipstream.format.RecordLayout.TOKEN_LENGTH_FIELD;
import static io.slipstream.format.RecordLayout.TYPE_OFFSET;
import static io.slipstream.replay.FrameFields.KEY_LENGTH_FIELDS;
import static io.slipstream.replay.FrameFields.KEY_LENGTH_MASKS;
import static io.slipstream.replay.FrameFields.VALUE_LENGTH_FIELDS;
import static io.slipstream.replay.FrameFields.VALUE_LENGTH_MASKS;
import static io.slipstream.replay.FrameFields.intAt;
import static io.slipstream.replay.FrameFields.shortAt;

/**
 * Some records in a row that lie whole in a window, checked by one sum: either every one has the crc it carries, or nothing is said of any. Shows them one
 * after the other. Allocates nothing. Single thread.
 *
 * <p>Source: docs/recovery.md section 3.
 */
final class RecordRun {
    /*
     * A checksum has a price of its own, 10 to 70 ns, which is most of what it costs for a record of some hundred bytes. So while the run is summed there
     * stand, in place of each crc but the first, the four bytes that take the register back to where a sum begins, if what came before has the crc of the
     * record before. Then the crc of the whole is the one that the last record carries.
     *
     * If one record has not the crc it carries, the register behind it is not the one those four bytes are for, and from there on it never is: for two
     * registers, all bytes that come in are the same, and keep them apart. With two such records or more it is as with a single one of that length.
     */
    private static final int MAX_LENGTH = 1 << 14; // read, summed and shown while it is in a core's first cache
    private static final int MAX_RECORDS = 1 << 8;
    private static final int MIN_RECORDS = 2;

    private final CRC32 crc = new CRC32();
    private final byte[] types = new byte[MAX_RECORDS];
    private final int[] keyLengths = new int[MAX_RECORDS];
    private final byte[] tokenLengths = new byte[MAX_RECORDS];
    private final int[] crcs = new int[MAX_RECORDS];
    private final int[] offsets = new int[MAX_RECORDS + 1];
    private int count;
    private int shown;

    /** Forgets what it had. */
    void clear() {
        count = 0;
        shown = 0;
    }

    /**
     * Takes the records from {@code offset} of {@code window} on that end before {@code end}; whether they are worth a sum together.
     */
    boolean take(final byte[] window, final int offset, final int end) {
        clear();
        offsets[0] = offset;
        final int limit = Math.min(end, offset + MAX_LENGTH);
        while (count < MAX_RECORDS && isWhole(window, limit)) {
            count++;
        }
        return count >= MIN_RECORDS;
    }

    // Whether there is another record, and it lies before end.
    private boolean isWhole(final byte[] window, final int end) {
        final int offset = offsets[count];
        final int available = end - offset;
        if (available < MIN_RECORD_LENGTH) {
            return false;
        }
        final int type = window[offset + TYPE_OFFSET];
        if (type <= 0 || type > CURSOR) {
            return false;
        }
        final int keyLength = shortAt(window, offset + PAYLOAD_OFFSET) & KEY_LENGTH_MASKS[type];
        final int keyEnd = PAYLOAD_OFFSET + KEY_LENGTH_FIELDS[type] + keyLength;
        final int valueOffset = keyEnd + VALUE_LENGTH_FIELDS[type];
        if (valueOffset >= available) {
            return false;
        }
        final long tokenLengthOffset = valueOffset + (intAt(window, offset + keyEnd) & VALUE_LENGTH_MASKS[type]);
        if (tokenLengthOffset >= available) {
            return false;
        }
        final int tokenLength = window[offset + (int) tokenLengthOffset] & 0xFF;
        final int length = (int) tokenLengthOffset + TOKEN_LENGTH_FIELD + tokenLength;
        if (tokenLength > MAX_TOKEN_LENGTH || length > available) {
            return false;
        }
        types[count] = (byte) type;
        keyLengths[count] = keyLength;
        tokenLengths[count] = (byte) tokenLength;
        offsets[count + 1] = offset + length;
        return true;
    }

    /** Whether all that were taken from {@code window} are sound: whose crc is the one they carry. */
    boolean isSound(final byte[] window) {
        for (int i = 0; i < count; i++) {
            crcs[i] = intAt(window, offsets[i] + CRC_OFFSET);
        }
        for (int i = 1; i < count; i++) {
            setInt(window, offsets[i] + CRC_OFFSET, CrcRestart.after(crcs[i - 1]));
        }
        crc.reset();
        crc.update(window, offsets[0] + TYPE_OFFSET, offsets[count] - offsets[0] - TYPE_OFFSET);
        for (int i = 1; i < count; i++) {
            setInt(window, offsets[i] + CRC_OFFSET, crcs[i]);
        }
        return (int) crc.getValue() == crcs[count - 1];
    }

    private static void setInt(final byte[] window, final int offset, final int value) {
        for (int i = 0; i < Integer.BYTES; i++) {
            window[offset + i] = (byte) (value >>> i * Byte.SIZE);
        }
    }

    /** Bytes of all that were taken. */
    int takenLength() {
        return offsets[count] - offsets[0];
    }

    /** Whether there is a record that was not shown. */
    boolean hasNext() {
        return shown < count;
    }

    /** Shows the next. */
    void next() {
        shown++;
    }

    /** Type of the record shown. */
    int type() {
        return types[shown - 1];
    }

    /** Length of its key. */
    int keyLength() {
        return keyLengths[shown - 1];
    }

    /** Length of its token. */
    int tokenLength() {
        return tokenLengths[shown - 1];
    }

    /** Length of it all. */
    int length() {
        return offsets[shown] - offsets[shown - 1];
    }

    /** Its crc. */
    int crc() {
        return crcs[shown - 1];
    }
}
