package io.slipstream.index;

import io.slipstream.format.RecordLayout;
import io.slipstream.storage.LogBytes;

import java.util.Arrays;

/**
 * Resolves puts and deletes, exactly and in order, into a {@link KeyTable}. One thread at a time. Allocates only to grow.
 */
final class KeyTableBuilder implements SortableKeys {
    /*
     * Open addressing, linear probing, at most half full. A slot is hash bits above, and below where its entry lies in the arena. An entry is one
     * word, key length and position, and behind it the key's words: a record's key is compared with the copy that the arena carries, not with
     * the log, whose pages would each cost a fault on a fresh mapping, and a miss in the cache and in the TLB ever after. Long keys, and
     * whatever comes once the arena has its fill, are compared in the log.
     *
     * A compact log needs none of that: while each key is above the one before, as compaction writes them, none can have come before. Such a put
     * goes into the next free slot, with its position in place of an entry; should its key come again behind them, it is compared in the log.
     *
     * A random key still costs two cache misses, its slot and its entry, and they would come one after the other. So for some records at a time
     * first the slots are read, then the entries, then each record is resolved: the misses overlap. Each of these loops is a method of its own,
     * and what calls them turns so seldom that it is compiled long after them, if at all: no large code to wait for that holds them all.
     *
     * The home of a slot comes from its top bits alone, so the table grows, and closes the gap of a removal, without reading a key; and the finished
     * table is the same slots with positions in place of entries.
     */
    private static final int INITIAL_BITS = 10;
    private static final int MAX_BITS = 30;
    private static final long ENTRY_MASK = (1L << KeyTable.MIN_POSITION_BITS) - 1;
    // Below the hash bits of a slot: set for the place of an entry, clear for the position of one of the ascending puts that a log begins with, or
    // of a later one of such a key.
    private static final int IN_ARENA = Integer.MIN_VALUE;

    private static final int MIN_FREED = 1 << 14;
    private static final int MAX_ARENA_LENGTH = Integer.MAX_VALUE - 8;
    // A large array lies at the start of a heap region, and its elements begin two words behind that: small entries then cross no cache line.
    private static final int LINE_WORDS = 8;
    private static final int HEADER_WORDS = 2;
    private static final int INITIAL_ARENA_LENGTH = 1 << 10;

    // An entry's first word.
    private static final int LENGTH_SHIFT = 48;
    private static final long IN_LOG = 1L << 47;
    private static final long POSITION_BITS = IN_LOG - 1;

    private final KeyHash hash;
    private final long maxCarriedWords;
    private final int[] aheadRecords;
    private final long[] aheadHashes;
    private final int[] aheadSlots;
    private int ahead;

    private LogBytes bytes;
    private LogKeys logKeys;

    private long[] slots = new long[1 << INITIAL_BITS];
    private int shift = Long.SIZE - INITIAL_BITS;
    private int length;

    private long[] arena = new long[INITIAL_ARENA_LENGTH];
    private int arenaEnd = LINE_WORDS - HEADER_WORDS; // a slot of 0 is free, so no entry lies at 0
    private long freed;
    private int moves;
    private long carriedWords;

    private boolean ascending = true;
    private boolean keepsInLog;
    private final long[] lastWords = new long[KeyBatch.keyWords(KeyBatch.MAX_CARRIED_LENGTH)];
    private int lastLength = -1;

    private long superseded;
    private long removals;
    @SuppressWarnings("UnusedVariable") // written so that the reads it sums up are not optimised away
    private long touched;

    /**
     * An empty table over the records of {@code bytes}.
     *
     * @param readAhead       how many records are read ahead of being resolved
     * @param maxCarriedBytes how many bytes of keys are copied; all others are compared in the log
     */
    KeyTableBuilder(final LogBytes bytes, final KeyHash hash, final int readAhead, final long maxCarriedBytes) {
        this.hash = hash;
        this.maxCarriedWords = maxCarriedBytes / Long.BYTES;
        this.aheadRecords = new int[readAhead];
        this.aheadHashes = new long[readAhead];
        this.aheadSlots = new int[readAhead];
        lookIn(bytes);
    }

    /** Gives every key an entry, also those that ascend. Before anything is applied. */
    void giveEveryKeyAnEntry() {
        ascending = false;
    }

    /** The entries' positions are in {@code log} from now on. */
    void lookIn(final LogBytes log) {
        bytes = log;
        logKeys = new LogKeys(log);
    }

    /** Number of keys. */
    int length() {
        return length;
    }

    /** Number of puts whose key had a record already. */
    long superseded() {
        return superseded;
    }

    /** Number of deletes. */
    long removals() {
        return removals;
    }

    /** Whether any record was redundant so far. */
    boolean isRedundant() {
        return superseded > 0 || removals > 0;
    }

