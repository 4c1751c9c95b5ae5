package io.slipstream.compaction;

import java.io.IOException;

/** Takes bytes in order. */
@FunctionalInterface
public interface ByteSink {
    /** Takes {@code length} bytes of {@code source}; they are the caller's again when this returns. */
    void accept(byte[] source, int offset, int length) throws IOException;
}
