package io.slipstream.replay;

import io.slipstream.format.RecordFlyweight;
import io.slipstream.format.Utf8;
import io.slipstream.storage.ByteSource;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.util.zip.CRC32;

import static io.slipstream.format.RecordLayout.CRC_OFFSET;
import static io.slipstream.format.RecordLayout.CURSOR;
import static io.slipstream.format.RecordLayout.KEY_LENGTH_FIELD;
import static io.slipstream.format.RecordLayout.KEY_OFFSET;
import static io.slipstream.format.RecordLayout.MAX_FRAME_LENGTH;
import static io.slipstream.format.RecordLayout.MAX_TOKEN_LENGTH;
import static io.slipstream.format.RecordLayout.MIN_FRAME_LENGTH;
import static io.slipstream.format.RecordLayout.PAYLOAD_OFFSET;
import static io.slipstream.format.RecordLayout.TOKEN_LENGTH_FIELD;
import static io.slipstream.format.RecordLayout.TYPE_OFFSET;
import static io.slipstream.format.RecordLayout.VALUE_LENGTH_FIELD;

/**
 * Looks at one position of a log and tells which row of the verdict table a record there fails, if any. Allocates nothing per record.
 *
 * <p>Single thread. Source: docs/recovery.md, the verdict table.
 */
public final class RecordScanner {
    /*
     * The source is copied in pieces into a window on the heap, and everything is read there: the checksum intrinsic never runs over
     * bytes that may vanish, and what was checked is what is used, whatever happens to the file meanwhile.
     * A length read from the log is a claim: each is checked against the end of the log before it is used.
     *
     * What a record of one type has and one of another lacks is told by tables and masks, not by branches: compiled code is thrown away at the
     * first branch that was never taken before, and a compacted log shows its first cursor or delete behind a million puts. So a field that is not
     * there is read all the same, in vain, and its mask makes it 0.
     */

    /** What {@link #scan} answers for a valid record. */
    public static final int VALID = 0;
    /** Fewer than five bytes. Row of docs/recovery.md. */
    public static final int NO_ROOM_FOR_FRAME = 2;
    /** Type 0. Row of docs/recovery.md. */
    public static final int TYPE_ZERO = 3;
    /** Type above 3. Row of docs/recovery.md. */
    public static final int UNKNOWN_TYPE = 4;
    /** A length field past the end. Row of docs/recovery.md. */
    public static final int LENGTH_FIELD_PAST_END = 5;
    /** A token above ten bytes. Row of docs/recovery.md. */
    public static final int TOKEN_TOO_LONG = 6;
    /** A record past the end. Row of docs/recovery.md. */
    public static final int RECORD_PAST_END = 7;
    /** The crc does not match: row 8 or 9 of docs/recovery.md, which is for what follows the record to tell. */
    public static final int CRC_MISMATCH = 9;
    /** A key that is not UTF-8. Row of docs/recovery.md. */
    public static final int KEY_NOT_UTF8 = 10;

    // By type.
    private static final byte[] KEY_LENGTH_FIELDS = {0, KEY_LENGTH_FIELD, KEY_LENGTH_FIELD, 0};
    private static final int[] KEY_LENGTH_MASKS = {0, 0xFFFF, 0xFFFF, 0};
    private static final byte[] VALUE_LENGTH_FIELDS = {0, VALUE_LENGTH_FIELD, 0, 0};
    private static final long[] VALUE_LENGTH_MASKS = {0, 0xFFFF_FFFFL, 0, 0};
    private static final int MAX_READ_IN_VAIN = Math.max(KEY_LENGTH_FIELD, VALUE_LENGTH_FIELD);

    private static final int WINDOW_LENGTH = 1 << 17;
    private static final int MAX_NEAR = WINDOW_LENGTH / 2;
    private static final int PIECE_LENGTH = 1 << 16;

    private final byte[] window = new byte[WINDOW_LENGTH + MAX_READ_IN_VAIN];
    private final UnsafeBuffer windowBuffer = new UnsafeBuffer(window, 0, WINDOW_LENGTH); // without what is read in vain
    private final RecordFlyweight record = new RecordFlyweight();
    private final CRC32 crc = new CRC32();
    private final byte[] single = new byte[1];
    private byte[] piece;

    private ByteSource source;
    private long limit;
    private long windowStart;
    private long windowEnd;

    private int type;
    private int keyLength;
    private long valueLength;
    private int tokenLength;
    private long length;
    private int row;
    private int storedCrc;
    private int computedCrc;

    /** Starts over on {@code source}, whose log ends at {@code limit}. Nothing read before is remembered. */
    public RecordScanner reset(final ByteSource source, final long limit) {
        this.source = source;
        this.limit = limit;
        this.windowStart = 0;
        this.windowEnd = 0;
        return this;
    }

    /**
     * Checks the record at {@code position}, which must not lie behind the limit; at the limit, there are fewer than five bytes.
     *
     * @return {@link #VALID}, or the row it fails
     */
    public int scan(final long position) throws IOException {
        row = scanFrame(position);
        if (row != VALID) {
            return row;
        }
        computedCrc = checksum(position);
        final int offset = (int) (position - windowStart);
        storedCrc = intAt(offset + CRC_OFFSET);
        if (storedCrc != computedCrc) {
            row = CRC_MISMATCH;
        } else if (!Utf8.isValid(windowBuffer, offset + KEY_OFFSET, keyLength)) {
            row = KEY_NOT_UTF8;
        }
        return row;
    }

