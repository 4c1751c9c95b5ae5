package io.slipstream.testkit.model;

import static io.slipstream.testkit.bytes.LittleEndian.u16;
import static io.slipstream.testkit.bytes.LittleEndian.u32;
import static io.slipstream.testkit.bytes.LittleEndian.u8;

import io.slipstream.testkit.bytes.Crc;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import java.util.Arrays;
import java.util.Optional;

/**
 * Where the fields of one record lie, as its own length fields claim. The length fields themselves lie inside the file;
 * whether the rest does is asked by {@link #isInside}. Claims are added up in {@code long}: they go up to 2^32.
 */
record Frame(
    byte[] file, int offset, int type,
    long keyOffset, int keyLength, long valueOffset, long valueLength, long tokenOffset, int tokenLength) {

    /** The bytes before the first length field: crc and type. */
    static final int PREFIX_LENGTH = 5;
    private static final int TYPE_OFFSET = 4;

    /** What the type field of the record at {@code p} says. */
    static int typeAt(final byte[] file, final int p) {
        return u8(file, p + TYPE_OFFSET);
    }

    /** Whether there is such a type of record. */
    static boolean isKnown(final int type) {
        return type == RawRecord.PUT || type == RawRecord.DELETE || type == RawRecord.CURSOR;
    }

    /**
     * The frame of the record of known type at {@code p}; none if a length field lies wholly or partly past the end.
     */
    static Optional<Frame> at(final byte[] file, final int p) {
        final int type = typeAt(file, p);
        long at = (long) p + PREFIX_LENGTH;

        int keyLength = 0;
        if (type != RawRecord.CURSOR) {
            if (at + 2 > file.length) {
                return Optional.empty();
            }
            keyLength = u16(file, (int) at);
            at += 2;
        }
        final long keyOffset = at;
        at += keyLength;

        long valueLength = 0;
        if (type == RawRecord.PUT) {
            if (at + 4 > file.length) {
                return Optional.empty();
            }
            valueLength = u32(file, (int) at);
            at += 4;
        }
        final long valueOffset = at;
        at += valueLength;

        if (at + 1 > file.length) {
            return Optional.empty();
        }
        final int tokenLength = u8(file, (int) at);
        at += 1;
        return Optional.of(
            new Frame(file, p, type, keyOffset, keyLength, valueOffset, valueLength, at, tokenLength));
    }

    /**
     * The frame of the record that survives at {@code q}: known type, lengths inside the file, short token, right crc.
     */
    static Optional<Frame> survivingAt(final byte[] file, final int q) {
        if (file.length - q < PREFIX_LENGTH || !isKnown(typeAt(file, q))) {
            return Optional.empty();
        }
        return at(file, q).filter(Frame::isTokenShort).filter(Frame::isInside).filter(Frame::isCrcRight);
    }

    /** The claimed end of the record. */
    long end() {
        return tokenOffset + tokenLength;
    }

    boolean isTokenShort() {
        return tokenLength <= Token.MAX_LENGTH;
    }

    /** Whether the record ends inside the file. Only then may the questions below be asked. */
    boolean isInside() {
        return end() <= file.length;
    }

    boolean isCrcZero() {
        return u32(file, offset) == 0;
    }

    boolean isCrcRight() {
        return u32(file, offset) == Crc.of(file, offset + TYPE_OFFSET, (int) end());
    }

    /** Whether the key is UTF-8; a cursor's missing key is. */
    boolean isKeyUtf8() {
        return Utf8.isValid(file, (int) keyOffset, (int) keyOffset + keyLength);
    }

    /** The record's meaning, copied out of the file. */
    ModelUpdate toUpdate() {
        final byte[] key = copy(keyOffset, keyLength);
        final byte[] token = copy(tokenOffset, tokenLength);
        return switch (type) {
            case RawRecord.PUT -> new ModelUpdate.Put(key, copy(valueOffset, valueLength), token);
            case RawRecord.DELETE -> new ModelUpdate.Delete(key, token);
            case RawRecord.CURSOR -> new ModelUpdate.Checkpoint(token);
            default -> throw new IllegalStateException("unknown record type: " + type);
        };
    }

    private byte[] copy(final long from, final long length) {
        return Arrays.copyOfRange(file, (int) from, (int) (from + length));
    }
}
