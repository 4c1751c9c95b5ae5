package io.slipstream.format;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.zip.CRC32;

import static io.slipstream.format.RecordLayout.BYTE_ORDER;
import static io.slipstream.format.RecordLayout.CRC_OFFSET;
import static io.slipstream.format.RecordLayout.CURSOR_LENGTH_OFFSET;
import static io.slipstream.format.RecordLayout.CURSOR_OFFSET;
import static io.slipstream.format.RecordLayout.TYPE_OFFSET;

/** A whole cursor record in an array, for files that are written in one go. Appends encode in place instead. */
public final class CursorRecord {
    private CursorRecord() {
    }

    /** The record that sets {@code cursor}, at most 10 bytes; no bytes set "no cursor". */
    public static byte[] encode(final byte[] cursor) {
        final byte[] record = new byte[RecordLayout.cursorLength(cursor.length)];
        record[TYPE_OFFSET] = RecordLayout.CURSOR;
        record[CURSOR_LENGTH_OFFSET] = (byte) cursor.length;
        System.arraycopy(cursor, 0, record, CURSOR_OFFSET, cursor.length);
        final CRC32 crc = new CRC32();
        crc.update(record, TYPE_OFFSET, record.length - TYPE_OFFSET);
        new UnsafeBuffer(record).putInt(CRC_OFFSET, (int) crc.getValue(), BYTE_ORDER);
        return record;
    }

    /** The crc that an encoded record carries. */
    public static int crc(final byte[] record) {
        return new UnsafeBuffer(record).getInt(CRC_OFFSET, BYTE_ORDER);
    }
}
