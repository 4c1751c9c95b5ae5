package io.slipstream.storage;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;

/**
 * A mapped piece of a file. The one who maps is the one who releases; what was handed out to callers is never released by hand, but
 * freed when nothing can reach it.
 */
public interface MappedRegion {
    /** Position in the file of the buffer's index 0. */
    long position();

    /** The mapped bytes. Keeps the mapping alive as long as it, or a buffer wrapped over it, can be reached. */
    UnsafeBuffer buffer();

    /** Makes the stores into {@code length} bytes at {@code offset} survive power loss. */
    void force(int offset, int length) throws IOException;

    /**
     * Unmaps now. Only for regions that no caller ever saw: touching the buffer afterwards is undefined.
     */
    void release();
}
