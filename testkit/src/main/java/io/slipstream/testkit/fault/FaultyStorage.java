package io.slipstream.testkit.fault;

import io.slipstream.storage.FileIdentity;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.HeldLock;
import io.slipstream.storage.MappedRegion;
import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.fault.Operation.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Passes every operation on to another storage, writes them down in order, and fails where it was told to.
 *
 * <pre>{@code
 *   FaultyStorage disk = new FaultyStorage();
 *   SnapshotLog log = SnapshotLog.open(path, new SnapshotLog.Context().storage(disk));
 *   disk.failNth(Kind.RENAME, 1, Moment.AFTER);     // the rename happens, but is reported as failed
 *   assertThrows(IOException.class, log::compact);
 * }</pre>
 *
 * <p>Numbers count from 1, and from the call that names them. A fault is an {@link IOException}, whatever the
 * operation. Closing a file and letting go of a lock always take effect, also where they fail: as with {@code close(2)},
 * the descriptor is gone. A file or lock whose opening is reported as failed is closed again. Stores into a mapping do not pass through a storage and cannot fail here. Thread-safe.
 */
public final class FaultyStorage implements Storage {
    private final Storage storage;
    private final List<Operation> operations = new ArrayList<>();
    private final List<Trigger> triggers = new ArrayList<>();
    private final List<IOException> faults = new ArrayList<>();
    private long room = Long.MAX_VALUE;

    /** When a fault strikes. */
    public enum Moment {
        /** The operation does nothing, and fails. */
        BEFORE,
        /** The operation does all it was asked for, and is reported as failed. */
        AFTER
    }

    /** What to do when an operation comes; what it throws, the operation throws. */
    @FunctionalInterface
    public interface Action {
        /** Runs on the thread that asked for the operation. */
        void run() throws IOException;
    }

    @FunctionalInterface
    private interface Effect<T> {
        T run() throws IOException;
    }

    /** A disk that fails on demand, over the real one. */
    public FaultyStorage() {
        this(FileStorage.INSTANCE);
    }

    /** A disk that fails on demand, over any other. */
    public FaultyStorage(final Storage storage) {
        this.storage = storage;
    }

    /** Fails the n-th operation of any kind from now on. */
    public FaultyStorage failNth(final int n, final Moment moment) {
        return arm(new Trigger(null, n, false, moment, null));
    }

    /** Fails the n-th operation of a kind from now on. */
    public FaultyStorage failNth(final Kind kind, final int n, final Moment moment) {
        return arm(new Trigger(kind, n, false, moment, null));
    }

    /**
     * Fails the n-th operation of any kind from now on, and all after it but the closing of files and locks: the disk is
     * gone.
     */
    public FaultyStorage failFrom(final int n) {
        return arm(new Trigger(null, n, true, Moment.BEFORE, null));
    }

    /** Runs something before or after the n-th operation of any kind from now on. */
    public FaultyStorage atNth(final int n, final Moment moment, final Action action) {
        return arm(new Trigger(null, n, false, moment, action));
    }

    /** Runs something before or after the n-th operation of a kind from now on: another process's doing, say. */
    public FaultyStorage atNth(final Kind kind, final int n, final Moment moment, final Action action) {
        return arm(new Trigger(kind, n, false, moment, action));
    }

    /**
     * Lets so many bytes more be written or zero-filled. Those behind fail with "No space left on device"; of the
     * operation that runs into it, what fits is written. Cutting or removing files gives no room back.
     */
    public synchronized FaultyStorage fullAfter(final long bytes) {
        room = bytes;
        return this;
    }

    /** Ends all faults, also those that were yet to come. */
    public synchronized FaultyStorage heal() {
        triggers.clear();
        room = Long.MAX_VALUE;
        return this;
    }

    /** Forgets the operations and the faults so far. Faults still to come are not touched. */
    public synchronized FaultyStorage forget() {
        operations.clear();
        faults.clear();
        return this;
    }

    /** The operations since the start or the last {@link #forget}, failed ones included, in order. */
    public synchronized List<Operation> operations() {
        return List.copyOf(operations);
    }

    /** The operations that have an effect, as texts: {@code FORCE kv.log.compact}. */
    public List<String> effects() {
        return operations().stream().filter(operation -> operation.kind().hasEffect()).map(Operation::toString).toList();
    }

