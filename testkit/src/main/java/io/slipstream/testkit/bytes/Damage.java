package io.slipstream.testkit.bytes;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What can happen to a file. Every function takes a file's bytes and answers new ones; the input is never changed.
 *
 * <p>The {@code every…} functions enumerate small spaces whole, lazily, and describe each damage, so that a failed test
 * can say which one it was. Ranges are {@code [from, to)}, in bytes.
 */
public final class Damage {
    private static final int TYPE_OFFSET = 4;
    private static final int PAYLOAD_OFFSET = 5;

    private Damage() {
    }

    /**
     * A damaged file.
     *
     * @param what  the damage in words
     * @param from  the first damaged byte, as an offset in the sound file
     * @param to    the end of the damage, exclusive; the sound file's length for a cut
     * @param bytes the damaged file
     */
    public record Damaged(String what, int from, int to, byte[] bytes) {
        @Override
        public String toString() {
            return what;
        }
    }

    /** Flips one bit: bit 0 is the lowest of byte 0, bit 8 the lowest of byte 1. */
    public static byte[] flipBit(final byte[] file, final long bit) {
        final byte[] damaged = file.clone();
        damaged[Math.toIntExact(bit / Byte.SIZE)] ^= (byte) (1 << bit % Byte.SIZE);
        return damaged;
    }

    /** Keeps the first {@code length} bytes. */
    public static byte[] cutAt(final byte[] file, final int length) {
        if (length > file.length) {
            throw new IllegalArgumentException("cannot cut: length=" + length + " file=" + file.length);
        }
        return Arrays.copyOf(file, length);
    }

    /** Adds zero bytes at the end. */
    public static byte[] withSlack(final byte[] file, final int length) {
        return Arrays.copyOf(file, Math.addExact(file.length, length));
    }

    /** Writes zeros over a range. */
    public static byte[] zero(final byte[] file, final int from, final int to) {
        final byte[] damaged = file.clone();
        Arrays.fill(damaged, from, to, (byte) 0);
        return damaged;
    }

    /** Writes bytes over those at {@code at}; the file grows if they reach past its end. */
    public static byte[] overwrite(final byte[] file, final int at, final byte... bytes) {
        final byte[] damaged = Arrays.copyOf(file, Math.max(file.length, Math.addExact(at, bytes.length)));
        System.arraycopy(bytes, 0, damaged, at, bytes.length);
        return damaged;
    }

    /** Inserts bytes at {@code at}; those behind move up. */
    public static byte[] insert(final byte[] file, final int at, final byte... bytes) {
        return splice(file, at, at, bytes);
    }

    /** Takes a range out; the bytes behind it move down. */
    public static byte[] remove(final byte[] file, final int from, final int to) {
        return splice(file, from, to);
    }

    /** Puts bytes in the place of a range, shorter or longer as they may be. */
    public static byte[] splice(final byte[] file, final int from, final int to, final byte... replacement) {
        final byte[] head = Arrays.copyOf(file, from);
        final byte[] tail = Arrays.copyOfRange(file, to, file.length);
        final byte[] damaged = Arrays.copyOf(head, from + replacement.length + tail.length);
        System.arraycopy(replacement, 0, damaged, from, replacement.length);
        System.arraycopy(tail, 0, damaged, from + replacement.length, tail.length);
        return damaged;
    }

    /** Writes the donor's range over the bytes at {@code at}, as a misdirected or stale page does. */
    public static byte[] transplant(
        final byte[] donor, final int from, final int to, final byte[] file, final int at) {
        return overwrite(file, at, Arrays.copyOfRange(donor, from, to));
    }

    /** Writes another key length, 0..65535, into the Put or Delete at {@code recordOffset}; its crc stays as it was. */
    public static byte[] withKeyLength(final byte[] file, final int recordOffset, final int length) {
        requireType(file, recordOffset, RawRecord.PUT, RawRecord.DELETE);
        return overwrite(file, recordOffset + PAYLOAD_OFFSET, LittleEndian.ofU16(length));
    }

