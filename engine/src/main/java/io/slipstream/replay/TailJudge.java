package io.slipstream.replay;

import io.slipstream.format.RecordLayout;
import io.slipstream.storage.FileChangedException;
import io.slipstream.storage.IoFaults;
import io.slipstream.storage.LogBytes;
import io.slipstream.storage.StorageFile;

import java.io.IOException;

import static io.slipstream.format.RecordLayout.HEADER_LENGTH;
import static io.slipstream.format.RecordLayout.MAGIC_LENGTH;
import static io.slipstream.format.RecordLayout.MIN_RECORD_LENGTH;

/**
 * Decides what stands at the end of the valid log. Reads through the file, never through a mapping: a failing disk is an
 * {@link IOException} here and not a verdict.
 *
 * <p>Single thread. Source: docs/recovery.md, the verdict table; the row numbers are its own.
 */
public final class TailJudge {
    private static final int CHUNK_LENGTH = 1 << 16;

    private final StorageFile file;
    private final RecordScanner scanner = new RecordScanner();
    private final byte[] chunk = new byte[CHUNK_LENGTH];

    /** A judge for {@code file}. */
    public TailJudge(final StorageFile file) {
        this.file = file;
    }

    /** The verdict on the header, or null if it is sound. */
    public Verdict judgeHeader() throws IOException {
        final long length = file.length();
        if (length < HEADER_LENGTH) {
            return invalidHeader("header cut short: found=" + length + " expected=" + HEADER_LENGTH, length);
        }
        final byte[] header = new byte[HEADER_LENGTH];
        file.copy(0, header, 0, HEADER_LENGTH);
        for (int i = 0; i < MAGIC_LENGTH; i++) {
            if (header[i] != RecordLayout.headerByte(i)) {
                return invalidHeader("wrong magic: found=" + hex(header, MAGIC_LENGTH) + " expected=50475353 (PGSS)", length);
            }
        }
        final int version = header[MAGIC_LENGTH] & 0xFF | (header[MAGIC_LENGTH + 1] & 0xFF) << Byte.SIZE;
        if (version != RecordLayout.VERSION) {
            final String writer = version > RecordLayout.VERSION ? ", written by a newer release" : "";
            return invalidHeader("unsupported format version: found=" + version + " supported=" + RecordLayout.VERSION + writer, length);
        }
        return null;
    }

