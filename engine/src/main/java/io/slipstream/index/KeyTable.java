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

    /** The hash by which this table knows a key. */
    long hash(final DirectBuffer key, final int offset, final int keyLength) {
        return hash.hash(key, offset, keyLength);
    }

    /** Reads the slot where a key of that hash begins to be looked for, so that it is in the cache soon after. */
    long touchSlot(final long keyHash) {
        return slots[home(keyHash)];
    }

    /** Reads the key that a key of that hash will be compared with, if any, so that it is in the cache soon after. */
    int touchKey(final long keyHash) {
        final long entry = slots[home(keyHash)];
        return entry != 0 && (entry & ~positionMask) == (keyHash & ~positionMask)
                ? bytes.byteAt((entry & positionMask) + RecordLayout.KEY_OFFSET - 1)
                : 0;
    }

    /**
     * Points the key of the put record at {@code position} there.
     *
     * @param keyHash the hash of its key
     * @return whether the key had a record already
     */
    boolean put(final long keyHash, final long position) {
        if (position > positionMask) {
            widenPositions(position);
        }
        final long tag = keyHash & ~positionMask;
        final int slot = find(tag, position);
        final boolean isNew = slots[slot] == 0;
        slots[slot] = tag | position;
        if (isNew && ++length > slots.length >> 1) {
            grow();
        }
        return !isNew;
    }

    /** Removes the key of the delete record at {@code position}, if it is there. */
    void remove(final long keyHash, final long position) {
        final int slot = find(keyHash & ~positionMask, position);
        if (slots[slot] != 0) {
            closeGap(slot);
            length--;
        }
    }

    // Slot of the key that the record at position is about, or the free one where it would go. Put and delete have the key in one place.
    private int find(final long tag, final long position) {
        final int keyLength = bytes.shortAt(position + RecordLayout.KEY_LENGTH_OFFSET);
        final int mask = slots.length - 1;
        int slot = home(tag);
        for (long entry = slots[slot]; entry != 0; entry = slots[slot]) {
            if ((entry & ~positionMask) == tag && isSameKey(entry & positionMask, position, keyLength)) {
                break;
            }
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private boolean isSameKey(final long liveRecord, final long record, final int keyLength) {
        return bytes.shortAt(liveRecord + RecordLayout.KEY_LENGTH_OFFSET) == keyLength
                && bytes.equalRanges(liveRecord + RecordLayout.KEY_OFFSET, record + RecordLayout.KEY_OFFSET, keyLength);
    }

    /** Position of the key's live put record; 0 if it has none. */
    public long position(final DirectBuffer key, final int offset, final int keyLength) {
        final long tag = hash(key, offset, keyLength) & ~positionMask;
        final int mask = slots.length - 1;
        int slot = home(tag);
        for (long entry = slots[slot]; entry != 0; entry = slots[slot]) {
            if ((entry & ~positionMask) == tag && isKeyAt(entry & positionMask, key, offset, keyLength)) {
                return entry & positionMask;
            }
            slot = slot + 1 & mask;
        }
        return 0;
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
