package io.slipstream.format;

import java.nio.ByteOrder;

/**
 * The bytes of PGSS v2, written down once. Everything else derives its offsets from here.
 *
 * <p>Source: {@code docs/format.md}.
 */
public final class RecordLayout {
    /*
     * Header, little-endian
     *  0     1     2     3     4           6
     *  +-----+-----+-----+-----+-----------+
     *  | 'P' | 'G' | 'S' | 'S' | version 2 |
     *  +-----+-----+-----+-----+-----------+
     *
     * PUT, little-endian. The crc covers everything after itself.
     *  0         4         5            7       7+k            11+k    11+k+v       12+k+v
     *  +---------+---------+------------+-------+--------------+-------+------------+---------+
     *  | crc u32 | type u8 | keyLen u16 | key   | valueLen u32 | value | tokenLen u8| version |
     *  +---------+---------+------------+-------+--------------+-------+------------+---------+
     *
     * DELETE                                          CURSOR
     *  0         4         5            7     7+k           8+k      0         4         5              6
     *  +---------+---------+------------+-----+-------------+----+   +---------+---------+--------------+--------+
     *  | crc u32 | type u8 | keyLen u16 | key | tokenLen u8 |ver.|   | crc u32 | type u8 | cursorLen u8 | cursor |
     *  +---------+---------+------------+-----+-------------+----+   +---------+---------+--------------+--------+
     */

    /** Byte order of every integer in the format. Opaque tokens are outside this rule. */
    public static final ByteOrder BYTE_ORDER = ByteOrder.LITTLE_ENDIAN;

    /** Length of the header in bytes; also the position of the first record. */
    public static final int HEADER_LENGTH = 6;
    /** The one version this engine reads and writes. */
    public static final int VERSION = 2;
    /** Length of the magic at the start of the header. */
    public static final int MAGIC_LENGTH = 4;

    /** Record type of a put. */
    public static final int PUT = 1;
    /** Record type of a delete, and of a purge. */
    public static final int DELETE = 2;
    /** Record type of a cursor. */
    public static final int CURSOR = 3;

    /** Offset of the crc in a record. */
    public static final int CRC_OFFSET = 0;
    /** Length of the crc. */
    public static final int CRC_LENGTH = Integer.BYTES;
    /** Offset of the type in a record; the first byte the crc covers. */
    public static final int TYPE_OFFSET = CRC_OFFSET + CRC_LENGTH;
    /** Offset of what follows the type. */
    public static final int PAYLOAD_OFFSET = TYPE_OFFSET + Byte.BYTES;
    /** Offset of the key length in a put or delete. */
    public static final int KEY_LENGTH_OFFSET = PAYLOAD_OFFSET;
    /** Offset of the key in a put or delete. */
    public static final int KEY_OFFSET = KEY_LENGTH_OFFSET + Short.BYTES;
    /** Offset of the token length in a cursor record. */
    public static final int CURSOR_LENGTH_OFFSET = PAYLOAD_OFFSET;
    /** Offset of the token in a cursor record. */
    public static final int CURSOR_OFFSET = CURSOR_LENGTH_OFFSET + Byte.BYTES;

    /** Length of a key's length field. */
    public static final int KEY_LENGTH_FIELD = Short.BYTES;
    /** Length of a value's length field. */
    public static final int VALUE_LENGTH_FIELD = Integer.BYTES;
    /** Length of a token's length field. */
    public static final int TOKEN_LENGTH_FIELD = Byte.BYTES;

    /** Longest key in UTF-8 bytes. */
    public static final int MAX_KEY_LENGTH = 0xFFFF;
    /** Longest value the format can hold, in bytes. */
    public static final long MAX_VALUE_LENGTH = 0xFFFF_FFFFL;
    /** Longest version or cursor in bytes. */
    public static final int MAX_TOKEN_LENGTH = 10;
    /** Length of the shortest record: an empty cursor. */
    public static final int MIN_RECORD_LENGTH = CURSOR_OFFSET;
    /** Bytes from the start of a record to the end of its type; with fewer left there is no record to speak of. */
    public static final int MIN_FRAME_LENGTH = TYPE_OFFSET + Byte.BYTES;
    /** Most bytes from the start of a put to the end of its value length. */
    public static final int MAX_FRAME_LENGTH = KEY_OFFSET + MAX_KEY_LENGTH + VALUE_LENGTH_FIELD;

    private static final byte[] HEADER = {'P', 'G', 'S', 'S', VERSION, 0};

    private RecordLayout() {
    }

    /** A fresh copy of the six header bytes. */
    public static byte[] header() {
        return HEADER.clone();
    }

    /** The header's byte at {@code index}, 0 to 5. */
    public static byte headerByte(final int index) {
        return HEADER[index];
    }

    /** Offset of a put's value length field. */
    public static int valueLengthOffset(final int keyLength) {
        return KEY_OFFSET + keyLength;
    }

    /** Offset of a put's value. */
    public static int valueOffset(final int keyLength) {
        return KEY_OFFSET + keyLength + VALUE_LENGTH_FIELD;
    }

    /** Offset of a put's token length field. */
    public static long putTokenLengthOffset(final int keyLength, final long valueLength) {
        return valueOffset(keyLength) + valueLength;
    }

    /** Offset of a delete's token length field. */
    public static int deleteTokenLengthOffset(final int keyLength) {
        return KEY_OFFSET + keyLength;
    }

    /** Length of a put record in bytes. */
    public static long putLength(final int keyLength, final long valueLength, final int tokenLength) {
        return putTokenLengthOffset(keyLength, valueLength) + TOKEN_LENGTH_FIELD + tokenLength;
    }

    /** Length of a delete record in bytes. */
    public static int deleteLength(final int keyLength, final int tokenLength) {
        return deleteTokenLengthOffset(keyLength) + TOKEN_LENGTH_FIELD + tokenLength;
    }

    /** Length of a cursor record in bytes. */
    public static int cursorLength(final int tokenLength) {
        return CURSOR_OFFSET + tokenLength;
    }

    /** The name of a record type, for messages. */
    public static String typeName(final int type) {
        return switch (type) {
            case PUT -> "PUT";
            case DELETE -> "DELETE";
            case CURSOR -> "CURSOR";
            default -> "type " + type;
        };
    }
}
