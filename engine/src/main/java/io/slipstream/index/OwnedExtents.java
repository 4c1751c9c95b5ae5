package io.slipstream.index;

import io.slipstream.format.RecordFlyweight;
import io.slipstream.format.RecordLayout;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Records on the heap, as the bytes they were in a log, by their position. Immutable.
 */
final class OwnedExtents {
    /*
     * Positions count the copied bytes, so that records follow one another; that of the first is where a log has it. Extents tell which array they
     * are in. A record lies whole in one array, so that no field is ever read across two; but a long value has an array of its own.
     */

    /** A longer value has an array of its own. */
    static final int MAX_INNER_VALUE_LENGTH = 1 << 18;

    private final Extent[] extents;
    private final long[] starts;
    private final long end;

    /** The records that lie in {@code extents}, in order, up to {@code end}. */
    OwnedExtents(final List<Extent> extents, final long end) {
        this.extents = extents.toArray(new Extent[0]);
        this.starts = new long[this.extents.length];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = this.extents[i].start;
        }
        this.end = end;
    }

    /** What stands from position {@code start} on: the bytes of {@code array} from {@code offset} on. */
    record Extent(long start, byte[] array, int offset) {
        private int index(final long position) {
            return offset + (int) (position - start);
        }
    }

    /** Where the last record ends. */
    long end() {
        return end;
    }

    private Extent extent(final long position) {
        int low = 0;
        int high = starts.length - 1;
        while (low < high) {
            final int middle = low + high + 1 >>> 1;
            if (starts[middle] <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return extents[low];
    }

    /** Whether the record at {@code position} is the key's. */
    boolean isKeyAt(final long position, final byte[] key) {
        final Extent extent = extent(position);
        final int index = extent.index(position);
        final int from = index + RecordLayout.KEY_OFFSET;
        return keyLength(extent.array, index) == key.length && Arrays.equals(extent.array, from, from + key.length, key, 0, key.length);
    }

    /** Position of the first put record at {@code position} or behind it. There must be one. */
    long put(final long position) {
        long at = position;
        while (true) {
            final Extent extent = extent(at);
            final int index = extent.index(at);
            if (extent.array[index + RecordLayout.TYPE_OFFSET] == RecordLayout.PUT) {
                return at;
            }
            at += RecordLayout.cursorLength(extent.array[index + RecordLayout.CURSOR_LENGTH_OFFSET]);
        }
    }

    /** Where the put record at {@code position} ends. */
    long end(final long position) {
        final long tokenPosition = tokenPosition(position);
        final Extent extent = extent(tokenPosition);
        return tokenPosition + RecordLayout.TOKEN_LENGTH_FIELD + extent.array[extent.index(tokenPosition)];
    }

    /** The key of the record at {@code position}. */
    String key(final long position) {
        final Extent extent = extent(position);
        final int index = extent.index(position);
        return new String(extent.array, index + RecordLayout.KEY_OFFSET, keyLength(extent.array, index), StandardCharsets.UTF_8);
    }

    /** The value of the put record at {@code position}: a copy, unless it is a long one. */
    byte[] value(final long position) {
        final Extent extent = extent(position);
        final int index = extent.index(position);
        final int keyLength = keyLength(extent.array, index);
        final int valueLength = valueLength(extent.array, index, keyLength);
        if (valueLength > MAX_INNER_VALUE_LENGTH) {
            return extent(position + RecordLayout.valueOffset(keyLength)).array;
        }
        final int from = index + RecordLayout.valueOffset(keyLength);
        return Arrays.copyOfRange(extent.array, from, from + valueLength);
    }

    /** The version of the put record at {@code position}: a copy. */
    byte[] version(final long position) {
        final long tokenPosition = tokenPosition(position);
        final Extent extent = extent(tokenPosition);
        final int index = extent.index(tokenPosition);
        final int from = index + RecordLayout.TOKEN_LENGTH_FIELD;
        return Arrays.copyOfRange(extent.array, from, from + extent.array[index]);
    }

    private long tokenPosition(final long position) {
        final Extent extent = extent(position);
        final int index = extent.index(position);
        final int keyLength = keyLength(extent.array, index);
        return position + RecordLayout.putTokenLengthOffset(keyLength, valueLength(extent.array, index, keyLength));
    }

    // Not by a VarHandle: the first one in a JVM takes milliseconds.
    private static int keyLength(final byte[] array, final int index) {
        return array[index + RecordLayout.KEY_LENGTH_OFFSET] & 0xFF | (array[index + RecordLayout.KEY_LENGTH_OFFSET + 1] & 0xFF) << Byte.SIZE;
    }

    private static int valueLength(final byte[] array, final int index, final int keyLength) {
        final int at = index + RecordLayout.valueLengthOffset(keyLength);
        return array[at] & 0xFF | (array[at + 1] & 0xFF) << 8 | (array[at + 2] & 0xFF) << 16 | array[at + 3] << 24;
    }

    /** A walk over all records, which are puts and cursors, in order. */
    Walk walk() {
        return new Walk();
    }

    /** As {@link #walk} says. Single thread. */
    final class Walk {
        private final RecordFlyweight record = new RecordFlyweight();
        private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
        private long next = RecordLayout.HEADER_LENGTH;
        private int last; // extent

        /** Goes on to the next record, if there is one. */
        boolean next() {
            if (next == end) {
                return false;
            }
            while (last + 1 < starts.length && starts[last + 1] <= next) {
                last++;
            }
            final byte[] array = extents[last].array;
            if (buffer.byteArray() != array) {
                buffer.wrap(array);
            }
            final int index = extents[last].index(next);
            if (array[index + RecordLayout.TYPE_OFFSET] == RecordLayout.PUT) {
                wrapPut(array, index);
            } else {
                final int tokenLength = array[index + RecordLayout.CURSOR_LENGTH_OFFSET];
                record.wrap(buffer, index, next, RecordLayout.CURSOR, 0, 0, tokenLength, RecordLayout.cursorLength(tokenLength));
            }
            next += record.length();
            return true;
        }

        private void wrapPut(final byte[] array, final int index) {
            final int keyLength = keyLength(array, index);
            final int valueLength = valueLength(array, index, keyLength);
            final int tokenLength = valueLength > MAX_INNER_VALUE_LENGTH
                    ? (int) (end(next) - next - RecordLayout.putLength(keyLength, valueLength, 0))
                    : array[index + (int) RecordLayout.putTokenLengthOffset(keyLength, valueLength)];
            record.wrap(buffer, index, next, RecordLayout.PUT, keyLength, valueLength, tokenLength,
                    RecordLayout.putLength(keyLength, valueLength, tokenLength));
        }

        /** The record, whose buffer holds it up to the end of its key, at least. */
        RecordFlyweight record() {
            return record;
        }
    }
}
