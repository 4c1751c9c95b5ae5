package io.slipstream.writer;

/** How long segments are. */
@FunctionalInterface
public interface SegmentLengths {
    /** Length in bytes of the segment to prepare for a log that is {@code logLength} bytes long. */
    int next(long logLength);
}
