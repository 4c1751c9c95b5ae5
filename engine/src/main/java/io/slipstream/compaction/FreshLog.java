package io.slipstream.compaction;

import io.slipstream.format.RecordLayout;
import io.slipstream.storage.FileIdentity;
import io.slipstream.storage.LogPaths;
import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;

import java.io.IOException;

/**
 * A log in the making under its temporary name: filled, then published over the log's name or given up. Single thread; the caller holds the
 * writer's lock.
 *
 * <p>Source: docs/recovery.md, "Compaction".
 */
public final class FreshLog implements ByteSink, AutoCloseable {
    /*
     * Ordering
     *  P2  Publish: force(temporary file), rename, force(directory). Before the rename the old log is untouched; without the last step the new
     *      name can vanish with the power.
     */
    private final Storage storage;
    private final LogPaths paths;
    private StorageFile file;
    private long length;
    private boolean renamed;

    private FreshLog(final Storage storage, final LogPaths paths, final StorageFile file) {
        this.storage = storage;
        this.paths = paths;
        this.file = file;
    }

    /** Starts a log that will take the place of {@code paths.log()}, for the same owner as {@code like}; null for a log that is new. */
    public static FreshLog create(final Storage storage, final LogPaths paths, final FileIdentity like) throws IOException {
        storage.unlink(paths.compact());
        try {
            return new FreshLog(storage, paths, storage.create(paths.compact(), like));
        } catch (final IOException e) {
            unlinkAfter(e, storage, paths);
            throw e;
        }
    }

    /** Publishes a log of nothing but a header. */
    public static void publishEmpty(final Storage storage, final LogPaths paths, final FileIdentity like) throws IOException {
        try (FreshLog fresh = create(storage, paths, like)) {
            final byte[] header = RecordLayout.header();
            fresh.accept(header, 0, header.length);
            fresh.force();
            fresh.publish();
        }
    }

    @Override
    public void accept(final byte[] source, final int offset, final int count) throws IOException {
        file.write(length, source, offset, count);
        length += count;
    }

    /** Bytes written so far. */
    public long length() {
        return length;
    }

    /** The file, for who goes on writing it; closed with this unless it was {@linkplain #takeFile taken}. */
    public StorageFile file() {
        return file;
    }

    /** Makes what was written survive power loss; step 1 of P2. */
    public void force() throws IOException {
        file.force();
    }

    /**
     * Gives the file the log's name; steps 2 and 3 of P2. What {@link #isRenamed()} says afterwards holds whether or not this throws.
     */
    public void publish() throws IOException {
        try {
            storage.rename(paths.compact(), paths.log());
            renamed = true;
        } catch (final IOException e) {
            renamed = isAtLogsName(e);
            throw e;
        }
        file.renamedTo(paths.log());
        storage.forceDirectory(paths.directory());
    }

    private boolean isAtLogsName(final IOException failure) {
        try {
            return file.identity().isSameFile(storage.identity(paths.log()));
        } catch (final IOException e) {
            failure.addSuppressed(e);
            return true;
        }
    }

    /** Whether the log's name may lead to this file now. */
    public boolean isRenamed() {
        return renamed;
    }

    /** The file, which the caller closes from now on. */
    public StorageFile takeFile() {
        final StorageFile taken = file;
        file = null;
        return taken;
    }

    /** Closes the file unless it was taken, and removes it unless it was published. */
    @Override
    public void close() throws IOException {
        try {
            if (file != null) {
                file.close();
                file = null;
            }
        } finally {
            if (!renamed) {
                storage.unlink(paths.compact());
            }
        }
    }

    private static void unlinkAfter(final IOException failure, final Storage storage, final LogPaths paths) {
        try {
            storage.unlink(paths.compact());
        } catch (final IOException e) {
            failure.addSuppressed(e);
        }
    }
}
