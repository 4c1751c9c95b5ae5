package io.slipstream.storage;

import java.io.IOException;
import java.nio.file.Path;

/**
 * One open file: stays on that file whatever happens to its name. Single thread, but that {@link #length()} and {@link #force()} may be called by a
 * second one beside {@link #allocate}, {@link #truncate} and {@link #map}.
 *
 * <p>A failure is an {@link IOException} that names the file.
 */
public interface StorageFile extends ByteSource, AutoCloseable {
    /** Length in bytes, now. */
    long length() throws IOException;

    /** Which file this is. */
    FileIdentity identity();

    /** Writes all of {@code length} bytes at {@code position}, growing the file if need be. */
    void write(long position, byte[] source, int offset, int length) throws IOException;

    /** As {@link #write}; on return what was written survives power loss, and the file then reaches at least to its end. Of other writes it says nothing. */
    default void writeForced(final long position, final byte[] source, final int offset, final int length) throws IOException {
        write(position, source, offset, length);
        force();
    }

    /** Fills {@code [from, to)} with zeros so that the blocks are really allocated; a full disk fails here. */
    void allocate(long from, long to) throws IOException;

    /**
     * As {@link #allocate}, slower, for bytes that are stored into while they are forced. A kernel keeps what is written at once in one piece of memory:
     * to force a part of it holds up stores to all of it.
     */
    default void allocateFinely(final long from, final long to) throws IOException {
        allocate(from, to);
    }

    /** Cuts the file at {@code length}. */
    void truncate(long length) throws IOException;

    /** Makes everything written and stored into this file so far, and its length, survive power loss. */
    void force() throws IOException;

    /** Maps {@code [position, position + length)}, which must lie inside the file. */
    MappedRegion map(long position, int length, boolean writable) throws IOException;

    /** The owner renamed the file: it goes by {@code newPath} from now on. */
    void renamedTo(Path newPath);

    /** Closes the file; its mappings live on. Closing twice does nothing. */
    @Override
    void close() throws IOException;
}