    /** As {@link #scan}, but looks at the frame only: the lengths, not the crc nor the key. Rows 2 to 7. */
    int scanFrame(final long position) throws IOException {
        final long available = limit - position;
        if (available < MIN_FRAME_LENGTH) {
            return NO_ROOM_FOR_FRAME;
        }
        int offset = require(position, (int) Math.min(available, KEY_OFFSET));
        type = window[offset + TYPE_OFFSET] & 0xFF;
        if (type == 0) {
            return TYPE_ZERO;
        }
        if (type > CURSOR) {
            return UNKNOWN_TYPE;
        }
        final int keyLengthEnd = PAYLOAD_OFFSET + KEY_LENGTH_FIELDS[type];
        if (available < keyLengthEnd) {
            return LENGTH_FIELD_PAST_END;
        }
        keyLength = shortAt(offset + PAYLOAD_OFFSET) & KEY_LENGTH_MASKS[type];
        final int keyEnd = keyLengthEnd + keyLength;
        final int valueLengthEnd = keyEnd + VALUE_LENGTH_FIELDS[type];
        if (available < valueLengthEnd) {
            return LENGTH_FIELD_PAST_END;
        }
        offset = require(position, valueLengthEnd);
        valueLength = intAt(offset + keyEnd) & VALUE_LENGTH_MASKS[type];
        final long tokenLengthOffset = valueLengthEnd + valueLength;
        if (available < tokenLengthOffset + TOKEN_LENGTH_FIELD) {
            return LENGTH_FIELD_PAST_END;
        }
        tokenLength = byteAt(position, tokenLengthOffset) & 0xFF;
        if (tokenLength > MAX_TOKEN_LENGTH) {
            return TOKEN_TOO_LONG;
        }
        length = tokenLengthOffset + TOKEN_LENGTH_FIELD + tokenLength;
        return length > available ? RECORD_PAST_END : VALID;
    }

    /** Whether the key of the record at {@code position}, whose frame was just scanned, is UTF-8. */
    boolean isKeyUtf8(final long position) throws IOException {
        return Utf8.isValid(windowBuffer, require(position, KEY_OFFSET + keyLength) + KEY_OFFSET, keyLength);
    }

    /** What the crc field of a record at {@code position} holds. */
    int crcFieldAt(final long position) throws IOException {
        return intAt(require(position, TYPE_OFFSET) + CRC_OFFSET);
    }

    /** The record that the last {@link #scan} found valid; good until the next. */
    public RecordFlyweight record(final long position) {
        final int offset = (int) (position - windowStart); // the checksum saw to it that the start and the key are in the window
        return record.wrap(windowBuffer, offset, position, type, keyLength, valueLength, tokenLength, length);
    }

    /** Length of the record of the last scan; known from row 8 on and for a valid one. */
    public long recordLength() {
        return length;
    }

    /** What the last {@link #scan} answered. */
    int recordRow() {
        return row;
    }

    /** Type of the record of the last scan; known from row 3 on and for a valid one. */
    public int recordType() {
        return type;
    }

    /** The crc that the record of the last {@link #scan} carries; known from row 8 on. */
    public int storedCrc() {
        return storedCrc;
    }

    /** The crc that the record of the last {@link #scan} should carry; known from row 8 on. */
    public int computedCrc() {
        return computedCrc;
    }

    /** What the field that a row complains of holds, for messages. */
    public int tokenLength() {
        return tokenLength;
    }

    private int checksum(final long position) throws IOException {
        crc.reset();
        if (length <= WINDOW_LENGTH) {
            final int offset = require(position, (int) length);
            crc.update(window, offset + TYPE_OFFSET, (int) length - TYPE_OFFSET);
        } else {
            checksumInPieces(position + TYPE_OFFSET, position + length);
            require(position, MAX_FRAME_LENGTH); // for the key, of a record that is longer
        }
        return (int) crc.getValue();
    }

    private void checksumInPieces(final long from, final long to) throws IOException {
        if (piece == null) {
            piece = new byte[PIECE_LENGTH];
        }
        for (long position = from; position < to; position += PIECE_LENGTH) {
            final int pieceLength = (int) Math.min(PIECE_LENGTH, to - position);
            source.copy(position, piece, 0, pieceLength);
            crc.update(piece, 0, pieceLength);
        }
    }

    // From single bytes: as long as this is interpreted, calls into a buffer take far longer.
    private int shortAt(final int offset) {
        return window[offset] & 0xFF | (window[offset + 1] & 0xFF) << Byte.SIZE;
    }

    private int intAt(final int offset) {
        return shortAt(offset) | shortAt(offset + Short.BYTES) << Short.SIZE;
    }

    // A far byte alone is worth no refill. A near one is: then the window moves on by half its length at least.
    private byte byteAt(final long position, final long distance) throws IOException {
        if (distance < MAX_NEAR) {
            return window[require(position, (int) distance + 1) + (int) distance];
        }
        source.copy(position + distance, single, 0, 1);
        return single[0];
    }

    // Offset in the window of [position, position + count), which lies before the limit.
    private int require(final long position, final int count) throws IOException {
        if (position < windowStart || position + count > windowEnd) {
            refill(position);
        }
        return (int) (position - windowStart);
    }

    private void refill(final long position) throws IOException {
        final int filled = (int) Math.min(WINDOW_LENGTH, limit - position);
        windowStart = 0;
        windowEnd = 0;
        source.copy(position, window, 0, filled);
        windowStart = position;
        windowEnd = position + filled;
    }
}
