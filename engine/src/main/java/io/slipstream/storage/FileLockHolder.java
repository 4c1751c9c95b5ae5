package io.slipstream.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A POSIX lock on a file of its own, and a mark in this JVM that it is held. Any thread may close it. */
final class FileLockHolder implements HeldLock {
    /*
     * L1  A POSIX lock is dropped when anything in the process opens and closes the same file. So the holder's process never opens the lock
     *     file again: the registry refuses before it would. It is kept in the system properties, where two copies of this class, loaded by
     *     two class loaders, meet.
     * L2  Should they pass it all the same, the JDK answers OverlappingFileLockException; the channel that met it is then never closed,
     *     since closing it would drop the holder's lock.
     * L3  The channel is used for nothing once the lock is held and the pid is written: no interrupt can close it.
     */
    private static final String REGISTRY_PREFIX = "io.slipstream.lock:";
    private static final int PID_LIMIT = 32;
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY = PosixFilePermissions.asFileAttribute(
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
    private static final Queue<FileChannel> NEVER_CLOSED = new ConcurrentLinkedQueue<>();

    private final String registryKey;
    private FileChannel channel;

    private FileLockHolder(final String registryKey, final FileChannel channel) {
        this.registryKey = registryKey;
        this.channel = channel;
    }

    /** Whether this process holds the lock on that very file (L1). */
    static boolean isHeldHere(final Path lockFile) {
        return System.getProperties().containsKey(registryKey(lockFile));
    }

    // Not by "+": the first string that a JVM joins so takes milliseconds, and a gateway opens its log once.
    private static String registryKey(final Path lockFile) {
        return REGISTRY_PREFIX.concat(lockFile.toString());
    }

    static HeldLock acquire(final Path lockFile) throws IOException {
        return acquire(lockFile, true);
    }

    static HeldLock acquireForRead(final Path lockFile) throws IOException {
        try {
            return acquire(lockFile, false);
        } catch (final NoSuchFileException e) {
            return null;
        }
    }

    private static HeldLock acquire(final Path lockFile, final boolean exclusive) throws IOException {
        final String key = registryKey(lockFile);
        final long ownPid = ProcessHandle.current().pid();
        if (System.getProperties().putIfAbsent(key, Long.toString(ownPid)) != null) {
            throw new LockHeldException(lockFile.toString(), ownPid);
        }
        try {
            return new FileLockHolder(key, Uninterrupted.call(() -> openLocked(lockFile, exclusive, ownPid)));
        } catch (final FileSystemException e) {
            System.getProperties().remove(key);
            throw denied(lockFile, e);
        } catch (final IOException | RuntimeException | Error e) {
            System.getProperties().remove(key);
            throw e;
        }
    }

    // A read-only file system and a missing right are one thing to the caller, whatever words the system has for them.
    private static IOException denied(final Path lockFile, final FileSystemException failure) {
        final Path target = Files.exists(lockFile) ? lockFile : lockFile.getParent();
        if (failure instanceof NoSuchFileException || target == null || Files.isWritable(target)) {
            return failure;
        }
        return (IOException) new AccessDeniedException(lockFile.toString(), null, "the lock cannot be taken: " + failure.getMessage()).initCause(failure);
    }

    private static FileChannel openLocked(final Path lockFile, final boolean exclusive, final long ownPid) throws IOException {
        final Set<? extends OpenOption> options = exclusive
                ? EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)
                : EnumSet.of(StandardOpenOption.READ);
        final FileChannel channel = FileChannel.open(lockFile, options, exclusive ? new FileAttribute<?>[] {OWNER_ONLY} : new FileAttribute<?>[0]);
        try {
            final FileLock lock = channel.tryLock(0, Long.MAX_VALUE, !exclusive);
            if (lock == null) {
                throw new LockHeldException(lockFile.toString(), readPid(channel));
            }
            if (exclusive) {
                writePid(channel, ownPid);
            }
            return channel;
        } catch (final OverlappingFileLockException e) {
            NEVER_CLOSED.add(channel);
            throw new LockHeldException(lockFile.toString(), ownPid);
        } catch (final IOException | RuntimeException | Error e) {
            FirstFailure.close(e, channel);
            throw e;
        }
    }

    // The pid is for humans: on a full disk the lock is as good without it.
    private static void writePid(final FileChannel channel, final long ownPid) throws ClosedByInterruptException {
        try {
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ownPid + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
        } catch (final ClosedByInterruptException e) {
            throw e;
        } catch (final IOException e) {
            return;
        }
    }

    // Only ever called by a process that does not hold the lock (L1).
    private static long readPid(final FileChannel channel) throws IOException {
        final ByteBuffer text = ByteBuffer.allocate(PID_LIMIT);
        channel.read(text, 0);
        try {
            return Long.parseLong(new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).trim());
        } catch (final NumberFormatException e) {
            return LockHeldException.UNKNOWN_PID;
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (channel != null) {
            final FileChannel held = channel;
            channel = null;
            try {
                held.close();
            } finally {
                System.getProperties().remove(registryKey);
            }
        }
    }
}
