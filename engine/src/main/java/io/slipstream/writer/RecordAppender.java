package io.slipstream.writer;

import io.slipstream.format.Utf8;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

import static io.slipstream.format.RecordLayout.BYTE_ORDER;
import static io.slipstream.format.RecordLayout.CRC_OFFSET;
import static io.slipstream.format.RecordLayout.CURSOR;
import static io.slipstream.format.RecordLayout.CURSOR_LENGTH_OFFSET;
import static io.slipstream.format.RecordLayout.CURSOR_OFFSET;
import static io.slipstream.format.RecordLayout.DELETE;
import static io.slipstream.format.RecordLayout.KEY_LENGTH_OFFSET;
import static io.slipstream.format.RecordLayout.KEY_OFFSET;
import static io.slipstream.format.RecordLayout.MAX_FRAME_LENGTH;
import static io.slipstream.format.RecordLayout.MAX_KEY_LENGTH;
import static io.slipstream.format.RecordLayout.MAX_TOKEN_LENGTH;
import static io.slipstream.format.RecordLayout.PUT;
import static io.slipstream.format.RecordLayout.TOKEN_LENGTH_FIELD;
import static io.slipstream.format.RecordLayout.TYPE_OFFSET;
import static io.slipstream.format.RecordLayout.cursorLength;
import static io.slipstream.format.RecordLayout.deleteLength;
import static io.slipstream.format.RecordLayout.deleteTokenLengthOffset;
import static io.slipstream.format.RecordLayout.putLength;
import static io.slipstream.format.RecordLayout.putTokenLengthOffset;
import static io.slipstream.format.RecordLayout.valueLengthOffset;
import static io.slipstream.format.RecordLayout.valueOffset;

/**
 * Encodes records and commits them into the mapped end of a log. No allocation, lock or system call per record, but to grow.
 *
 * <p>One writer thread; {@link #position()} from any thread.
 */
public final class RecordAppender {
    /*
     * Ordering
     *  K1  Type, key length, value length, token length, in this order: each length is stored only after those that place it. Then the body,
     *      then the crc in one 4-byte store; a release fence between any two. Killed anywhere in between, the record has crc 0 and zeros behind
     *      it: an append that was never committed (row 8 of docs/recovery.md), never a false "corrupted".
     *  K2  The position is published after the crc: whoever sees it sees whole records up to it.
     *  P1  The kernel writes mapped pages in any order. Without a force, power loss may take a page before a kept one.
     *
     * The record is built in a scratch array on the heap, checked and summed there, and copied into the segment in one piece. So the
     * caller's bytes are read once, a caller that changes them meanwhile cannot make a wrong crc, and the checksum intrinsic never runs over
     * mapped bytes, which would kill the JVM should the file be cut short. The lengths are stored again with the body, as the same bytes.
     * A record longer than the scratch goes through it piece by piece. A short put from plain buffers, the usual update, is built in a
     * window instead where the checksum is faster (ShortRecord).
     *
     * The sum comes last although nothing needs that: it is what takes longest, and the processor goes on with the next record behind it,
     * but not with a copy that was to come before.
     */
    private static final VarHandle POSITION;

