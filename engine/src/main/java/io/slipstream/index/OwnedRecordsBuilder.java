package io.slipstream.index;

import io.slipstream.format.RecordFlyweight;
import io.slipstream.format.RecordLayout;
import io.slipstream.index.OwnedExtents.Extent;
import io.slipstream.storage.IoFaults;
import io.slipstream.storage.LogBytes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Copies records to the heap: each record of a log, as it is shown; or any put records of it. Single thread.
 *
 * <p>What is copied from a mapping counts only once {@link IoFaults#settle} was called.
 */
public final class OwnedRecordsBuilder implements LongConsumer {
    /*
     * Arrays grow with what there is, up to a length that is the end of it: with its header, a longest one fills whole regions of G1, which does not
     * copy arrays that take more than half a region. Nothing is ever moved, but for what the last array has, which is cut to its length.
     */
    private static final int MAX_ARRAY_LENGTH = (16 << 20) - 32;
    private static final int MIN_ARRAY_LENGTH = 1 << 16;
    private static final int MAX_VALUE_LENGTH = Integer.MAX_VALUE - 8;

    private final LogBytes bytes;
    private final long limit; // no more bytes than that, most likely
    private final List<Extent> extents = new ArrayList<>();
    private byte[] array = {};
    private int filled;
    private long end = RecordLayout.HEADER_LENGTH;
    private byte[] headArray = {}; // where the last record begins
    private int headIndex;
    private boolean ahead;
    private ArraySupply supply; // null if none runs

    /** A builder that copies records of {@code bytes}. */
    public OwnedRecordsBuilder(final LogBytes bytes) {
        this.bytes = bytes;
        this.limit = bytes.length();
    }

    /** Copies the next record of the log. */
    void keep(final RecordFlyweight record) {
        if (record.length() > record.buffer().capacity()) {
            copyPut(record.position(), record.keyLength(), record.valueLength());
            return;
        }
        final int recordLength = (int) record.length();
        beginPiece(recordLength);
        headArray = array;
        headIndex = filled;
        record.buffer().getBytes(record.offset(), array, filled, recordLength);
        filled += recordLength;
        end += recordLength;
    }

    /** The array that has the beginning of the last record. */
    byte[] headArray() {
        return headArray;
    }

    /** Where in it that is. */
    int headIndex() {
        return headIndex;
    }

    /** Copies the put record at {@code position} of the log. */
    @Override
    public void accept(final long position) {
        final int keyLength = bytes.shortAt(position + RecordLayout.KEY_LENGTH_OFFSET);
        copyPut(position, keyLength, bytes.intAt(position + RecordLayout.valueLengthOffset(keyLength)));
    }

    private void copyPut(final long position, final int keyLength, final long valueLength) {
        final int headLength = RecordLayout.valueOffset(keyLength);
        final long tokenPosition = position + headLength + valueLength;
        final int tailLength = RecordLayout.TOKEN_LENGTH_FIELD + (bytes.byteAt(tokenPosition) & 0xFF);
        final boolean inner = valueLength <= OwnedExtents.MAX_INNER_VALUE_LENGTH;
        final int pieceLength = inner ? headLength + (int) valueLength + tailLength : headLength;
        beginPiece(pieceLength);
        headArray = array;
        headIndex = filled;
        copy(position, pieceLength);
        if (!inner) {
            addValue(position + headLength, valueLength);
            beginPiece(tailLength);
            copy(tokenPosition, tailLength);
        }
    }

    private void addValue(final long position, final long valueLength) {
        IoFaults.settle(); // the length itself may be what a failed read left behind
        if (valueLength > MAX_VALUE_LENGTH) {
            throw new IndexOutOfBoundsException("value: position=" + position + " length=" + valueLength); // it was not that long before
        }
        final byte[] value = new byte[(int) valueLength];
        bytes.copy(position, value, 0, value.length);
        extents.add(new Extent(end, value, 0));
        end += value.length;
        extents.add(new Extent(end, array, filled));
    }

    private void copy(final long position, final int count) {
        bytes.copy(position, array, filled, count);
        filled += count;
        end += count;
    }

    private void beginPiece(final int length) {
        if (length > array.length - filled) {
            final long wanted = Math.min(Math.max(MIN_ARRAY_LENGTH, end), Math.min(MAX_ARRAY_LENGTH, limit - end));
            array = wanted == MAX_ARRAY_LENGTH ? longest() : new byte[(int) Math.max(wanted, length)];
            filled = 0;
            extents.add(new Extent(end, array, 0));
        }
    }

    private byte[] longest() {
        if (ahead && limit - end >= 2L * MAX_ARRAY_LENGTH) {
            ahead = false;
            supply = ArraySupply.start(MAX_ARRAY_LENGTH, (int) Math.min(Integer.MAX_VALUE, (limit - end) / MAX_ARRAY_LENGTH - 1));
        }
        return supply != null ? supply.take() : new byte[MAX_ARRAY_LENGTH];
    }

    /** Has arrays made by a second thread from now on, where there is a processor for it, until this is {@linkplain #stop stopped}. */
    OwnedRecordsBuilder ahead() {
        ahead = Runtime.getRuntime().availableProcessors() > 1;
        return this;
    }

    /** Ends the second thread, if any. */
    void stop() {
        ahead = false;
        if (supply != null) {
            supply.stop();
            supply = null;
        }
    }

    /** What was copied so far. */
    OwnedExtents extents() {
        return new OwnedExtents(extents, end);
    }

    /** The put records that were copied, {@code length} of them, whose keys differ. This builder is of no use afterwards. */
    public OwnedRecords build(final int length) {
        cutLast();
        return new OwnedRecords(extents(), length);
    }

    /** The records that were copied, which are those of {@code table}. This builder is of no use afterwards. */
    OwnedRecords build(final KeyTable table) {
        cutLast();
        return new OwnedRecords(extents(), table);
    }

    private void cutLast() {
        if (filled == array.length) {
            return;
        }
        final byte[] cut = Arrays.copyOf(array, filled);
        for (int i = 0; i < extents.size(); i++) {
            final Extent extent = extents.get(i);
            if (extent.array() == array) {
                extents.set(i, new Extent(extent.start(), cut, extent.offset()));
            }
        }
    }
}