    /** Bytes of heap that the keys and their positions take. */
    long arenaBytes() {
        return (long) arena.length * Long.BYTES;
    }

    /** Resolves the records of {@code batch}, in order. */
    void apply(final KeyBatch batch) {
        int at = 0;
        while (at < batch.end()) {
            at = hashSome(batch, at);
            readSlots();
            if (ascending && !isAscending(batch)) {
                endAscent(batch);
            }
            if (ascending) {
                addAscending(batch);
            } else {
                readEntries(batch);
                resolve(batch);
            }
        }
    }

    private int hashSome(final KeyBatch batch, final int from) {
        int at = from;
        int count = 0;
        for (; count < aheadRecords.length && at < batch.end(); at = batch.next(at)) {
            aheadRecords[count] = at;
            aheadHashes[count++] = batch.hash(at);
        }
        ahead = count;
        return at;
    }

    private boolean isAscending(final KeyBatch batch) {
        long[] previous = lastWords;
        int previousAt = 0;
        int previousLength = lastLength;
        for (int i = 0; i < ahead; i++) {
            final int at = aheadRecords[i];
            final int keyLength = batch.keyLength(at);
            if (batch.isDelete(at) || !KeyBatch.isCarried(keyLength) || batch.position(at) > Integer.MAX_VALUE
                    || !KeyBatch.isAbove(batch.words(), at + 1, keyLength, previous, previousAt, previousLength)) {
                return false;
            }
            previous = batch.words();
            previousAt = at + 1;
            previousLength = keyLength;
        }
        System.arraycopy(previous, previousAt, lastWords, 0, KeyBatch.keyWords(previousLength));
        lastLength = previousLength;
        return true;
    }

    // Where less is to come than was ascending, few keys come again often: comparing those in the log then costs less than giving each an entry.
    private void endAscent(final KeyBatch batch) {
        final long end = batch.position(aheadRecords[0]);
        ascending = false;
        keepsInLog = bytes != null && bytes.length() - end < end;
    }

    private void addAscending(final KeyBatch batch) {
        for (int i = 0; i < ahead; i++) {
            final long keyHash = aheadHashes[i];
            place(keyHash & ~ENTRY_MASK | batch.position(aheadRecords[i]), slots, home(keyHash));
            if (++length > slots.length >> 1) {
                grow();
            }
        }
    }

    private void readSlots() {
        long sum = 0;
        for (int i = 0; i < ahead; i++) {
            sum += slots[home(aheadHashes[i])];
        }
        touched += sum;
    }

    // The entries that keys will be compared with, most likely; or the records.
    private void readEntries(final KeyBatch batch) {
        final long[] table = slots;
        final long[] words = arena;
        final int mask = table.length - 1;
        long sum = 0;
        for (int i = 0; i < ahead; i++) {
            final long keyHash = aheadHashes[i];
            final int slot = home(keyHash);
            final long first = table[slot];
            final long second = table[slot + 1 & mask];
            final long difference = (first ^ keyHash) & ~ENTRY_MASK;
            final long isSecond = (difference | -difference) >> Long.SIZE - 1; // all ones or all zeros: a branch would be mispredicted
            aheadSlots[i] = slot - (int) isSecond & mask;
            final long likely = first & ~isSecond | second & isSecond;
            final int entry = (int) likely;
            if (entry <= 0) {
                sum += words[entry & ~IN_ARENA];
            } else if (((likely ^ keyHash) & ~ENTRY_MASK) == 0) {
                sum += keyLengthInLog(entry) + lastLong(entry, batch.keyLength(aheadRecords[i]));
            }
        }
        touched += sum;
    }

    private void resolve(final KeyBatch batch) {
        for (int i = 0; i < ahead; i++) {
            resolve(batch, aheadRecords[i], aheadHashes[i], aheadSlots[i]);
        }
    }

    private void resolve(final KeyBatch batch, final int at, final long keyHash, final int likelySlot) {
        final int slot = find(batch, at, keyHash, likelySlot & slots.length - 1); // there may be more slots by now
        if (batch.isDelete(at)) {
            remove(slot);
        } else if (slots[slot] != 0) {
            replace(slot, batch, at);
        } else {
            insert(slot, batch, at, keyHash);
        }
    }

    private void replace(final int slot, final KeyBatch batch, final int at) {
        final int found = (int) slots[slot];
        if (found < 0) {
            final int entry = found & ~IN_ARENA;
            arena[entry] = arena[entry] & ~POSITION_BITS | batch.position(at);
        } else {
            final boolean inLog = keepsInLog && batch.position(at) <= Integer.MAX_VALUE;
            slots[slot] = slots[slot] & ~ENTRY_MASK | (inLog ? batch.position(at) : addEntry(batch, at));
        }
        superseded++;
    }

