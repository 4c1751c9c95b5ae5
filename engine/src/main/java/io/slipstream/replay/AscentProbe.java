package io.slipstream.replay;

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
     * A sample is the first put of the first sound run of records that is found from a place on. What is zeros, one long value, or cannot be read tells
     * nothing.
     */
    private static final int SAMPLES = 16;
    private static final int SAMPLE_LENGTH = 1 << 14;
    private static final int MAX_SUMS = 64; // a sample may be made of what only looks like records

    private final byte[] block = new byte[SAMPLE_LENGTH + FrameFields.MAX_READ_IN_VAIN];
    private final RecordRun run = new RecordRun();
    private byte[] lastKey = {};
    private boolean ascends = true;
    private long ascentEnd;
    private long end;

    /** Looks at the first {@code length} bytes of {@code file}. */
    public AscentProbe(final ByteSource file, final long length) {
        for (int i = 0; i < SAMPLES; i++) {
            final long position = RecordLayout.HEADER_LENGTH + length / SAMPLES * i;
            if (position + SAMPLE_LENGTH <= length && isRead(file, position)) {
                sample(position);
            }
        }
    }

    // Who walks over the log will come to the same place, and say what is wrong with it.
    private boolean isRead(final ByteSource file, final long position) {
        try {
            file.copy(position, block, 0, SAMPLE_LENGTH);
            return true;
        } catch (final IOException e) {
            return false;
        }
    }

    private void sample(final long position) {
        int sums = 0;
        for (int offset = 0; offset < SAMPLE_LENGTH && sums < MAX_SUMS; offset++) {
            if (run.take(block, offset, SAMPLE_LENGTH)) {
                if (run.isSound(block)) {
                    addFirstPut(offset, position);
                    return;
                }
                sums++;
            }
        }
    }

    private void addFirstPut(final int offset, final long position) {
        int at = offset;
        while (run.hasNext()) {
            run.next();
            if (run.type() == RecordLayout.PUT) {
                final int key = at + RecordLayout.KEY_OFFSET;
                add(Arrays.copyOfRange(block, key, key + run.keyLength()), position);
                return;
            }
            at += run.length();
        }
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
