package io.slipstream.storage;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The one way to the disk. Production uses {@link FileStorage}; tests put a simulated disk here.
 *
 * <p>No call is ended by a thread interrupt: it completes, and the interrupt status is kept. Not on the append path: appends store
 * into the buffer of a {@link MappedRegion}. Thread-safe unless a type says otherwise.
 */
public interface Storage {
    /**
     * Resolves symbolic links and relative names, to the path the file really has or would have.
     *
     * @throws java.nio.file.FileSystemException if something other than a regular file stands there
     */
    Path resolve(Path path) throws IOException;

    /** What stands at {@code path} now, links followed; null if nothing does. */
    FileIdentity identity(Path path) throws IOException;

    /** Opens an existing file for reading. {@link java.nio.file.NoSuchFileException} if there is none. */
    StorageFile openForRead(Path path) throws IOException;

    /** Opens an existing file for reading and writing. {@link java.nio.file.NoSuchFileException} if there is none. */
    StorageFile openForWrite(Path path) throws IOException;

    /**
     * Creates a file that must not exist and opens it for reading and writing. It belongs to, and is readable for, whom {@code like} tells;
     * its owner only, if that is null.
     */
    StorageFile create(Path path, FileIdentity like) throws IOException;

    /** Renames {@code from} over {@code to}, atomically. Survives power loss after {@link #forceDirectory} of the parent. */
    void rename(Path from, Path to) throws IOException;

    /** Gives the file at {@code existing} the further name {@code link}, which must not exist. */
    void link(Path existing, Path link) throws IOException;

    /** Removes the name {@code path}; false if there was none. */
    boolean unlink(Path path) throws IOException;

    /** Makes names created, renamed and removed in {@code directory} survive power loss. */
    void forceDirectory(Path directory) throws IOException;

    /**
     * Takes the exclusive lock that {@code lockFile} stands for, creating the file if need be.
     *
     * @throws LockHeldException                    if another holder, in this or another process, has it
     * @throws java.nio.file.AccessDeniedException if it can neither be created nor written, for want of rights or on a read-only file system
     */
    HeldLock lock(Path lockFile) throws IOException;

    /**
     * As {@link #lock}, where nothing may be created or written: locks an existing {@code lockFile} against writers; null where there
     * is no such file.
     */
    HeldLock lockForRead(Path lockFile) throws IOException;

    /** Identifies the machine's present run, or null if unknown. */
    String bootId();
}