    private void insert(final int slot, final KeyBatch batch, final int at, final long keyHash) {
        slots[slot] = keyHash & ~ENTRY_MASK | addEntry(batch, at);
        if (++length > slots.length >> 1) {
            grow();
        }
    }

    private void remove(final int slot) {
        removals++;
        final int found = (int) slots[slot];
        if (found != 0) {
            if (found < 0) {
                bury(found & ~IN_ARENA);
            }
            closeGap(slot);
            length--;
            tidy();
        }
    }

    private void bury(final int entry) {
        freed += entryLength(arena[entry]);
        arena[entry] &= ~POSITION_BITS;
    }

    // Slot of the key of the batch's record, or the free one where it would go; looks at the likely slot before all others.
    private int find(final KeyBatch batch, final int at, final long keyHash, final int likelySlot) {
        if (isKeyOf(slots[likelySlot], batch, at, keyHash)) {
            return likelySlot;
        }
        final int mask = slots.length - 1;
        int slot = home(keyHash);
        while (slots[slot] != 0 && !isKeyOf(slots[slot], batch, at, keyHash)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private boolean isKeyOf(final long slot, final KeyBatch batch, final int at, final long keyHash) {
        return slot != 0 && ((slot ^ keyHash) & ~ENTRY_MASK) == 0 && isSameKey((int) slot, batch, at);
    }

    private boolean isSameKey(final int found, final KeyBatch batch, final int at) {
        final int keyLength = batch.keyLength(at);
        if (found > 0) {
            return keyLengthInLog(found) == keyLength && isSameKeyInLog(found, batch, at, keyLength);
        }
        final int entry = found & ~IN_ARENA;
        final long word = arena[entry];
        if (word >>> LENGTH_SHIFT != keyLength) {
            return false;
        }
        return (word & IN_LOG) == 0
                ? isSameCarriedKey(entry, batch, at, keyLength)
                : bytes.equalRanges((word & POSITION_BITS) + RecordLayout.KEY_OFFSET, batch.position(at) + RecordLayout.KEY_OFFSET, keyLength);
    }

    private int keyLengthInLog(final long position) {
        return bytes.shortAt(position + RecordLayout.KEY_LENGTH_OFFSET);
    }

    private boolean isSameKeyInLog(final long position, final KeyBatch batch, final int at, final int keyLength) {
        final long[] words = batch.words();
        final int fullWords = keyLength >>> 3;
        long wordPosition = position + RecordLayout.KEY_OFFSET;
        for (int i = 0; i < fullWords; i++) {
            if (bytes.littleEndianLongAt(wordPosition) != words[at + 1 + i]) {
                return false;
            }
            wordPosition += Long.BYTES;
        }
        final int rest = keyLength & Long.BYTES - 1;
        return rest == 0 || lastLong(position, keyLength) >>> (Long.BYTES - rest) * Byte.SIZE == words[at + 1 + fullWords];
    }

    // The eight bytes up to the end of a key of that length. Before a shorter one stand the length and the rest of the record.
    private long lastLong(final long position, final int keyLength) {
        return bytes.littleEndianLongAt(position + RecordLayout.KEY_OFFSET + keyLength - Long.BYTES);
    }

    private boolean isSameCarriedKey(final int entry, final KeyBatch batch, final int at, final int keyLength) {
        final long[] keys = arena;
        final long[] words = batch.words();
        final int count = KeyBatch.keyWords(keyLength);
        for (int i = 0; i < count; i++) {
            if (keys[entry + 1 + i] != words[at + 1 + i]) {
                return false;
            }
        }
        return true;
    }

    private static int entryLength(final long word) {
        return (word & IN_LOG) == 0 ? 1 + KeyBatch.keyWords((int) (word >>> LENGTH_SHIFT)) : 1;
    }

    // What stands below the hash bits of its slot.
    private long addEntry(final KeyBatch batch, final int at) {
        final int keyLength = batch.keyLength(at);
        final boolean carried = KeyBatch.isCarried(keyLength) && carriedWords < maxCarriedWords;
        final long word = (long) keyLength << LENGTH_SHIFT | (carried ? 0 : IN_LOG) | batch.position(at);
        final int entry = allocate(entryLength(word));
        arena[entry] = word;
        if (carried) {
            final int count = KeyBatch.keyWords(keyLength);
            System.arraycopy(batch.words(), at + 1, arena, entry + 1, count);
            carriedWords += count;
        }
        return (entry | IN_ARENA) & ENTRY_MASK;
    }

    private int allocate(final int words) {
        final int inLine = arenaEnd + HEADER_WORDS & LINE_WORDS - 1;
        if (inLine + words > LINE_WORDS && words <= LINE_WORDS) {
            freed += LINE_WORDS - inLine;
            arenaEnd += LINE_WORDS - inLine;
        }
        final int entry = arenaEnd;
        if (words > arena.length - entry) {
            if (words > MAX_ARENA_LENGTH - entry) {
                throw new IllegalStateException("too many live keys for one table: keys=" + length);
            }
            arena = Arrays.copyOf(arena, (int) Math.min(2L * arena.length, MAX_ARENA_LENGTH));
        }
        arenaEnd += words;
        return entry;
    }

    // Keys that come and go leave the arena full of entries that nothing leads to. Copying the others costs no more than making those did.
    private void tidy() {
        if (freed <= MIN_FREED || freed <= Math.max(arena.length, slots.length) >>> 1) { // what tidying costs
            return;
        }
        final long[] old = arena;
        arena = new long[old.length];
        arenaEnd = LINE_WORDS - HEADER_WORDS;
        freed = 0;
        carriedWords = 0;
        moves++;
        for (int i = 0; i < slots.length; i++) {
            if ((int) slots[i] < 0) {
                final int entry = (int) slots[i] & ~IN_ARENA;
                final int words = entryLength(old[entry]);
                final int moved = allocate(words);
                System.arraycopy(old, entry, arena, moved, words);
                carriedWords += words - 1;
                slots[i] += moved - entry;
            }
        }
    }

    /** Where the last entry ends: one behind it is that of a key that came later, until the entries are {@linkplain #moves moved}. */
    int entriesEnd() {
        return arenaEnd;
    }

    /** How often entries were moved: each may be another key's then. */
    int moves() {
        return moves;
    }

    /** The first entry of a live key at {@code place} or behind it, where an entry ends; {@link #entriesEnd} if there is none. */
    int liveEntry(final int place) {
        int at = place;
        while (at < arenaEnd && !isLive(at)) {
            at += entryLength(arena[at]); // one for a word that is none's
        }
        return Math.min(at, arenaEnd);
    }

    /** Where the entry ends. */
    int behind(final int entry) {
        return entry + entryLength(arena[entry]);
    }

    /** Whether the key of the entry was not removed. */
    boolean isLive(final long entry) {
        return (arena[(int) entry] & POSITION_BITS) != 0;
    }

    /** Position of the entry's record. */
    long position(final long entry) {
        return arena[(int) entry] & POSITION_BITS;
    }

    /** The entry's record stands at {@code position} from now on. */
    void move(final long entry, final long position) {
        arena[(int) entry] = arena[(int) entry] & ~POSITION_BITS | position;
    }

    @Override
    public int keyLength(final long entry) {
        return (int) (arena[(int) entry] >>> LENGTH_SHIFT);
    }

    @Override
    public long chunk(final long entry, final int offset) {
        final long word = arena[(int) entry];
        return (word & IN_LOG) == 0
                ? carriedChunk((int) entry, offset)
                : logKeys.chunk(word & POSITION_BITS, offset);
    }

    private long carriedChunk(final int entry, final int offset) {
        return offset < keyLength(entry) ? Long.reverseBytes(arena[entry + 1 + offset / Long.BYTES]) : 0;
    }

    private int home(final long keyHash) {
        return (int) (keyHash >>> shift);
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
        final long[] old = slots;
        slots = new long[1 << bits];
        shift = Long.SIZE - bits;
        for (final long entry : old) {
            if (entry != 0) {
                place(entry, slots, home(entry));
            }
        }
    }

    private static void place(final long entry, final long[] slots, final int home) {
        int slot = home;
        while (slots[slot] != 0) {
            slot = slot + 1 & slots.length - 1;
        }
        slots[slot] = entry;
    }

    /** The finished table, with room for positions up to {@code positionMask}. This builder is of no use afterwards. */
    KeyTable build(final long positionMask) {
        final long[] finished = 1L << shift <= positionMask
                ? positionsAtNewHomes(positionMask)
                : ascending && positionMask == ENTRY_MASK ? slots : positionsInPlace(positionMask);
        slots = null;
        arena = null;
        return new KeyTable(hash, bytes, finished, positionMask, length);
    }

    private long[] positionsInPlace(final long positionMask) {
        for (int i = 0; i < slots.length; i++) {
            final long entry = slots[i];
            if (entry != 0) {
                slots[i] = entry & ~positionMask | foundPosition((int) entry);
            }
        }
        return slots;
    }

    // So long a log that its positions reach into the bits that homes come from.
    private long[] positionsAtNewHomes(final long positionMask) {
        final long[] finished = new long[slots.length];
        for (final long entry : slots) {
            if (entry != 0) {
                final long tag = entry & ~positionMask;
                place(tag | foundPosition((int) entry), finished, home(tag));
            }
        }
        return finished;
    }

    private long foundPosition(final int found) {
        return found < 0 ? arena[found & ~IN_ARENA] & POSITION_BITS : found;
    }
}
