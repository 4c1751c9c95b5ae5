package io.slipstream.replay;

import io.slipstream.format.RecordFlyweight;
import io.slipstream.format.Utf8;
import io.slipstream.storage.ByteSource;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.util.zip.CRC32;

import static io.slipstream.format.RecordLayout.BYTE_ORDER;
import static io.slipstream.format.RecordLayout.CRC_OFFSET;
import static io.slipstream.format.RecordLayout.CURSOR;
import static io.slipstream.format.RecordLayout.CURSOR_LENGTH_OFFSET;
import static io.slipstream.format.RecordLayout.DELETE;
import static io.slipstream.format.RecordLayout.KEY_LENGTH_OFFSET;
import static io.slipstream.format.RecordLayout.KEY_OFFSET;
import static io.slipstream.format.RecordLayout.MAX_FRAME_LENGTH;
import static io.slipstream.format.RecordLayout.MAX_TOKEN_LENGTH;
import static io.slipstream.format.RecordLayout.MIN_FRAME_LENGTH;
import static io.slipstream.format.RecordLayout.PUT;
import static io.slipstream.format.RecordLayout.TOKEN_LENGTH_FIELD;
import static io.slipstream.format.RecordLayout.TYPE_OFFSET;
import static io.slipstream.format.RecordLayout.VALUE_LENGTH_FIELD;
import static io.slipstream.format.RecordLayout.deleteTokenLengthOffset;
import static io.slipstream.format.RecordLayout.putTokenLengthOffset;
import static io.slipstream.format.RecordLayout.valueLengthOffset;

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

    private static final int WINDOW_LENGTH = 1 << 17;
    private static final int PIECE_LENGTH = 1 << 16;

    private final byte[] window = new byte[WINDOW_LENGTH];
    private final UnsafeBuffer windowBuffer = new UnsafeBuffer(window);
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
        storedCrc = windowBuffer.getInt(offset + CRC_OFFSET, BYTE_ORDER);
        if (storedCrc != computedCrc) {
            row = CRC_MISMATCH;
        } else if (type != CURSOR && !Utf8.isValid(windowBuffer, offset + KEY_OFFSET, keyLength)) {
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
        type = windowBuffer.getByte(offset + TYPE_OFFSET) & 0xFF;
        keyLength = 0;
        valueLength = 0;
        final long tokenLengthOffset;
        switch (type) {
            case 0:
                return TYPE_ZERO;
            case PUT:
                if (available < KEY_OFFSET) {
                    return LENGTH_FIELD_PAST_END;
                }
                keyLength = windowBuffer.getShort(offset + KEY_LENGTH_OFFSET, BYTE_ORDER) & 0xFFFF;
                final int valueLengthOffset = valueLengthOffset(keyLength);
                if (available < valueLengthOffset + VALUE_LENGTH_FIELD) {
                    return LENGTH_FIELD_PAST_END;
                }
                offset = require(position, valueLengthOffset + VALUE_LENGTH_FIELD);
                valueLength = windowBuffer.getInt(offset + valueLengthOffset, BYTE_ORDER) & 0xFFFF_FFFFL;
                tokenLengthOffset = putTokenLengthOffset(keyLength, valueLength);
                break;
            case DELETE:
                if (available < KEY_OFFSET) {
                    return LENGTH_FIELD_PAST_END;
                }
                keyLength = windowBuffer.getShort(offset + KEY_LENGTH_OFFSET, BYTE_ORDER) & 0xFFFF;
                tokenLengthOffset = deleteTokenLengthOffset(keyLength);
                break;
            case CURSOR:
                tokenLengthOffset = CURSOR_LENGTH_OFFSET;
                break;
            default:
                return UNKNOWN_TYPE;
        }
        if (available < tokenLengthOffset + TOKEN_LENGTH_FIELD) {
            return LENGTH_FIELD_PAST_END;
        }
        tokenLength = byteAt(position + tokenLengthOffset) & 0xFF;
        if (tokenLength > MAX_TOKEN_LENGTH) {
            return TOKEN_TOO_LONG;
        }
        length = tokenLengthOffset + TOKEN_LENGTH_FIELD + tokenLength;
        return length > available ? RECORD_PAST_END : VALID;
    }

    /** Whether the key of the record at {@code position}, whose frame was just scanned, is UTF-8. */
    boolean isKeyUtf8(final long position) throws IOException {
        return type == CURSOR || Utf8.isValid(windowBuffer, require(position, KEY_OFFSET + keyLength) + KEY_OFFSET, keyLength);
    }

    /** What the crc field of a record at {@code position} holds. */
    int crcFieldAt(final long position) throws IOException {
        return windowBuffer.getInt(require(position, TYPE_OFFSET) + CRC_OFFSET, BYTE_ORDER);
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

    // A byte behind the start of the window.
    private byte byteAt(final long position) throws IOException {
        if (position < windowEnd) {
            return window[(int) (position - windowStart)];
        }
        source.copy(position, single, 0, 1);
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
