package io.slipstream.index;

/** Keys that can be sorted, each known by a number. */
interface SortableKeys {
    /** Length of the key in bytes. */
    int keyLength(long key);

    /** The eight bytes of the key at {@code offset}, a multiple of eight below its length, the first the highest; zeros where it ends before. */
    long chunk(long key, int offset);
}
