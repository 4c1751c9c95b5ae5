package io.slipstream.index;

import io.slipstream.format.RecordLayout;
import io.slipstream.storage.LogBytes;

import java.util.SplittableRandom;

/**
 * Sorts positions of put records by key, as unsigned UTF-8 bytes, shorter first. Keys must differ.
 *
 * <p>Single thread. Expected time is in proportion to the bytes that tell the keys apart, whoever chose them.
 */
final class KeySort {
    /*
     * Keys are compared eight bytes at a time: each range is sorted by one such chunk, held in an array beside the positions; keys that tie
     * are sorted again by the next chunk. A chunk that reaches past its key's end is filled with zeros, and keys that end in a tie go first,
     * by length, since each is a prefix of the next. Ranges wait on a stack of our own: keys may share 65,535 bytes.
     */
    private static final int CHUNK_LENGTH = Long.BYTES;
    private static final int INSERTION_LIMIT = 16;
    private static final int RANGE_FIELDS = 3;

    private final LogBytes bytes;
    private final SplittableRandom random = new SplittableRandom();
    private long[] positions;
    private long[] chunks;
    private int[] stack = new int[64 * RANGE_FIELDS];
    private int depth;

    KeySort(final LogBytes bytes) {
        this.bytes = bytes;
    }

    void sort(final long[] positions) {
        this.positions = positions;
        this.chunks = new long[positions.length];
        push(0, positions.length, 0);
        while (depth > 0) {
            depth -= RANGE_FIELDS;
            sortRange(stack[depth], stack[depth + 1], stack[depth + 2]);
        }
    }

    private void push(final int from, final int to, final int keyOffset) {
        if (to - from < 2) {
            return;
        }
        if (depth == stack.length) {
            final int[] grown = new int[stack.length * 2];
            System.arraycopy(stack, 0, grown, 0, depth);
            stack = grown;
        }
        stack[depth++] = from;
        stack[depth++] = to;
        stack[depth++] = keyOffset;
    }

    private void sortRange(final int from, final int to, final int keyOffset) {
        for (int i = from; i < to; i++) {
            chunks[i] = chunk(positions[i], keyOffset);
        }
        quickSort(from, to);
        int start = from;
        for (int i = from + 1; i <= to; i++) {
            if (i == to || chunks[i] != chunks[start]) {
                settleTies(start, i, keyOffset + CHUNK_LENGTH);
                start = i;
            }
        }
    }

    // All keys of the range agree up to nextOffset, as far as they reach.
    private void settleTies(final int from, final int to, final int nextOffset) {
        if (to - from < 2) {
            return;
        }
        int ended = from;
        for (int i = from; i < to; i++) {
            if (keyLength(positions[i]) <= nextOffset) {
                swap(i, ended++);
            }
        }
        for (int i = from + 1; i < ended; i++) {
            for (int k = i; k > from && keyLength(positions[k - 1]) > keyLength(positions[k]); k--) {
                swap(k - 1, k);
            }
        }
        push(ended, to, nextOffset);
    }

    private int keyLength(final long position) {
        return bytes.shortAt(position + RecordLayout.KEY_LENGTH_OFFSET);
    }

    // Ordered so that a signed comparison is the unsigned one of the bytes.
    private long chunk(final long position, final int keyOffset) {
        final int rest = keyLength(position) - keyOffset;
        final long start = position + RecordLayout.KEY_OFFSET + keyOffset;
        if (rest >= CHUNK_LENGTH) {
            return bytes.bigEndianLongAt(start) ^ Long.MIN_VALUE;
        }
        long chunk = 0;
        for (int i = 0; i < CHUNK_LENGTH; i++) {
            chunk = chunk << Byte.SIZE | (i < rest ? bytes.byteAt(start + i) & 0xFF : 0);
        }
        return chunk ^ Long.MIN_VALUE;
    }

    // Three-way, with a random pivot: neither many ties nor a chosen order make it quadratic. Recurses into the smaller sides only.
    private void quickSort(final int rangeFrom, final int rangeTo) {
        int from = rangeFrom;
        int to = rangeTo;
        while (to - from > INSERTION_LIMIT) {
            final long pivot = chunks[from + random.nextInt(to - from)];
            int less = from;
            int greater = to;
            int i = from;
            while (i < greater) {
                final long chunk = chunks[i];
                if (chunk < pivot) {
                    swap(i++, less++);
                } else if (chunk > pivot) {
                    swap(i, --greater);
                } else {
                    i++;
                }
            }
            if (less - from < to - greater) {
                quickSort(from, less);
                from = greater;
            } else {
                quickSort(greater, to);
                to = less;
            }
        }
        insertionSort(from, to);
    }

    private void insertionSort(final int from, final int to) {
        for (int i = from + 1; i < to; i++) {
            final long chunk = chunks[i];
            final long position = positions[i];
            int k = i;
            for (; k > from && chunks[k - 1] > chunk; k--) {
                chunks[k] = chunks[k - 1];
                positions[k] = positions[k - 1];
            }
            chunks[k] = chunk;
            positions[k] = position;
        }
    }

    private void swap(final int a, final int b) {
        final long position = positions[a];
        positions[a] = positions[b];
        positions[b] = position;
        final long chunk = chunks[a];
        chunks[a] = chunks[b];
        chunks[b] = chunk;
    }
}
