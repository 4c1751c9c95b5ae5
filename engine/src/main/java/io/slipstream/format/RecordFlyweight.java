package io.slipstream.format;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * A valid record read in place: where its parts lie, and its key, without copying.
 *
 * <p>Single thread; valid until the reader that filled it moves on. The buffer holds at least the record from its start
 * to the end of its key and, where it is no longer than the buffer, all of it: a value may be longer than any window, so values
 * and tokens are named by their position in the log.
 */
public final class RecordFlyweight {
    private UnsafeBuffer buffer;
    private int offset;
    private long position;
    private int type;
    private int keyLength;
    private long valueLength;
    private int tokenLength;
    private long length;

    /** Attaches this view to a record whose frame was checked. Copies nothing. */
    public RecordFlyweight wrap(
            final UnsafeBuffer buffer,
            final int offset,
            final long position,
            final int type,
            final int keyLength,
            final long valueLength,
            final int tokenLength,
            final long length) {
        this.buffer = buffer;
        this.offset = offset;
        this.position = position;
        this.type = type;
        this.keyLength = keyLength;
        this.valueLength = valueLength;
        this.tokenLength = tokenLength;
        this.length = length;
        return this;
    }

    /** Position of the record's first byte in the log. */
    public long position() {
        return position;
    }

    /** Length of the whole record in bytes. */
    public long length() {
        return length;
    }

    /** {@link RecordLayout#PUT}, {@link RecordLayout#DELETE} or {@link RecordLayout#CURSOR}. */
    public int type() {
        return type;
    }

    /** The buffer that holds the start of the record and its key. */
    public UnsafeBuffer buffer() {
        return buffer;
    }

    /** Offset of the record in {@link #buffer()}. */
    public int offset() {
        return offset;
    }

    /** Offset of the key in {@link #buffer()}. */
    public int keyOffset() {
        return offset + RecordLayout.KEY_OFFSET;
    }

    /** Length of the key in bytes; 0 for a cursor. */
    public int keyLength() {
        return keyLength;
    }

    /** Position of the value in the log; meaningful for a put. */
    public long valuePosition() {
        return position + RecordLayout.valueOffset(keyLength);
    }

    /** Length of the value in bytes; 0 for a delete or cursor. */
    public long valueLength() {
        return valueLength;
    }

    /** Position of the version or cursor token in the log: the last bytes of the record. */
    public long tokenPosition() {
        return position + length - tokenLength;
    }

    /** Offset of the version or cursor token in {@link #buffer()}, for a record that is no longer than the buffer; a cursor never is. */
    public int tokenOffset() {
        return offset + (int) (length - tokenLength);
    }

    /** Length of the version or cursor token in bytes, 0 to 10. */
    public int tokenLength() {
        return tokenLength;
    }
}
