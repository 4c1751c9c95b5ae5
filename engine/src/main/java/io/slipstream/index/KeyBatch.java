package io.slipstream.index;

import org.agrona.DirectBuffer;

import java.nio.ByteOrder;

/**
 * Puts and deletes on their way into the index, in order: for each its position and its key, or only the key's hash if it is long. One thread at a
 * time.
 */
final class KeyBatch {
    /*
     * Each record is one word of key length, whether it is a delete, and position; then the key, eight bytes a word.
     */

    /** Longest key in bytes that is carried along; longer ones are compared in the log. */
    static final int MAX_CARRIED_LENGTH = 256;

    private static final int MAX_RECORD_WORDS = 1 + MAX_CARRIED_LENGTH / Long.BYTES;
    private static final int LENGTH_SHIFT = 48;
    private static final long DELETE = 1L << 47;
    private static final long POSITION_BITS = DELETE - 1;

    private final KeyHash hash;
    private final long[] words;
    private int end;

    /** A batch of so many words, but at least of one record. */
    KeyBatch(final KeyHash hash, final int capacity) {
        this.hash = hash;
        this.words = new long[Math.max(capacity, MAX_RECORD_WORDS)];
    }

    /** Number of words of a key of that length which is carried. */
    static int keyWords(final int keyLength) {
        return keyLength + Long.BYTES - 1 >>> 3;
    }

    /** Whether a key of that length is carried. */
    static boolean isCarried(final int keyLength) {
        return keyLength <= MAX_CARRIED_LENGTH;
    }

    /** Whether a key whose words are {@code words} from {@code at} on comes after another, as unsigned bytes. */
    static boolean isAbove(
            final long[] words, final int at, final int keyLength, final long[] otherWords, final int otherAt, final int otherLength) {
        final int count = keyWords(Math.min(keyLength, otherLength));
        for (int i = 0; i < count; i++) {
            final long word = words[at + i];
            final long other = otherWords[otherAt + i];
            if (word != other) {
                return Long.compareUnsigned(Long.reverseBytes(word), Long.reverseBytes(other)) > 0;
            }
        }
        return keyLength > otherLength;
    }

    /** Adds a put or a delete. There must be {@linkplain #isFull() room}. */
    void add(final long position, final boolean isDelete, final DirectBuffer key, final int offset, final int keyLength) {
        final long[] target = words;
        int at = end;
        target[at++] = (long) keyLength << LENGTH_SHIFT | (isDelete ? DELETE : 0) | position;
        if (isCarried(keyLength)) {
            final int wordsEnd = offset + (keyLength & -Long.BYTES);
            for (int i = offset; i < wordsEnd; i += Long.BYTES) {
                target[at++] = key.getLong(i, ByteOrder.LITTLE_ENDIAN);
            }
            if ((keyLength & Long.BYTES - 1) != 0) {
                target[at++] = KeyHash.lastWord(key, offset, keyLength);
            }
        } else {
            target[at++] = hash.hash(key, offset, keyLength);
        }
        end = at;
    }

    /** Whether there may be no room for one more. */
    boolean isFull() {
        return end > words.length - MAX_RECORD_WORDS;
    }

    /** Where the records end. The first begins at 0. */
    int end() {
        return end;
    }

    /** Where the record behind the one at {@code at} begins. */
    int next(final int at) {
        final int keyLength = keyLength(at);
        return at + 1 + (isCarried(keyLength) ? keyWords(keyLength) : 1);
    }

    /** The hash of the key of the record at {@code at}. */
    long hash(final int at) {
        final int keyLength = keyLength(at);
        return isCarried(keyLength) ? hash.hash(words, at + 1, keyLength) : words[at + 1];
    }

    int keyLength(final int at) {
        return (int) (words[at] >>> LENGTH_SHIFT);
    }

    boolean isDelete(final int at) {
        return (words[at] & DELETE) != 0;
    }

    long position(final int at) {
        return words[at] & POSITION_BITS;
    }

    /** The words of all records: a key that is carried begins one behind its record. */
    long[] words() {
        return words;
    }

    void clear() {
        end = 0;
    }
}
