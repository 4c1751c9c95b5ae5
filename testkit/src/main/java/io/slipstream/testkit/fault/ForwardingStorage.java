package io.slipstream.testkit.fault;

import io.slipstream.storage.FileIdentity;
import io.slipstream.storage.HeldLock;
import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Passes every operation on to another storage: to be extended by one that changes a few. Every file it hands out goes through {@link #wrap}.
 *
 * <p>As thread-safe as the storage beneath.
 */
public class ForwardingStorage implements Storage {
    private final Storage storage;

    /** Passes on to {@code storage}. */
    protected ForwardingStorage(final Storage storage) {
        this.storage = storage;
    }

    /** The storage beneath. */
    protected final Storage storage() {
        return storage;
    }

    /** What is handed out for {@code file}, which was opened or created at {@code path}; the file itself unless overridden. */
    protected StorageFile wrap(final Path path, final StorageFile file) {
        return file;
    }

    @Override
    public Path resolve(final Path path) throws IOException {
        return storage.resolve(path);
    }

    @Override
    public FileIdentity identity(final Path path) throws IOException {
        return storage.identity(path);
    }

    @Override
    public StorageFile openForRead(final Path path) throws IOException {
        return wrap(path, storage.openForRead(path));
    }

    @Override
    public StorageFile openForWrite(final Path path) throws IOException {
        return wrap(path, storage.openForWrite(path));
    }

    @Override
    public StorageFile create(final Path path, final FileIdentity like) throws IOException {
        return wrap(path, storage.create(path, like));
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        storage.rename(from, to);
    }

    @Override
    public void link(final Path existing, final Path link) throws IOException {
        storage.link(existing, link);
    }

    @Override
    public boolean unlink(final Path path) throws IOException {
        return storage.unlink(path);
    }

    @Override
    public void forceDirectory(final Path directory) throws IOException {
        storage.forceDirectory(directory);
    }

    @Override
    public HeldLock lock(final Path lockFile) throws IOException {
        return storage.lock(lockFile);
    }

    @Override
    public HeldLock lockForRead(final Path lockFile) throws IOException {
        return storage.lockForRead(lockFile);
    }

    @Override
    public String bootId() {
        return storage.bootId();
    }
}
