package io.slipstream.replay;

import io.slipstream.storage.ByteSource;

import java.io.IOException;

/**
 * Reads the records of a live log in order, as far as its writer has come, and goes on from there when asked again. Checks each crc. Allocates nothing
 * per record. Single thread.
 */
public final class LogTail {
    private final ByteSource file;
    private final RecordScanner scanner = new RecordScanner();
    private long position;

    /** A tail of {@code file} from {@code position} on, where a record begins. */
    public LogTail(final ByteSource file, final long position) {
        this.file = file;
        this.position = position;
    }

    /** Where the next record begins. */
    public long position() {
        return position;
    }

    /**
     * Shows records to {@code handler}, up to {@code limit}, where one ends, or until so many bytes were shown. Every record up to there was committed.
     *
     * @throws IOException if one of them is not sound any more, or the disk fails; that one and what follows were not shown
     */
    public void advance(final long limit, final long maxLength, final RecordHandler handler) throws IOException {
        final long stop = Math.min(limit, position + maxLength);
        scanner.reset(file, limit);
        while (position < stop) {
            final int row = scanner.scan(position);
            if (row != RecordScanner.VALID) {
                throw new IOException("a record changed after it was appended: " + file + " offset=" + position + " row " + row
                        + " of docs/recovery.md; the disk, memory or another program is at fault");
            }
            handler.onRecord(scanner.record(position));
            position += scanner.recordLength();
        }
        handler.onEnd();
    }
}
