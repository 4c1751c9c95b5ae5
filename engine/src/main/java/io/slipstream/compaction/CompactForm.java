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
import java.util.function.LongConsumer;
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
    private static final int BUFFER_LENGTH = 1 << 16;
    private static final int PIECE_LENGTH = 1 << 14; // what is copied and summed at once holds up a safepoint
    private static final int READ_AHEAD = 64;

    private final LogBytes bytes;
    private final Records records;
    private final int count;
    private final byte[] cursor;
    private final ByteSink sink;
    private final byte[] buffer = new byte[BUFFER_LENGTH];
    private final CRC32 crc = new CRC32();
    private int buffered;
    @SuppressWarnings("UnusedVariable") // written so that the reads it sums up are not optimised away
    private long touched;
    private long length;
    private long putBytes;
    private int lastCrc;
    private int next;

    /** Begins the compact form of {@code count} records, which are in {@code bytes}, and a cursor, which may be empty. */
    public CompactForm(final LogBytes bytes, final Records records, final int count, final byte[] cursor, final ByteSink sink) {
        this.bytes = bytes;
        this.records = records;
        this.count = count;
        this.cursor = cursor;
        this.sink = sink;
        System.arraycopy(RecordLayout.header(), 0, buffer, 0, RecordLayout.HEADER_LENGTH);
        buffered = RecordLayout.HEADER_LENGTH;
    }

    /** The put records to be written, in the order of their keys. */
    public interface Records {
        /** Position of the {@code i}-th. */
        long position(int i);

        /** The {@code i}-th will stand at {@code position} of what is written. */
        void move(int i, long position);
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
        return write(live, sink, null);
    }

    /**
     * As {@link #write(LiveSet, ByteSink)}.
     *
     * @param onWrite is given the position of each record before it is written; null for nobody
     */
    public static Written write(final LiveSet live, final ByteSink sink, final LongConsumer onWrite) throws IOException {
        final long[] positions = inKeyOrder(live);
        final CompactForm form = new CompactForm(live.bytes(), new Positions(positions, onWrite), positions.length, live.cursor(), sink);
        while (!form.step(Long.MAX_VALUE)) {
            // there is but one
        }
        return form.written();
    }

    private static long[] inKeyOrder(final LiveSet live) throws IOException {
        try {
            return live.positionsInKeyOrder();
        } catch (final IndexOutOfBoundsException e) {
            throw IoFaults.nonsense(e, "the log");
        }
    }

    private record Positions(long[] positions, LongConsumer onWrite) implements Records {
        @Override
        public long position(final int i) {
            return positions[i];
        }

        @Override
        public void move(final int i, final long position) {
            if (onWrite != null) {
                onWrite.accept(positions[i]);
            }
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

    /**
     * Writes about {@code maxLength} bytes more, or all.
     *
     * @return whether that was all
     */
    public boolean step(final long maxLength) throws IOException {
        try {
            return write(maxLength);
        } catch (final IndexOutOfBoundsException e) {
            throw IoFaults.nonsense(e, "the log");
        }
    }

    private boolean write(final long maxLength) throws IOException {
        final long start = end();
        while (next < count && end() - start < maxLength) {
            if (next % READ_AHEAD == 0) {
                readAhead();
            }
            final long position = records.position(next);
            records.move(next, end());
            appendRecord(position);
            next++;
        }
        if (next < count) {
            return false;
        }
        putBytes = end() - RecordLayout.HEADER_LENGTH;
        if (cursor.length > 0) {
            appendCursor();
        }
        drain();
        IoFaults.settle();
        return true;
    }

    /** What was written, once that is all. */
    public Written written() {
        return new Written(length, lastCrc);
    }

    /** Bytes written so far. */
    public long end() {
        return length + buffered;
    }

    /** Bytes of the put records, once all is written. */
    public long putBytes() {
        return putBytes;
    }

    // In the order of their keys, records lie anywhere: what each costs is waiting for memory. So the waits of some overlap.
    private void readAhead() {
        int sum = 0;
        final int to = Math.min(count, next + READ_AHEAD);
        for (int i = next; i < to; i++) {
            sum += bytes.byteAt(records.position(i));
        }
        touched += sum;
    }

    private void appendCursor() throws IOException {
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