    /** Whether a file shorter than a header holds the beginning of one. */
    public boolean isHeaderPrefix() throws IOException {
        final long length = file.length();
        if (length >= HEADER_LENGTH) {
            return false;
        }
        file.copy(0, chunk, 0, (int) length);
        for (int i = 0; i < length; i++) {
            if (chunk[i] != RecordLayout.headerByte(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Judges what stands at {@code position}, where a walk stopped, in the file as it is now.
     *
     * @return the verdict; null if a valid record stands there after all
     */
    public Verdict judge(final long position) throws IOException {
        final long length = file.length();
        if (length < position) {
            throw new FileChangedException("the file was cut short under the replay: " + file + " length=" + length + " replayed=" + position);
        }
        if (isZero(position, length)) {
            return cleanEnd(position, length);
        }
        // An append that was in progress a moment ago is not worth a search: look twice before anything else.
        int row = scanner.reset(file, length).scan(position);
        if (row != RecordScanner.VALID) {
            row = scanner.reset(file, length).scan(position);
        }
        return switch (row) {
            case RecordScanner.VALID -> null;
            case RecordScanner.NO_ROOM_FOR_FRAME -> torn(2, position, length, "only " + (length - position) + " bytes of a record");
            case RecordScanner.TYPE_ZERO -> tornUnlessSurvived(3, position, length, "record type 0");
            case RecordScanner.UNKNOWN_TYPE -> invalid(4, position, length, "unknown record type " + scanner.recordType());
            case RecordScanner.LENGTH_FIELD_PAST_END -> tornUnlessSurvived(5, position, length, typed("length field past the end of the file"));
            case RecordScanner.TOKEN_TOO_LONG -> invalid(6, position, length,
                    typed("token too long: length=" + scanner.tokenLength() + " max=" + RecordLayout.MAX_TOKEN_LENGTH));
            case RecordScanner.RECORD_PAST_END -> tornUnlessSurvived(7, position, length,
                    typed("record past the end of the file: recordLength=" + scanner.recordLength()));
            case RecordScanner.CRC_MISMATCH -> judgeMismatch(position, length);
            default -> invalid(10, position, length, typed("key is not UTF-8"));
        };
    }

    /** The verdict of row 1: nothing but zeros, or nothing at all, from {@code position} on. */
    static Verdict cleanEnd(final long position, final long length) {
        return position == length
                ? new Verdict(Verdict.Kind.CLEAN, 1, position, length, 0, "end of file")
                : new Verdict(Verdict.Kind.SLACK, 1, position, length, 0, "only zeros");
    }

    /**
     * Reads the length and the bytes at the verdict's position again, after whatever search the verdict took.
     *
     * @return whether the record there still fails in the same way
     */
    boolean isStill(final Verdict verdict) throws IOException {
        final int row = scanner.recordRow();
        final int storedCrc = scanner.storedCrc();
        final int computedCrc = scanner.computedCrc();
        return file.length() == verdict.fileLength()
                && scanner.reset(file, verdict.fileLength()).scan(verdict.position()) == row
                && (row != RecordScanner.CRC_MISMATCH || scanner.storedCrc() == storedCrc && scanner.computedCrc() == computedCrc);
    }

    private Verdict judgeMismatch(final long position, final long length) throws IOException {
        final int storedCrc = scanner.storedCrc();
        final long end = position + scanner.recordLength();
        final String detail = typed("crc mismatch: expected=0x" + Integer.toHexString(scanner.computedCrc())
                + " actual=0x" + Integer.toHexString(storedCrc));
        final boolean zerosFollow = isZero(end, length);
        if (storedCrc == 0 && zerosFollow) {
            return torn(8, position, length, typed("append that was never committed"));
        }
        final long survivors = survivors(position, length);
        if (survivors == 0 && (zerosFollow || length - end < MIN_RECORD_LENGTH)) {
            return torn(9, position, length, detail);
        }
        return corrupted(9, position, length, survivors, detail);
    }

    private Verdict tornUnlessSurvived(final int row, final long position, final long length, final String detail) throws IOException {
        final long survivors = survivors(position, length);
        return survivors == 0 ? torn(row, position, length, detail) : corrupted(row, position, length, survivors, detail);
    }

    // Candidates are many and far apart: the search reads a mapping where it can.
    long survivors(final long position, final long length) throws IOException {
        final LogBytes bytes;
        try {
            bytes = LogBytes.map(file, length);
        } catch (final FileChangedException e) {
            return new SurvivorSearch(file, length).count(position + 1);
        }
        try {
            final long survivors = new SurvivorSearch(bytes, length).count(position + 1);
            IoFaults.settle();
            if (file.length() < length) {
                throw new FileChangedException("the file was cut short under the search for survivors: " + file);
            }
            return survivors;
        } catch (final InternalError e) {
            throw IoFaults.toIoException(e, file);
        } finally {
            bytes.release();
        }
    }

    /** Whether all bytes of {@code [from, to)} are zero, read through the file. */
    public boolean isZero(final long from, final long to) throws IOException {
        for (long position = from; position < to; position += CHUNK_LENGTH) {
            final int count = (int) Math.min(CHUNK_LENGTH, to - position);
            file.copy(position, chunk, 0, count);
            int found = 0;
            for (int i = 0; i < count; i++) {
                found |= chunk[i];
            }
            if (found != 0) {
                return false;
            }
        }
        return true;
    }

    private String typed(final String detail) {
        return detail + " type=" + RecordLayout.typeName(scanner.recordType());
    }

    private static Verdict torn(final int row, final long position, final long length, final String detail) {
        return new Verdict(Verdict.Kind.TORN, row, position, length, 0, detail);
    }

    private static Verdict corrupted(final int row, final long position, final long length, final long survivors, final String detail) {
        return new Verdict(Verdict.Kind.CORRUPTED, row, position, length, survivors, detail);
    }

    private static Verdict invalid(final int row, final long position, final long length, final String detail) {
        return new Verdict(Verdict.Kind.INVALID, row, position, length, 0, detail);
    }

    private static Verdict invalidHeader(final String detail, final long length) {
        return new Verdict(Verdict.Kind.INVALID, 0, 0, length, 0, detail);
    }

    private static String hex(final byte[] bytes, final int length) {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(Character.forDigit(bytes[i] >> 4 & 0xF, 16)).append(Character.forDigit(bytes[i] & 0xF, 16));
        }
        return text.toString();
    }
}