    static {
        try {
            POSITION = MethodHandles.lookup().findVarHandle(RecordAppender.class, "position", long.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Length in bytes of the longest record that can be appended: it lies whole inside one mapping. */
    public static final long MAX_RECORD_LENGTH = (1L << 31) - 4096;

    private static final int SCRATCH_LENGTH = 1 << 17;
    private static final int PIECE_LENGTH = 1 << 16;
    private static final byte[] NO_BYTES = {};

    private final SegmentSupply supply;
    private final byte[] scratch = new byte[SCRATCH_LENGTH];
    private final UnsafeBuffer scratchBuffer = new UnsafeBuffer(scratch);
    private final UnsafeBuffer arrayView = new UnsafeBuffer(NO_BYTES);
    private final CRC32 crc = new CRC32();
    private final ShortRecord shortRecord = new ShortRecord();
    private byte[] piece;

    private UnsafeBuffer buffer;
    private int index;
    private int limit; // index at which this, or the twin, has no more room
    private long position;
    private int lastCrc;
    private RecordAppender twin;

    /** Appends behind {@code position}, where the supply's file ends with a record whose crc is {@code lastCrc}. */
    public RecordAppender(final SegmentSupply supply, final long position, final int lastCrc) throws IOException {
        this.supply = supply;
        this.lastCrc = lastCrc;
        use(supply.first(position), position);
    }

    private void use(final Segment segment, final long appendPosition) {
        buffer = segment.buffer();
        index = (int) (appendPosition - segment.startPosition());
        POSITION.setRelease(this, appendPosition);
        setLimit();
    }

    private void setLimit() {
        limit = twin == null ? buffer.capacity() : index + Math.min(room(), twin.room());
    }

    private int room() {
        return buffer.capacity() - index;
    }

    /** End of the last committed record. Any thread. */
    public long position() {
        return (long) POSITION.getAcquire(this);
    }

    /** Crc of the record that ends at {@link #position()}. Writer thread. */
    public int lastCrc() {
        return lastCrc;
    }

    /** Where the segments come from. */
    public SegmentSupply supply() {
        return supply;
    }

    /** Appends a put. Nothing is appended if it throws. */
    public void put(final String key, final byte[] value, final byte[] token) {
        final int keyLength = encodeKey(key);
        arrayView.wrap(value);
        try {
            final int tokenLength = checkedToken(token);
            appendPut(keyLength, arrayView, 0, value.length, token, tokenLength, 0);
        } finally {
            arrayView.wrap(NO_BYTES);
        }
    }

    /** Appends a put with an 8-byte token. Nothing is appended if it throws. */
    public void put(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer value,
            final int valueOffset,
            final int valueLength,
            final long revision) {
        if (key.getClass() == UnsafeBuffer.class && value.getClass() == UnsafeBuffer.class && ShortRecord.fits(keyLength, valueLength)) {
            appendShortPut((UnsafeBuffer) key, keyOffset, keyLength, (UnsafeBuffer) value, valueOffset, valueLength, revision);
            return;
        }
        copyKey(key, keyOffset, keyLength);
        value.boundsCheck(valueOffset, valueLength);
        appendPut(keyLength, value, valueOffset, valueLength, null, Long.BYTES, revision);
    }

    /** Appends a delete. Nothing is appended if it throws. */
    public void delete(final String key, final byte[] token) {
        appendDelete(encodeKey(key), token, checkedToken(token), 0);
    }

    /** Appends a delete with an 8-byte token. Nothing is appended if it throws. */
    public void delete(final DirectBuffer key, final int keyOffset, final int keyLength, final long revision) {
        copyKey(key, keyOffset, keyLength);
        appendDelete(keyLength, null, Long.BYTES, revision);
    }

    /** Appends a cursor. Nothing is appended if it throws. */
    public void cursor(final byte[] token) {
        appendCursor(token, checkedToken(token), 0);
    }

    /** Appends an 8-byte cursor. Nothing is appended if it throws. */
    public void cursor(final long revision) {
        appendCursor(null, Long.BYTES, revision);
    }

    private void appendShortPut(
            final UnsafeBuffer key,
            final int keyOffset,
            final int keyLength,
            final UnsafeBuffer value,
            final int valueOffset,
            final int valueLength,
            final long revision) {
        final ShortRecord record = shortRecord;
        final int length = (int) putLength(keyLength, valueLength, Long.BYTES);
        key.boundsCheck(keyOffset, keyLength);
        record.begin(length - TYPE_OFFSET);
        if (!record.setKey(key, keyOffset, keyLength)) {
            throw notUtf8(keyLength);
        }
        value.boundsCheck(valueOffset, valueLength);
        if (length > limit - index) {
            grow(length);
        }
        record.setRest(keyLength, value, valueOffset, valueLength, revision);
        final UnsafeBuffer target = buffer;
        final int at = index;
        storeFrame(target, at, PUT, keyLength, valueLength, (int) putTokenLengthOffset(keyLength, valueLength), Long.BYTES);
        target.putBytes(at + TYPE_OFFSET, record.bytes(), record.start(), length - TYPE_OFFSET);
        seal(target, at, record.crc());
        advance(length);
    }

    private void appendPut(
            final int keyLength,
            final DirectBuffer value,
            final int valueOffset,
            final int valueLength,
            final byte[] token,
            final int tokenLength,
            final long revision) {
        final long length = putLength(keyLength, valueLength, tokenLength);
        if (length > MAX_RECORD_LENGTH) {
            throw new IllegalArgumentException("record too long: length=" + length + " max=" + MAX_RECORD_LENGTH + " valueLength=" + valueLength);
        }
        if (length > limit - index) {
            grow(length);
        }
        scratch[TYPE_OFFSET] = PUT;
        scratchBuffer.putShort(KEY_LENGTH_OFFSET, (short) keyLength, BYTE_ORDER);
        scratchBuffer.putInt(valueLengthOffset(keyLength), valueLength, BYTE_ORDER);
        if (length <= SCRATCH_LENGTH) {
            value.getBytes(valueOffset, scratch, valueOffset(keyLength), valueLength);
            final int tokenLengthOffset = (int) putTokenLengthOffset(keyLength, valueLength);
            setToken(tokenLengthOffset, token, tokenLength, revision);
            commit(PUT, keyLength, valueLength, tokenLengthOffset, tokenLength, (int) length);
        } else {
            commitInPieces(keyLength, value, valueOffset, valueLength, token, tokenLength, revision);
        }
    }

    private void appendDelete(final int keyLength, final byte[] token, final int tokenLength, final long revision) {
        final int length = deleteLength(keyLength, tokenLength);
        if (length > limit - index) {
            grow(length);
        }
        scratch[TYPE_OFFSET] = DELETE;
        scratchBuffer.putShort(KEY_LENGTH_OFFSET, (short) keyLength, BYTE_ORDER);
        final int tokenLengthOffset = deleteTokenLengthOffset(keyLength);
        setToken(tokenLengthOffset, token, tokenLength, revision);
        commit(DELETE, keyLength, 0, tokenLengthOffset, tokenLength, length);
    }

    private void appendCursor(final byte[] token, final int tokenLength, final long revision) {
        final int length = cursorLength(tokenLength);
        if (length > limit - index) {
            grow(length);
        }
        scratch[TYPE_OFFSET] = CURSOR;
        setToken(CURSOR_LENGTH_OFFSET, token, tokenLength, revision);
        commit(CURSOR, 0, 0, CURSOR_LENGTH_OFFSET, tokenLength, CURSOR_OFFSET + tokenLength);
    }

    private void setToken(final int tokenLengthOffset, final byte[] token, final int tokenLength, final long revision) {
        scratch[tokenLengthOffset] = (byte) tokenLength;
        if (token == null) {
            scratchBuffer.putLong(tokenLengthOffset + TOKEN_LENGTH_FIELD, revision, ByteOrder.BIG_ENDIAN);
        } else {
            System.arraycopy(token, 0, scratch, tokenLengthOffset + TOKEN_LENGTH_FIELD, tokenLength);
        }
    }

    private void commit(
            final int type, final int keyLength, final int valueLength, final int tokenLengthOffset, final int tokenLength, final int length) {
        final UnsafeBuffer target = buffer;
        final int at = index;
        storeFrame(target, at, type, keyLength, valueLength, tokenLengthOffset, tokenLength);
        target.putBytes(at + TYPE_OFFSET, scratch, TYPE_OFFSET, length - TYPE_OFFSET);
        crc.reset();
        crc.update(scratch, TYPE_OFFSET, length - TYPE_OFFSET);
        seal(target, at, (int) crc.getValue());
        advance(length);
    }

    private void seal(final UnsafeBuffer target, final int at, final int sum) {
        VarHandle.releaseFence(); // K1
        lastCrc = sum;
        target.putInt(at + CRC_OFFSET, sum, BYTE_ORDER);
    }

    // K1
    private static void storeFrame(
            final UnsafeBuffer target,
            final int at,
            final int type,
            final int keyLength,
            final int valueLength,
            final int tokenLengthOffset,
            final int tokenLength) {
        target.putByte(at + TYPE_OFFSET, (byte) type);
        if (type != CURSOR) {
            VarHandle.releaseFence();
            target.putShort(at + KEY_LENGTH_OFFSET, (short) keyLength, BYTE_ORDER);
        }
        if (type == PUT) {
            VarHandle.releaseFence();
            target.putInt(at + valueLengthOffset(keyLength), valueLength, BYTE_ORDER);
        }
        VarHandle.releaseFence();
        target.putByte(at + tokenLengthOffset, (byte) tokenLength);
        VarHandle.releaseFence();
    }

    private void advance(final int length) {
        if (twin != null) {
            twin.repeat(buffer, index, length, lastCrc);
        }
        index += length;
        VarHandle.releaseFence(); // K1, of the next record, and K2
        POSITION.setOpaque(this, position + length);
    }

    private void commitInPieces(
            final int keyLength,
            final DirectBuffer value,
            final int valueOffset,
            final int valueLength,
            final byte[] token,
            final int tokenLength,
            final long revision) {
        final int length = (int) putLength(keyLength, valueLength, tokenLength);
        final int tokenLengthOffset = (int) putTokenLengthOffset(keyLength, valueLength);
        final int frameEnd = valueOffset(keyLength);
        final UnsafeBuffer target = buffer;
        final int at = index;
        boolean committed = false;
        try {
            storeFrame(target, at, PUT, keyLength, valueLength, tokenLengthOffset, tokenLength);
            crc.reset();
            crc.update(scratch, TYPE_OFFSET, frameEnd - TYPE_OFFSET);
            target.putBytes(at + TYPE_OFFSET, scratch, TYPE_OFFSET, frameEnd - TYPE_OFFSET);
            copyInPieces(value, valueOffset, valueLength, at + frameEnd);
            setToken(MAX_FRAME_LENGTH, token, tokenLength, revision);
            crc.update(scratch, MAX_FRAME_LENGTH, TOKEN_LENGTH_FIELD + tokenLength);
            target.putBytes(at + tokenLengthOffset, scratch, MAX_FRAME_LENGTH, TOKEN_LENGTH_FIELD + tokenLength);
            seal(target, at, (int) crc.getValue());
            committed = true;
        } finally {
            if (!committed) {
                clear(target, at, frameEnd, length);
            }
        }
        advance(length);
    }

    // The caller's buffer failed half way. A later, shorter record must find zeros behind it. Cleared from the back, so that at every instant
    // the lengths still cover what is not zero yet (K1 backwards).
    private static void clear(final UnsafeBuffer target, final int at, final int frameEnd, final int length) {
        // By copies: on JDK 17 setMemory over a file that was cut short ends the JVM.
        final byte[] zeros = new byte[PIECE_LENGTH];
        for (int done = frameEnd; done < length; done += PIECE_LENGTH) {
            target.putBytes(at + done, zeros, 0, Math.min(PIECE_LENGTH, length - done));
        }
        for (int i = frameEnd - 1; i >= TYPE_OFFSET; i--) {
            VarHandle.releaseFence();
            target.putByte(at + i, (byte) 0);
        }
    }

    private void copyInPieces(final DirectBuffer value, final int valueOffset, final int valueLength, final int targetIndex) {
        if (piece == null) {
            piece = new byte[PIECE_LENGTH];
        }
        for (int done = 0; done < valueLength; done += PIECE_LENGTH) {
            final int count = Math.min(PIECE_LENGTH, valueLength - done);
            value.getBytes(valueOffset + done, piece, 0, count);
            crc.update(piece, 0, count);
            buffer.putBytes(targetIndex + done, piece, 0, count);
        }
    }

    private int encodeKey(final String key) {
        final int length = Utf8.encode(key, scratch, KEY_OFFSET, MAX_KEY_LENGTH);
        if (length < 0) {
            throw refusedKey(key, length);
        }
        return length;
    }

    private static IllegalArgumentException refusedKey(final String key, final int reason) {
        final long length = Utf8.encodedLength(key);
        return reason == Utf8.TOO_LONG && length >= 0
                ? keyTooLong(length)
                : new IllegalArgumentException("key has an unpaired surrogate: it has no UTF-8 form; key length in chars=" + key.length());
    }

    private static IllegalArgumentException keyTooLong(final long length) {
        return new IllegalArgumentException("key too long: length=" + length + " max=" + MAX_KEY_LENGTH + " (bytes in UTF-8)");
    }

    private void copyKey(final DirectBuffer key, final int offset, final int length) {
        if (length > MAX_KEY_LENGTH) {
            throw keyTooLong(length);
        }
        key.boundsCheck(offset, length);
        if (key.getClass() == UnsafeBuffer.class) {
            if (KeyCopy.copy((UnsafeBuffer) key, offset, scratch, scratchBuffer.addressOffset() + KEY_OFFSET, length)) {
                return;
            }
        } else {
            key.getBytes(offset, scratch, KEY_OFFSET, length);
        }
        if (!Utf8.isValid(scratchBuffer, KEY_OFFSET, length)) {
            throw notUtf8(length);
        }
    }

    private static IllegalArgumentException notUtf8(final int keyLength) {
        return new IllegalArgumentException("key is not UTF-8: length=" + keyLength);
    }

    private static int checkedToken(final byte[] token) {
        if (token.length > MAX_TOKEN_LENGTH) {
            throw new IllegalArgumentException("token too long: length=" + token.length + " max=" + MAX_TOKEN_LENGTH);
        }
        return token.length;
    }

    private void grow(final long needed) {
        if (twin != null && needed > twin.room()) {
            growTwin(needed);
        }
        if (needed > room()) {
            growThis(needed);
        }
        setLimit();
    }

    private void growTwin(final long needed) {
        try {
            twin.grow(needed);
        } catch (final UncheckedIOException e) {
            if (!twin.supply.refuse(e)) {
                throw e;
            }
            twin = null;
        }
    }

    private void growThis(final long needed) {
        try {
            use(supply.next(position, needed), position);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot grow the log: " + supply + " wanted=" + needed
                    + "; nothing was appended, the log so far is intact: " + e.getMessage(), e);
        }
    }

    /**
     * Appends bytes that are whole records, the last of which has that crc. Not by K1: for a file that is not at the log's name.
     *
     * @throws UncheckedIOException if the file had to grow and could not
     */
    public void appendRecords(final DirectBuffer source, final int offset, final int length, final int crcOfLast) {
        if (length > limit - index) {
            grow(length);
        }
        buffer.putBytes(index, source, offset, length);
        lastCrc = crcOfLast;
        advance(length);
    }

    /**
     * From now on, until {@link #part()}, repeats every append in {@code follower} before it returns: the follower holds what this does up to
     * {@code copiedTo}, and is brought up to date first. It has all of a record before this publishes its position.
     *
     * @param maxLength most bytes that may be missing in it
     * @return false, and nothing changed, if more are, or the last segment does not hold all of them, or the follower has no room for them
     */
    public boolean lead(final RecordAppender follower, final long copiedTo, final int maxLength) {
        final long missing = position - copiedTo;
        if (missing > Math.min(maxLength, Math.min(index, follower.room()))) {
            return false;
        }
        if (missing > 0) {
            follower.buffer.putBytes(follower.index, buffer, index - (int) missing, (int) missing);
            follower.lastCrc = lastCrc;
            follower.advance((int) missing);
        }
        twin = follower;
        setLimit();
        return true;
    }

    /** Ends {@link #lead}. */
    public void part() {
        twin = null;
        setLimit();
    }

    // K1, for it may be at the log's name by now.
    private void repeat(final UnsafeBuffer source, final int at, final int length, final int sum) {
        final UnsafeBuffer target = buffer;
        final int to = index;
        repeatFrame(source, at, target, to);
        for (int done = TYPE_OFFSET; done < length; done += PIECE_LENGTH) {
            target.putBytes(to + done, source, at + done, Math.min(PIECE_LENGTH, length - done));
        }
        seal(target, to, sum);
        advance(length);
    }

    private static void repeatFrame(final UnsafeBuffer source, final int at, final UnsafeBuffer target, final int to) {
        final int type = source.getByte(at + TYPE_OFFSET);
        int keyLength = 0;
        int valueLength = 0;
        int tokenLengthOffset = CURSOR_LENGTH_OFFSET;
        if (type != CURSOR) {
            keyLength = source.getShort(at + KEY_LENGTH_OFFSET, BYTE_ORDER) & 0xFFFF;
            tokenLengthOffset = deleteTokenLengthOffset(keyLength);
        }
        if (type == PUT) {
            valueLength = source.getInt(at + valueLengthOffset(keyLength), BYTE_ORDER);
            tokenLengthOffset = (int) putTokenLengthOffset(keyLength, valueLength);
        }
        storeFrame(target, to, type, keyLength, valueLength, tokenLengthOffset, source.getByte(at + tokenLengthOffset));
    }
}
