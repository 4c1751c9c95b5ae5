package io.slipstream.compaction;

import io.slipstream.format.RecordLayout;
import io.slipstream.storage.FileIdentity;
import io.slipstream.storage.FirstFailure;
import io.slipstream.storage.LogPaths;
import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

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
    private static final AtomicLong COPIES = new AtomicLong();

    private final Storage storage;
    private final LogPaths paths;
    private final Path temporary;
    private final FileIdentity identity;
    private StorageFile file;
    private long length;
    private boolean renamed;

    private FreshLog(final Storage storage, final LogPaths paths, final Path temporary, final FileIdentity like) throws IOException {
        this.storage = storage;
        this.paths = paths;
        this.temporary = temporary;
        try {
            this.file = storage.create(temporary, like);
            this.identity = file.identity();
        } catch (final FileAlreadyExistsException e) {
            throw e;
        } catch (final IOException e) {
            unlinkAfter(e);
            throw e;
        }
    }

    /** Starts a log that will take the place of {@code paths.log()}, for the same owner as {@code like}; null for a log that is new. */
    public static FreshLog create(final Storage storage, final LogPaths paths, final FileIdentity like) throws IOException {
        storage.unlink(paths.compact());
        return new FreshLog(storage, paths, paths.compact(), like);
    }

    /** Starts a log under a name of which nobody has a lock, and which will not replace anything: see {@link #publishNew}. */
    public static FreshLog createCopy(final Storage storage, final LogPaths paths) throws IOException {
        return new FreshLog(storage, paths, paths.copy(ProcessHandle.current().pid() + "-" + COPIES.incrementAndGet()), null);
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
            storage.rename(temporary, paths.log());
            renamed = true;
        } catch (final IOException e) {
            renamed = isAtLogsName(e);
            throw e;
        }
        file.renamedTo(paths.log());
        storage.forceDirectory(paths.directory());
    }

    /**
     * Closes the file and gives it the log's name, where no file may stand: of several that try, one does. If this throws, it is not there.
     *
     * @throws FileAlreadyExistsException if something stands there
     */
    public void publishNew() throws IOException {
        final StorageFile finished = takeFile();
        try {
            finished.close();
            storage.unlink(paths.mark()); // of a log that is gone
            storage.link(temporary, paths.log());
            storage.unlink(temporary);
            storage.forceDirectory(paths.directory());
            renamed = true;
        } catch (final IOException e) {
            if (isAtLogsName(e)) {
                FirstFailure.close(e, () -> storage.unlink(paths.log()));
            }
            throw e;
        }
    }

    private boolean isAtLogsName(final IOException failure) {
        try {
            return identity.isSameFile(storage.identity(paths.log()));
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
                storage.unlink(temporary);
            }
        }
    }

    private void unlinkAfter(final IOException failure) {
        try {
            storage.unlink(temporary);
        } catch (final IOException e) {
            failure.addSuppressed(e);
        }
    }
}
