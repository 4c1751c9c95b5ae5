package io.slipstream.replay;

import io.slipstream.format.RecordFlyweight;
import io.slipstream.format.RecordLayout;
import io.slipstream.storage.ByteSource;

import java.io.IOException;
import java.util.Arrays;

/**
 * Guesses from a few samples how far the keys of a log ascend, as in the part that a compaction wrote. Only ever a guess, for choosing the faster of two ways.
 *
 * <p>Single thread.
 */
public final class AscentProbe {
    /*
     * A sample is the first sound put that is found from a place on. What is zeros, one long value, or cannot be read tells nothing.
     */
    private static final int SAMPLES = 16;
    private static final int SAMPLE_LENGTH = 1 << 14;
    private static final int MAX_SUMS = 64; // a sample may be made of what only looks like records

    private final ByteSource file;
    private final RecordScanner scanner = new RecordScanner();
    private byte[] lastKey = {};
    private boolean ascends = true;
    private long ascentEnd;
    private long end;

    /** Looks at the first {@code length} bytes of {@code file}. */
    public AscentProbe(final ByteSource file, final long length) {
        this.file = file;
        for (int i = 0; i < SAMPLES; i++) {
            final long position = RecordLayout.HEADER_LENGTH + length / SAMPLES * i;
            if (position + SAMPLE_LENGTH <= length) {
                sample(position);
            }
        }
    }

    private void sample(final long from) {
        try {
            final long put = firstPut(from);
            if (put > 0) {
                final RecordFlyweight record = scanner.record(put);
                final byte[] key = new byte[record.keyLength()];
                record.buffer().getBytes(record.keyOffset(), key);
                add(key, from);
            }
        } catch (final IOException e) {
            return; // who walks over the log will come to the same place, and say what is wrong with it
        }
    }

    // Its position; 0 for none.
    private long firstPut(final long from) throws IOException {
        final long limit = from + SAMPLE_LENGTH;
        scanner.reset(file, limit);
        int sums = 0;
        for (long position = from; position < limit && sums < MAX_SUMS; position++) {
            if (scanner.scanFrame(position) == RecordScanner.VALID && scanner.recordType() == RecordLayout.PUT) {
                if (scanner.scan(position) == RecordScanner.VALID) {
                    return position;
                }
                sums++;
            }
        }
        return 0;
    }

    private void add(final byte[] key, final long position) {
        ascends &= Arrays.compareUnsigned(key, lastKey) >= 0;
        lastKey = key;
        if (ascends) {
            ascentEnd = position;
        }
        end = position;
    }

    /** Whether more than half as much follows on the part with ascending keys as there is in it. */
    public boolean isMuchBehindTheAscent() {
        return end - ascentEnd > ascentEnd / 2;
    }
}