    /** The faults that struck since the start or the last {@link #forget}: the very exceptions that were thrown. */
    public synchronized List<IOException> faults() {
        return List.copyOf(faults);
    }

    private synchronized FaultyStorage arm(final Trigger trigger) {
        triggers.add(trigger);
        return this;
    }

    // The triggers that this operation sets off; each operation counts once for each trigger.
    private synchronized List<Trigger> record(final Operation operation) {
        operations.add(operation);
        return triggers.stream().filter(trigger -> trigger.isSetOffBy(operation)).toList();
    }

    private void strike(final List<Trigger> struck, final Moment moment, final Operation operation) throws IOException {
        for (final Trigger trigger : struck) {
            if (trigger.moment == moment) {
                if (trigger.action == null) {
                    throw fault("injected fault: " + moment + " " + operation);
                }
                trigger.action.run();
            }
        }
    }

    private synchronized IOException fault(final String message) {
        final IOException fault = new IOException(message);
        faults.add(fault);
        return fault;
    }

    private <T> T perform(final Kind kind, final Path path, final Path target, final Effect<T> effect)
        throws IOException {
        final Operation operation = new Operation(kind, path, target);
        final List<Trigger> struck = record(operation);
        strike(struck, Moment.BEFORE, operation);
        final T result = effect.run();
        strike(struck, Moment.AFTER, operation);
        return result;
    }

    private <T> T perform(final Kind kind, final Path path, final Effect<T> effect) throws IOException {
        return perform(kind, path, null, effect);
    }

    // What an operation hands out but reports as failed nobody would ever close.
    private <T extends AutoCloseable> T acquire(final Kind kind, final Path path, final Effect<T> effect)
        throws IOException {
        final Operation operation = new Operation(kind, path, null);
        final List<Trigger> struck = record(operation);
        strike(struck, Moment.BEFORE, operation);
        final T acquired = effect.run();
        try {
            strike(struck, Moment.AFTER, operation);
        } catch (final IOException e) {
            closeAfter(acquired, e);
            throw e;
        }
        return acquired;
    }

    private static void closeAfter(final AutoCloseable acquired, final IOException failure) {
        try {
            if (acquired != null) {
                acquired.close();
            }
        } catch (final Exception e) {
            failure.addSuppressed(e);
        }
    }

    private void performAlways(final Kind kind, final Path path, final Effect<Void> effect) throws IOException {
        final Operation operation = new Operation(kind, path, null);
        final List<Trigger> struck = record(operation);
        effect.run();
        strike(struck, Moment.BEFORE, operation);
        strike(struck, Moment.AFTER, operation);
    }

    private synchronized long take(final long bytes) {
        final long taken = Math.min(bytes, room);
        room -= taken;
        return taken;
    }

    @Override
    public Path resolve(final Path path) throws IOException {
        return perform(Kind.RESOLVE, path, () -> storage.resolve(path));
    }

    @Override
    public FileIdentity identity(final Path path) throws IOException {
        return perform(Kind.IDENTITY, path, () -> storage.identity(path));
    }

    @Override
    public StorageFile openForRead(final Path path) throws IOException {
        return acquire(Kind.OPEN, path, () -> new FaultyFile(path, storage.openForRead(path)));
    }

    @Override
    public StorageFile openForWrite(final Path path) throws IOException {
        return acquire(Kind.OPEN, path, () -> new FaultyFile(path, storage.openForWrite(path)));
    }

    @Override
    public StorageFile create(final Path path, final FileIdentity like) throws IOException {
        return acquire(Kind.CREATE, path, () -> new FaultyFile(path, storage.create(path, like)));
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        perform(Kind.RENAME, from, to, () -> {
            storage.rename(from, to);
            return null;
        });
    }

    @Override
    public void link(final Path existing, final Path link) throws IOException {
        perform(Kind.LINK, existing, link, () -> {
            storage.link(existing, link);
            return null;
        });
    }

    @Override
    public boolean unlink(final Path path) throws IOException {
        return perform(Kind.UNLINK, path, () -> storage.unlink(path));
    }

    @Override
    public void forceDirectory(final Path directory) throws IOException {
        perform(Kind.FORCE_DIRECTORY, directory, () -> {
            storage.forceDirectory(directory);
            return null;
        });
    }

