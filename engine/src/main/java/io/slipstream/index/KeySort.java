package io.slipstream.index;

import java.util.SplittableRandom;

/**
 * Sorts keys as unsigned UTF-8 bytes, shorter first: all at once, or a step at a time. Keys must differ. Keeps its memory for the next time.
 *
 * <p>Single thread. Expected time is in proportion to the bytes that tell the keys apart, whoever chose them.
 */
final class KeySort {
    /*
     * Keys are compared eight bytes at a time: each range is sorted by one such chunk, held in an array beside the keys' numbers; keys that tie
     * are sorted again by the next chunk. A chunk that reaches past its key's end is filled with zeros, and keys that end in a tie go first,
     * by length, since each is a prefix of the next. Work waits on a stack of our own: keys may share 65,535 bytes, and it may be put off
     * after any item, each of which looks at a range once, or at a short range a few times.
     */
    private static final int CHUNK_LENGTH = Long.BYTES;
    private static final int INSERTION_LIMIT = 16;
    private static final int SHORT_RANGE = 1 << 12;
    private static final int FILL_LENGTH = 1 << 14;

    // What is to be done with a range.
    private static final int FILL = 0;
    private static final int PARTITION = 1;
    private static final int SETTLE = 2;
    private static final int FIELDS = 4;

    private final SortableKeys source;
    private final SplittableRandom random = new SplittableRandom();
    private long[] keys = {};
    private long[] chunks = {};
    private int[] stack = new int[64 * FIELDS];
    private int depth;
    private int filled; // of the range that is being filled
    private int less; // where the last split's left side ends
    private int greater; // where its right side begins

    KeySort(final SortableKeys source) {
        this.source = source;
    }

    /** Sorts all of {@code numbers}. */
    void sort(final long[] numbers) {
        begin(numbers, numbers.length);
        while (!step()) {
            // one after the other
        }
    }

    /** Begins to sort the first {@code length} of {@code numbers}, in place. */
    void begin(final long[] numbers, final int length) {
        keys = numbers;
        if (chunks.length < length) {
            chunks = new long[numbers.length];
        }
        depth = 0;
        filled = 0;
        if (length > 1) {
            push(FILL, 0, length, 0);
        }
    }

    /** Does some of it; whether that was all. */
    boolean step() {
        if (depth > 0) {
            depth -= FIELDS;
            final int from = stack[depth + 1];
            final int to = stack[depth + 2];
            final int offset = stack[depth + 3];
            switch (stack[depth]) {
                case FILL -> fill(from, to, offset);
                case PARTITION -> partition(from, to);
                default -> settle(from, to, offset);
            }
        }
        return depth == 0;
    }

    private void push(final int work, final int from, final int to, final int offset) {
        if (depth == stack.length) {
            final int[] grown = new int[stack.length * 2];
            System.arraycopy(stack, 0, grown, 0, depth);
            stack = grown;
        }
        stack[depth++] = work;
        stack[depth++] = from;
        stack[depth++] = to;
        stack[depth++] = offset;
    }

    // A long range comes back until it is filled.
    private void fill(final int from, final int to, final int offset) {
        final int start = filled == 0 ? from : filled;
        final int end = (int) Math.min((long) start + FILL_LENGTH, to);
        for (int i = start; i < end; i++) {
            chunks[i] = source.chunk(keys[i], offset) ^ Long.MIN_VALUE; // so that a signed comparison is the unsigned one of the bytes
        }
        if (end < to) {
            filled = end;
            push(FILL, from, to, offset);
        } else {
            filled = 0;
            push(SETTLE, from, to, offset);
            push(PARTITION, from, to, 0);
        }
    }

    private void settle(final int from, final int to, final int offset) {
        int start = from;
        for (int i = from + 1; i <= to; i++) {
            if (i == to || chunks[i] != chunks[start]) {
                settleTies(start, i, offset + CHUNK_LENGTH);
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
            if (source.keyLength(keys[i]) <= nextOffset) {
                swap(i, ended++);
            }
        }
        for (int i = from + 1; i < ended; i++) {
            for (int k = i; k > from && source.keyLength(keys[k - 1]) > source.keyLength(keys[k]); k--) {
                swap(k - 1, k);
            }
        }
        if (to - ended > 1) {
            push(FILL, ended, to, nextOffset);
        }
    }

    // The longer side last, so that the stack stays short.
    private void partition(final int from, final int to) {
        if (to - from <= SHORT_RANGE) {
            quickSort(from, to);
            return;
        }
        split(from, to);
        if (less - from < to - greater) {
            push(PARTITION, greater, to, 0);
            push(PARTITION, from, less, 0);
        } else {
            push(PARTITION, from, less, 0);
            push(PARTITION, greater, to, 0);
        }
    }

    // Recurses into the smaller sides only.
    private void quickSort(final int rangeFrom, final int rangeTo) {
        int from = rangeFrom;
        int to = rangeTo;
        while (to - from > INSERTION_LIMIT) {
            split(from, to);
            final int lessEnd = less;
            final int greaterStart = greater;
            if (lessEnd - from < to - greaterStart) {
                quickSort(from, lessEnd);
                from = greaterStart;
            } else {
                quickSort(greaterStart, to);
                to = lessEnd;
            }
        }
        insertionSort(from, to);
    }

    // Three-way, with a random pivot: neither many ties nor a chosen order make it quadratic. Sets less and greater.
    private void split(final int from, final int to) {
        final long pivot = chunks[from + random.nextInt(to - from)];
        int lessEnd = from;
        int greaterStart = to;
        int i = from;
        while (i < greaterStart) {
            final long chunk = chunks[i];
            if (chunk < pivot) {
                swap(i++, lessEnd++);
            } else if (chunk > pivot) {
                swap(i, --greaterStart);
            } else {
                i++;
            }
        }
        less = lessEnd;
        greater = greaterStart;
    }

    private void insertionSort(final int from, final int to) {
        for (int i = from + 1; i < to; i++) {
            final long chunk = chunks[i];
            final long key = keys[i];
            int k = i;
            for (; k > from && chunks[k - 1] > chunk; k--) {
                chunks[k] = chunks[k - 1];
                keys[k] = keys[k - 1];
            }
            chunks[k] = chunk;
            keys[k] = key;
        }
    }

    private void swap(final int a, final int b) {
        final long key = keys[a];
        keys[a] = keys[b];
        keys[b] = key;
        final long chunk = chunks[a];
        chunks[a] = chunks[b];
        chunks[b] = chunk;
    }
}
