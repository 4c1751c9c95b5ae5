package io.slipstream.index;

import io.slipstream.format.RecordLayout;
import io.slipstream.storage.LogBytes;
import org.agrona.DirectBuffer;

import java.util.Arrays;

/**
 * Key to position of its live put record, exact, in 8 bytes a slot, at most half of them used. The keys themselves stay in the log.
 *
 * <p>Any number of readers once it is safely published: nothing changes any more. Allocates nothing.
 */
final class KeyTable {
    /*
     * Open addressing, linear probing. A slot is hash bits above, position bits below; 0 is free, for no record stands at position 0. The home of
     * a slot comes from its top bits. Where a log is so long that its table wants more bits than positions leave, homes lie further apart and
     * runs get longer, which stays correct.
     */
    static final int MIN_POSITION_BITS = 32;

    private final KeyHash hash;
    private final LogBytes bytes;
    private final long[] slots;
    private final int shift;
    private final long positionMask;
    private final int length;

    /** A table of {@code length} keys with their slots where {@code hash} has them. */
    KeyTable(final KeyHash hash, final LogBytes bytes, final long[] slots, final long positionMask, final int length) {
        this.hash = hash;
        this.bytes = bytes;
        this.slots = slots;
        this.shift = Long.SIZE - Integer.numberOfTrailingZeros(slots.length);
        this.positionMask = positionMask;
        this.length = length;
    }

    /** The low bits that the positions of a log of that length need: nothing but ones. */
    static long positionMask(final long logLength) {
        return (1L << Math.max(MIN_POSITION_BITS, Long.SIZE - Long.numberOfLeadingZeros(logLength))) - 1;
    }

    /** Number of keys. */
    int length() {
        return length;
    }

    KeyHash hash() {
        return hash;
    }

    /** What the table consists of. Not to be changed. */
    long[] slots() {
        return slots;
    }

    long positionMask() {
        return positionMask;
    }

    /** Bytes of heap the table holds. */
    long heapBytes() {
        return (long) slots.length * Long.BYTES;
    }

    /** Position of the key's live put record; 0 if it has none. */
    long position(final DirectBuffer key, final int offset, final int keyLength) {
        final long tag = hash.hash(key, offset, keyLength) & ~positionMask;
        final int mask = slots.length - 1;
        int slot = (int) (tag >>> shift);
        for (long entry = slots[slot]; entry != 0; entry = slots[slot]) {
            if ((entry & ~positionMask) == tag && isKeyAt(entry & positionMask, key, offset, keyLength)) {
                return entry & positionMask;
            }
            slot = slot + 1 & mask;
        }
        return 0;
    }

    private boolean isKeyAt(final long position, final DirectBuffer key, final int offset, final int keyLength) {
        return bytes.shortAt(position + RecordLayout.KEY_LENGTH_OFFSET) == keyLength
                && bytes.equalsAt(position + RecordLayout.KEY_OFFSET, key, offset, keyLength);
    }

    /** Positions of all live put records, ascending: in the order they were appended. */
    long[] positions() {
        final long[] positions = new long[length];
        int count = 0;
        for (final long entry : slots) {
            if (entry != 0) {
                positions[count++] = entry & positionMask;
            }
        }
        Arrays.sort(positions);
        return positions;
    }
}
