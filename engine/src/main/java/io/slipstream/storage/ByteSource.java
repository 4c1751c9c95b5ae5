package io.slipstream.storage;

import java.io.IOException;

/** Bytes by position. Single thread. */
public interface ByteSource {
    /**
     * Copies {@code length} bytes at {@code position} into {@code target}.
     *
     * @throws FileChangedException if the source ends before that
     * @throws IOException if the disk does not give them
     */
    void copy(long position, byte[] target, int offset, int length) throws IOException;
}