    @Override
    public HeldLock lock(final Path lockFile) throws IOException {
        return acquire(Kind.LOCK, lockFile, () -> new FaultyLock(lockFile, storage.lock(lockFile)));
    }

    @Override
    public HeldLock lockForRead(final Path lockFile) throws IOException {
        return acquire(Kind.LOCK, lockFile, () -> {
            final HeldLock held = storage.lockForRead(lockFile);
            return held == null ? null : new FaultyLock(lockFile, held);
        });
    }

    @Override
    public String bootId() {
        return storage.bootId();
    }

    /** A fault, or something else to do, and the operation that brings it about. */
    private static final class Trigger {
        private final Kind kind;
        private final boolean lasting;
        private final Moment moment;
        private final Action action;
        private int operationsToGo;

        Trigger(final Kind kind, final int n, final boolean lasting, final Moment moment, final Action action) {
            if (n < 1) {
                throw new IllegalArgumentException("operations count from 1: n=" + n);
            }
            this.kind = kind;
            this.operationsToGo = n;
            this.lasting = lasting;
            this.moment = moment;
            this.action = action;
        }

        boolean isSetOffBy(final Operation operation) {
            if (kind != null && kind != operation.kind()) {
                return false;
            }
            operationsToGo--;
            return operationsToGo == 0 || lasting && operationsToGo < 0 && !operation.kind().isClosing();
        }
    }

    private final class FaultyLock implements HeldLock {
        private final Path lockFile;
        private final HeldLock lock;

        FaultyLock(final Path lockFile, final HeldLock lock) {
            this.lockFile = lockFile;
            this.lock = lock;
        }

        @Override
        public void close() throws IOException {
            performAlways(Kind.UNLOCK, lockFile, () -> {
                lock.close();
                return null;
            });
        }
    }

    private final class FaultyFile implements StorageFile {
        private final StorageFile file;
        private Path path;

        FaultyFile(final Path path, final StorageFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public long length() throws IOException {
            return perform(Kind.LENGTH, path, file::length);
        }

        @Override
        public FileIdentity identity() {
            return file.identity();
        }

        @Override
        public void copy(final long position, final byte[] target, final int offset, final int length)
            throws IOException {
            perform(Kind.READ, path, () -> {
                file.copy(position, target, offset, length);
                return null;
            });
        }

        @Override
        public void write(final long position, final byte[] source, final int offset, final int length)
            throws IOException {
            perform(Kind.WRITE, path, () -> {
                final int fitting = (int) take(length);
                file.write(position, source, offset, fitting);
                requireAll(fitting, length);
                return null;
            });
        }

        @Override
        public void allocate(final long from, final long to) throws IOException {
            perform(Kind.ALLOCATE, path, () -> {
                final long wanted = Math.max(0, to - from);
                final long fitting = take(wanted);
                file.allocate(from, from + fitting);
                requireAll(fitting, wanted);
                return null;
            });
        }

        private void requireAll(final long written, final long wanted) throws IOException {
            if (written < wanted) {
                throw fault("No space left on device");
            }
        }

        @Override
        public void truncate(final long length) throws IOException {
            perform(Kind.TRUNCATE, path, () -> {
                file.truncate(length);
                return null;
            });
        }

        @Override
        public void force() throws IOException {
            perform(Kind.FORCE, path, () -> {
                file.force();
                return null;
            });
        }

        @Override
        public MappedRegion map(final long position, final int length, final boolean writable) throws IOException {
            return perform(Kind.MAP, path, () -> new FaultyRegion(this, file.map(position, length, writable)));
        }

        @Override
        public void renamedTo(final Path newPath) {
            file.renamedTo(newPath);
            path = newPath;
        }

        @Override
        public void close() throws IOException {
            performAlways(Kind.CLOSE, path, () -> {
                file.close();
                return null;
            });
        }

        @Override
        public String toString() {
            return file.toString();
        }
    }

    private final class FaultyRegion implements MappedRegion {
        private final FaultyFile file;
        private final MappedRegion region;

        FaultyRegion(final FaultyFile file, final MappedRegion region) {
            this.file = file;
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
            perform(Kind.FORCE, file.path, () -> {
                region.force(offset, length);
                return null;
            });
        }

        @Override
        public void release() {
            region.release();
        }
    }
}
