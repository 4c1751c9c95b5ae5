package io.slipstream.index;

import io.slipstream.format.RecordLayout;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

/**
 * Live put records copied to the heap, and where each key's is. Independent of any file.
 *
 * <p>Any number of readers: nothing that they see ever changes.
 */
public final class OwnedRecords {
    /*
     * The table is a KeyTable's: hash bits above, position bits below, 0 is free. Its keys are compared here, not in a log: a class that did either
     * would cost the look-ups of a view.
     * It is filled by the first look-up, since who only goes through the records needs none; but there is room for it from the beginning, so that
     * no look-up fails for want of memory. To fill it costs no more then: no key is looked up, so the cache misses of many slots overlap.
     */
    private static final int READ_AHEAD = 64;
    private static final int MAX_BITS = 30;

    private final OwnedExtents extents;
    private final KeyHash hash;
    private final long[] slots;
    private final int shift;
    private final long positionMask;
    private final int length;
    private final long[] aheadEntries = new long[READ_AHEAD];
    private boolean begun; // guarded by this, as what filling uses
    @SuppressWarnings("UnusedVariable") // written so that the reads it sums up are not optimised away
    private long touched;
    private volatile boolean filled;

    /** {@code length} records, with keys that differ, which lie in {@code extents}. */
    OwnedRecords(final OwnedExtents extents, final int length) {
        this(extents, new KeyHash(), emptySlots(length), KeyTable.positionMask(extents.end()), length);
    }

    /** The records of {@code table}, which lie in {@code extents}. */
    OwnedRecords(final OwnedExtents extents, final KeyTable table) {
        this(extents, table.hash(), table.slots(), table.positionMask(), table.length());
        filled = true;
    }

    private OwnedRecords(final OwnedExtents extents, final KeyHash hash, final long[] slots, final long positionMask, final int length) {
        this.extents = extents;
        this.hash = hash;
        this.slots = slots;
        this.shift = Long.SIZE - Integer.numberOfTrailingZeros(slots.length);
        this.positionMask = positionMask;
        this.length = length;
    }

    private static long[] emptySlots(final int length) {
        return new long[1 << Math.min(MAX_BITS, Long.SIZE - Long.numberOfLeadingZeros(2L * length | 1))];
    }

    /** Number of records. */
    public int length() {
        return length;
    }

    /** Position of the key's record; 0 if there is none. */
    public long position(final byte[] key) {
        if (!filled) {
            fill();
        }
        final long tag = hash.hash(new UnsafeBuffer(key), 0, key.length) & ~positionMask;
        final int mask = slots.length - 1;
        int slot = (int) (tag >>> shift);
        for (long entry = slots[slot]; entry != 0; entry = slots[slot]) {
            if ((entry & ~positionMask) == tag && extents.isKeyAt(entry & positionMask, key)) {
                return entry & positionMask;
            }
            slot = slot + 1 & mask;
        }
        return 0;
    }

    private synchronized void fill() {
        if (filled) {
            return;
        }
        if (begun) {
            Arrays.fill(slots, 0); // what an error ended, such as that of a stack that overflowed, begins again
        }
        begun = true;
        final OwnedExtents.Walk walk = extents.walk();
        while (fillSome(walk)) {
            // a method that is called often is compiled sooner than one that loops long
        }
        filled = true;
    }

    private boolean fillSome(final OwnedExtents.Walk walk) {
        int count = 0;
        long sum = 0;
        while (count < READ_AHEAD && walk.next()) {
            if (walk.record().type() == RecordLayout.PUT) {
                final long keyHash = hash.hash(walk.record().buffer(), walk.record().keyOffset(), walk.record().keyLength());
                aheadEntries[count++] = keyHash & ~positionMask | walk.record().position();
            }
        }
        for (int i = 0; i < count; i++) {
            sum += slots[home(aheadEntries[i])];
        }
        touched += sum;
        for (int i = 0; i < count; i++) {
            place(aheadEntries[i]);
        }
        return count == READ_AHEAD;
    }

    private void place(final long entry) {
        int slot = home(entry);
        while (slots[slot] != 0) {
            slot = slot + 1 & slots.length - 1;
        }
        slots[slot] = entry;
    }

    private int home(final long entry) {
        return (int) ((entry & ~positionMask) >>> shift);
    }

    /** Position of the first record. There must be one. */
    public long first() {
        return extents.put(RecordLayout.HEADER_LENGTH);
    }

    /** Position of the record behind the one at {@code position}. There must be one. */
    public long next(final long position) {
        return extents.put(extents.end(position));
    }

    /** The key of the record at {@code position}. */
    public String key(final long position) {
        return extents.key(position);
    }

    /** The value of the record at {@code position}: a copy, unless it is longer than 256 KiB. */
    public byte[] value(final long position) {
        return extents.value(position);
    }

    /** The version of the record at {@code position}: a copy. */
    public byte[] version(final long position) {
        return extents.version(position);
    }
}