    /** Writes another value length, 0..2^32-1, into the Put at {@code recordOffset}; its crc stays as it was. */
    public static byte[] withValueLength(final byte[] file, final int recordOffset, final long length) {
        requireType(file, recordOffset, RawRecord.PUT);
        return overwrite(file, keyEnd(file, recordOffset), LittleEndian.ofU32(length));
    }

    /**
     * Writes another version or cursor length, 0..255, into the record at {@code recordOffset}; its crc stays as it
     * was.
     */
    public static byte[] withTokenLength(final byte[] file, final int recordOffset, final int length) {
        requireType(file, recordOffset, RawRecord.PUT, RawRecord.DELETE, RawRecord.CURSOR);
        return overwrite(file, tokenLengthOffset(file, recordOffset), LittleEndian.ofU8(length));
    }

    /** Writes the right crc into a record: the one of everything behind the crc field up to {@code recordEnd}. */
    public static byte[] reseal(final byte[] file, final int recordOffset, final int recordEnd) {
        return overwrite(file, recordOffset, LittleEndian.ofU32(Crc.of(file, recordOffset + TYPE_OFFSET, recordEnd)));
    }

    /** Each bit flipped, one at a time. */
    public static Stream<Damaged> everyBitFlipped(final byte[] file) {
        return everyBitFlipped(file, 0, file.length);
    }

    /** Each bit of a range flipped, one at a time. */
    public static Stream<Damaged> everyBitFlipped(final byte[] file, final int from, final int to) {
        return IntStream.range(from, to).boxed().flatMap(at -> IntStream.range(0, Byte.SIZE).mapToObj(bit ->
            new Damaged("bit " + bit + " of byte " + at + " flipped", at, at + 1,
                flipBit(file, (long) at * Byte.SIZE + bit))));
    }

    /** The file cut at each length from 0 to one byte less than its own. */
    public static Stream<Damaged> everyCut(final byte[] file) {
        return IntStream.range(0, file.length).mapToObj(length ->
            new Damaged("cut at " + length, length, file.length, cutAt(file, length)));
    }

    /** Each run of {@code runLength} bytes zeroed, one at a time; runs that are zero already are left out. */
    public static Stream<Damaged> everyZeroedRun(final byte[] file, final int runLength) {
        return IntStream.rangeClosed(0, file.length - runLength)
            .mapToObj(from -> zeroed(file, from, from + runLength))
            .filter(damaged -> !Arrays.equals(file, damaged.bytes()));
    }

    /** Each run of each length zeroed, one at a time: as many as the square of the file's length, halved. */
    public static Stream<Damaged> everyZeroedRun(final byte[] file) {
        return IntStream.rangeClosed(1, file.length).boxed().flatMap(length -> everyZeroedRun(file, length));
    }

    private static Damaged zeroed(final byte[] file, final int from, final int to) {
        return new Damaged("zeroed from " + from + " to " + to, from, to, zero(file, from, to));
    }

    private static int keyEnd(final byte[] file, final int recordOffset) {
        return recordOffset + PAYLOAD_OFFSET + 2 + LittleEndian.u16(file, recordOffset + PAYLOAD_OFFSET);
    }

    private static int tokenLengthOffset(final byte[] file, final int recordOffset) {
        return switch (LittleEndian.u8(file, recordOffset + TYPE_OFFSET)) {
            case RawRecord.PUT -> {
                final int valueLengthOffset = keyEnd(file, recordOffset);
                yield Math.toIntExact(valueLengthOffset + 4 + LittleEndian.u32(file, valueLengthOffset));
            }
            case RawRecord.DELETE -> keyEnd(file, recordOffset);
            default -> recordOffset + PAYLOAD_OFFSET;
        };
    }

    private static void requireType(final byte[] file, final int recordOffset, final int... types) {
        final int type = LittleEndian.u8(file, recordOffset + TYPE_OFFSET);
        if (Arrays.stream(types).noneMatch(allowed -> allowed == type)) {
            throw new IllegalArgumentException(
                "the record has no such length field: offset=" + recordOffset + " type=" + type);
        }
    }
}
