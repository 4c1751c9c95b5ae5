package io.slipstream.testkit.fault;

import io.slipstream.storage.FileIdentity;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.HeldLock;
import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The real disk in one run of a machine that a test may end: it says which boot it is, and its locks go with it. A log that is abandoned,
 * neither closed nor used again, is then what a killed process leaves, and the next machine opens it.
 *
 * <p>Thread-safe.
 */
public final class MachineStorage implements Storage {
    private static final HeldLock NO_LOCK = () -> { };

    private final Storage disk = FileStorage.INSTANCE;
    private final String bootId;

    /** A run of the machine with the given boot id; null for one that cannot tell. */
    public MachineStorage(final String bootId) {
        this.bootId = bootId;
    }

    @Override
    public Path resolve(final Path path) throws IOException {
        return disk.resolve(path);
    }

    @Override
    public FileIdentity identity(final Path path) throws IOException {
        return disk.identity(path);
    }

    @Override
    public StorageFile openForRead(final Path path) throws IOException {
        return disk.openForRead(path);
    }

    @Override
    public StorageFile openForWrite(final Path path) throws IOException {
        return disk.openForWrite(path);
    }

    @Override
    public StorageFile create(final Path path, final FileIdentity like) throws IOException {
        return disk.create(path, like);
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void link(final Path existing, final Path link) throws IOException {
        disk.link(existing, link);
    }

    @Override
    public boolean unlink(final Path path) throws IOException {
        return disk.unlink(path);
    }

    @Override
    public void forceDirectory(final Path directory) throws IOException {
        disk.forceDirectory(directory);
    }

    /** Always free: whoever held it is gone with the machine. */
    @Override
    public HeldLock lock(final Path lockFile) {
        return NO_LOCK;
    }

    /** Always free: whoever held it is gone with the machine. */
    @Override
    public HeldLock lockForRead(final Path lockFile) {
        return NO_LOCK;
    }

    @Override
    public String bootId() {
        return bootId;
    }
}
