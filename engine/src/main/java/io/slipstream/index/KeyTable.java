package io.slipstream.index;

import io.slipstream.format.RecordLayout;
import io.slipstream.storage.LogBytes;
import org.agrona.DirectBuffer;

import java.util.Arrays;

/**
 * Key to position of its live put record, exact, in 8 bytes a slot. The keys themselves stay in the log.
 *
 * <p>One writer; any number of readers once it is built and safely published. Allocates only to grow.
 */
public final class KeyTable {
    /*
     * Open addressing, linear probing, at most half full. A slot is hash bits above, position bits below; 0 is free, for no record stands at
     * position 0. As many low bits as positions need are taken from the hash; the home of a slot comes from its top bits alone, so the table
     * grows, and closes the gap of a removal, without reading a key. Where a log is so long that its table wants more bits than are left,
     * homes lie further apart and runs get longer, which stays correct.
     */
    private static final int INITIAL_BITS = 10;
    private static final int MAX_BITS = 30;
    private static final int MIN_POSITION_BITS = 31;
    private static final int NOT_FOUND = -1;

    private final KeyHash hash = new KeyHash();
    private final LogBytes bytes;
    private long[] slots;
    private int shift;
    private long positionMask;
    private int length;

    /** An empty table over the records of {@code bytes}. */
    public KeyTable(final LogBytes bytes) {
        this.bytes = bytes;
        this.positionMask = (1L << Math.max(MIN_POSITION_BITS, positionBits(bytes.length()))) - 1;
        this.slots = new long[1 << INITIAL_BITS];
        this.shift = Long.SIZE - INITIAL_BITS;
    }

    private static int positionBits(final long length) {
        return Long.SIZE - Long.numberOfLeadingZeros(length);
    }

    /** Number of keys. */
    public int length() {
        return length;
    }

    /** Bytes of heap the table holds. */
    public long heapBytes() {
        return (long) slots.length * Long.BYTES;
    }

    /**
     * Points a key at the put record at {@code position}.
     *
     * @return whether the key had a record already
     */
    public boolean put(final DirectBuffer key, final int offset, final int keyLength, final long position) {
        if (position > positionMask) {
            widenPositions(position);
        }
        final long tag = hash.hash(key, offset, keyLength) & ~positionMask;
        final int mask = slots.length - 1;
        int slot = home(tag);
        for (long entry = slots[slot]; entry != 0; entry = slots[slot]) {
            if ((entry & ~positionMask) == tag && isKeyAt(entry & positionMask, key, offset, keyLength)) {
                slots[slot] = tag | position;
                return true;
            }
            slot = slot + 1 & mask;
        }
        slots[slot] = tag | position;
        length++;
        if (length > slots.length >> 1) {
            grow();
        }
        return false;
    }

    /**
     * Removes a key.
     *
     * @return whether it was there
     */
    public boolean remove(final DirectBuffer key, final int offset, final int keyLength) {
        final int slot = find(key, offset, keyLength);
        if (slot == NOT_FOUND) {
            return false;
        }
        closeGap(slot);
        length--;
        return true;
    }

    /** Position of the key's live put record; 0 if it has none. */
    public long position(final DirectBuffer key, final int offset, final int keyLength) {
        final int slot = find(key, offset, keyLength);
        return slot == NOT_FOUND ? 0 : slots[slot] & positionMask;
    }

    /** Positions of all live put records, ascending: in the order they were appended. */
    public long[] positions() {
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

    private int find(final DirectBuffer key, final int offset, final int keyLength) {
        final long tag = hash.hash(key, offset, keyLength) & ~positionMask;
        final int mask = slots.length - 1;
        int slot = home(tag);
        for (long entry = slots[slot]; entry != 0; entry = slots[slot]) {
            if ((entry & ~positionMask) == tag && isKeyAt(entry & positionMask, key, offset, keyLength)) {
                return slot;
            }
            slot = slot + 1 & mask;
        }
        return NOT_FOUND;
    }

    private boolean isKeyAt(final long position, final DirectBuffer key, final int offset, final int keyLength) {
        return bytes.shortAt(position + RecordLayout.KEY_LENGTH_OFFSET) == keyLength
                && bytes.equalsAt(position + RecordLayout.KEY_OFFSET, key, offset, keyLength);
    }

    private int home(final long entry) {
        return (int) ((entry & ~positionMask) >>> shift);
    }

    // Moves back every entry of the run that would no longer be found across the gap.
    private void closeGap(final int removed) {
        final int mask = slots.length - 1;
        int gap = removed;
        int slot = removed;
        while (true) {
            slot = slot + 1 & mask;
            final long entry = slots[slot];
            if (entry == 0) {
                break;
            }
            final int distanceFromHome = slot - home(entry) & mask;
            final int distanceFromGap = slot - gap & mask;
            if (distanceFromHome >= distanceFromGap) {
                slots[gap] = entry;
                gap = slot;
            }
        }
        slots[gap] = 0;
    }

    private void grow() {
        final int bits = Long.SIZE - shift + 1;
        if (bits > MAX_BITS) {
            throw new IllegalStateException("too many live keys for one table: keys=" + length + " max=" + (1 << MAX_BITS - 1));
        }
        rebuild(bits, positionMask);
    }

    private void widenPositions(final long position) {
        rebuild(Long.SIZE - shift, (1L << positionBits(position) + 1) - 1);
    }

    private void rebuild(final int bits, final long newPositionMask) {
        final long[] old = slots;
        final long oldPositionMask = positionMask;
        slots = new long[1 << bits];
        shift = Long.SIZE - bits;
        positionMask = newPositionMask;
        final int mask = slots.length - 1;
        for (final long entry : old) {
            if (entry != 0) {
                final long moved = entry & ~newPositionMask | entry & oldPositionMask;
                int slot = home(moved);
                while (slots[slot] != 0) {
                    slot = slot + 1 & mask;
                }
                slots[slot] = moved;
            }
        }
    }
}
