package io.slipstream.index;

import io.slipstream.format.RecordLayout;
import io.slipstream.storage.LogBytes;

/** The keys of put records, by the position of the record. */
final class LogKeys implements SortableKeys {
    private static final int CHUNK_LENGTH = Long.BYTES;

    private final LogBytes bytes;

    LogKeys(final LogBytes bytes) {
        this.bytes = bytes;
    }

    @Override
    public int keyLength(final long position) {
        return bytes.shortAt(position + RecordLayout.KEY_LENGTH_OFFSET);
    }

    @Override
    public long chunk(final long position, final int offset) {
        final int rest = keyLength(position) - offset;
        final long start = position + RecordLayout.KEY_OFFSET + offset;
        if (rest >= CHUNK_LENGTH) {
            return bytes.bigEndianLongAt(start);
        }
        long chunk = 0;
        for (int i = 0; i < CHUNK_LENGTH; i++) {
            chunk = chunk << Byte.SIZE | (i < rest ? bytes.byteAt(start + i) & 0xFF : 0);
        }
        return chunk;
    }
}
