package io.slipstream.testkit.mark;

import io.slipstream.storage.FileIdentity;
import io.slipstream.storage.HeldLock;
import io.slipstream.storage.MappedRegion;
import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;

/** A storage on which forcing one file, whole or through a mapping, fails when told to. */
final class FailingForce implements Storage {
    private final Storage disk;
    private final Path log;
    boolean fail;

    FailingForce(final Storage disk, final Path log) {
        this.disk = disk;
        this.log = log;
    }

    private void check() throws IOException {
        if (fail) {
            throw new IOException("input/output error");
        }
    }

    private StorageFile guarded(final StorageFile file) {
        return (StorageFile) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {StorageFile.class}, (proxy, method, args) -> {
            if (method.getName().equals("force")) {
                check();
            }
            try {
                final Object result = method.invoke(file, args);
                return result instanceof MappedRegion region ? new Region(region) : result;
            } catch (final InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    private final class Region implements MappedRegion {
        private final MappedRegion region;

        Region(final MappedRegion region) {
            this.region = region;
        }

        @Override
        public long position() {
            return region.position();
        }

        @Override
        public UnsafeBuffer buffer() {
            return region.buffer();
        }

        @Override
        public void force(final int offset, final int length) throws IOException {
            check();
            region.force(offset, length);
        }

        @Override
        public void release() {
            region.release();
        }
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
        final StorageFile file = disk.openForWrite(path);
        return path.equals(disk.resolve(log)) ? guarded(file) : file;
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

    @Override
    public HeldLock lock(final Path lockFile) throws IOException {
        return disk.lock(lockFile);
    }

    @Override
    public HeldLock lockForRead(final Path lockFile) throws IOException {
        return disk.lockForRead(lockFile);
    }

    @Override
    public String bootId() {
        return disk.bootId();
    }
}
