package io.slipstream.compaction;

import io.slipstream.format.CursorRecord;
import io.slipstream.format.RecordLayout;
import io.slipstream.index.LiveSet;
import io.slipstream.storage.IoFaults;
import io.slipstream.storage.LogBytes;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32;

import static io.slipstream.format.RecordLayout.TYPE_OFFSET;

/**
 * The one byte sequence that stands for a live state: header, live put records sorted by key, cursor. Single thread.
 *
 * <p>Source: docs/format.md, "Compact, and compact form".
 */
public final class CompactForm {
    /*
     * Records are copied as the bytes they are, and checked as they are copied: what was sound when it was replayed may have rotted since.
     */
    private static final int BUFFER_LENGTH = 1 << 18;
    private static final int PIECE_LENGTH = 1 << 16;
    private static final int READ_AHEAD = 64;

    private final LiveSet live;
    private final LogBytes bytes;
    private final ByteSink sink;
    private final byte[] buffer = new byte[BUFFER_LENGTH];
    private final CRC32 crc = new CRC32();
    private int buffered;
    @SuppressWarnings("UnusedVariable") // written so that the reads it sums up are not optimised away
    private long touched;
    private long length;
    private int lastCrc;

    private CompactForm(final LiveSet live, final ByteSink sink) {
        this.live = live;
        this.bytes = live.bytes();
        this.sink = sink;
    }

    /**
     * What was written.
     *
     * @param length  its length in bytes
     * @param lastCrc crc of its last record; 0 if it has none
     */
    public record Written(long length, int lastCrc) {
    }

    /**
     * Writes the compact form of {@code live} to {@code sink}.
     *
     * @return what was written
     */
    public static Written write(final LiveSet live, final ByteSink sink) throws IOException {
        try {
            return new CompactForm(live, sink).write();
        } catch (final IndexOutOfBoundsException e) {
            throw IoFaults.nonsense(e, "the log");
        }
    }

    /** SHA-256 of the compact form of {@code live}, in lower-case hexadecimal. */
    public static String sha256(final LiveSet live) throws IOException {
        final MessageDigest digest = sha256Digest();
        write(live, digest::update);
        return HexFormat.of().formatHex(digest.digest());
    }

    /** SHA-256 of the compact form of a log without any record. */
    public static String sha256OfNothing() {
        return HexFormat.of().formatHex(sha256Digest().digest(RecordLayout.header()));
    }

    private static MessageDigest sha256Digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (final NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private Written write() throws IOException {
        final byte[] header = RecordLayout.header();
        append(header, header.length);
        final long[] positions = live.positionsInKeyOrder();
        for (int i = 0; i < positions.length; i++) {
            if (i % READ_AHEAD == 0) {
                readAhead(positions, i);
            }
            appendRecord(positions[i]);
        }
        final byte[] cursor = live.cursor();
        if (cursor.length > 0) {
            appendCursor(cursor);
        }
        drain();
        IoFaults.settle();
        return new Written(length, lastCrc);
    }

    // In the order of their keys, records lie anywhere: what each costs is waiting for memory. So the waits of some overlap.
    private void readAhead(final long[] positions, final int from) {
        int sum = 0;
        final int to = Math.min(positions.length, from + READ_AHEAD);
        for (int i = from; i < to; i++) {
            sum += bytes.byteAt(positions[i]);
        }
        touched += sum;
    }

    private void appendCursor(final byte[] cursor) throws IOException {
        final byte[] record = CursorRecord.encode(cursor);
        lastCrc = CursorRecord.crc(record);
        append(record, record.length);
    }

    private void appendRecord(final long position) throws IOException {
        final int keyLength = bytes.shortAt(position + RecordLayout.KEY_LENGTH_OFFSET);
        final long valueLength = bytes.intAt(position + RecordLayout.valueLengthOffset(keyLength));
        final int tokenLength = bytes.byteAt(position + RecordLayout.putTokenLengthOffset(keyLength, valueLength)) & 0xFF;
        final long recordLength = RecordLayout.putLength(keyLength, valueLength, tokenLength);
        crc.reset();
        long done = 0;
        while (done < recordLength) {
            final int count = (int) Math.min(recordLength - done, PIECE_LENGTH);
            if (BUFFER_LENGTH - buffered < count) {
                drain();
            }
            bytes.copy(position + done, buffer, buffered, count);
            final int unchecked = done == 0 ? TYPE_OFFSET : 0;
            crc.update(buffer, buffered + unchecked, count - unchecked);
            buffered += count;
            done += count;
        }
        lastCrc = (int) crc.getValue();
        final long stored = bytes.intAt(position + RecordLayout.CRC_OFFSET);
        if (stored != crc.getValue()) {
            throw new IOException("a record changed after it was replayed: offset=" + position + " expected=0x" + Long.toHexString(crc.getValue())
                    + " actual=0x" + Long.toHexString(stored) + "; the disk or memory is failing, nothing was replaced");
        }
    }

    private void append(final byte[] source, final int count) throws IOException {
        if (BUFFER_LENGTH - buffered < count) {
            drain();
        }
        System.arraycopy(source, 0, buffer, buffered, count);
        buffered += count;
    }

    private void drain() throws IOException {
        sink.accept(buffer, 0, buffered);
        length += buffered;
        buffered = 0;
    }
}
