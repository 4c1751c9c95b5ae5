package io.slipstream;

import io.slipstream.writer.RecordAppender;

/**
 * A rewritten log that is offered to the writer: filled by maintenance, joined by the writer, published by maintenance, adopted by the writer.
 */
final class Handover {
    private final RecordAppender next;
    private final long copiedTo;
    private final long shift;
    private final long compactLength;

    // Written by the writer before it says that it joined.
    private long joinedPosition;
    private int joinedCrc;

    /** An offer of {@code next}, which holds what the log does up to {@code copiedTo}, its first {@code compactLength} bytes in compact form. */
    Handover(final RecordAppender next, final long copiedTo, final long compactLength) {
        this.next = next;
        this.copiedTo = copiedTo;
        this.shift = copiedTo - next.position();
        this.compactLength = compactLength;
    }

    /** Where the writer goes on. */
    RecordAppender next() {
        return next;
    }

    /** Position in the old log up to which the new one holds everything. */
    long copiedTo() {
        return copiedTo;
    }

    /** By how much positions of the new log are less than those of the old. */
    long shift() {
        return shift;
    }

    /** How much of the new log is in compact form. */
    long compactLength() {
        return compactLength;
    }

    /** Every append from here on is in both. */
    void joined() {
        joinedPosition = next.position();
        joinedCrc = next.lastCrc();
    }

    /** Position in the new log at which the writer joined: a record with that {@linkplain #joinedCrc() crc} ends there. */
    long joinedPosition() {
        return joinedPosition;
    }

    int joinedCrc() {
        return joinedCrc;
    }
}
