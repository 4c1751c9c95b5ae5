package io.slipstream.storage;

import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file on the real disk. Threads as {@link StorageFile} says. */
final class DiskFile implements StorageFile {
    /*
     * An interrupt closes a FileChannel in the middle of an operation. So all reading, writing and forcing goes through a
     * RandomAccessFile, which no interrupt touches, and only mapping, which has no other way, opens a channel of its own for the
     * moment: the mapping outlives it. That channel is opened by name, so the name is checked to lead to this file before and after.
     * To read and to write moves the one position that the file has; to ask for its length and to force it do not.
     */
    private static final int ZEROS_LENGTH = 1 << 20;
    private static final int FINE_LENGTH = 1 << 14;
    // Reads go through a native buffer of the same length: beyond this the C library maps and unmaps it at every call.
    private static final int READ_LENGTH = 1 << 16;

    private Path path;
    private final RandomAccessFile file;
    private final FileIdentity identity;
    private final boolean writable;
    private RandomAccessFile forced; // for forced writes; opened when there is one

    private DiskFile(final Path path, final RandomAccessFile file, final FileIdentity identity, final boolean writable) {
        this.path = path;
        this.file = file;
        this.identity = identity;
        this.writable = writable;
    }

    static DiskFile open(final Path path, final boolean writable) throws IOException {
        if (FileLockHolder.isHeldHere(path)) {
            throw new FileSystemException(path.toString(), null, "this process holds the lock on it, and would lose it by opening it");
        }
        while (true) {
            final FileIdentity before = FileStorage.identityOf(path);
            if (before == null) {
                throw new NoSuchFileException(path.toString());
            }
            if (!Files.isRegularFile(path)) {
                throw new FileSystemException(path.toString(), null, "not a regular file");
            }
            final RandomAccessFile file = openFile(path, writable);
            final FileIdentity after = FileStorage.identityOf(path);
            if (before.isSameFile(after)) {
                return new DiskFile(path, file, before, writable);
            }
            file.close();
        }
    }

    private static RandomAccessFile openFile(final Path path, final boolean writable) throws IOException {
        try {
            return new RandomAccessFile(path.toFile(), writable ? "rw" : "r");
        } catch (final FileNotFoundException e) {
            if (Files.exists(path) && !(writable ? Files.isWritable(path) : Files.isReadable(path))) {
                throw (IOException) new AccessDeniedException(path.toString(), null, e.getMessage()).initCause(e);
            }
            throw e;
        }
    }

    @Override
    public long length() throws IOException {
        return file.length();
    }

    @Override
    public FileIdentity identity() {
        return identity;
    }

    @Override
    public void copy(final long position, final byte[] target, final int offset, final int length) throws IOException {
        file.seek(position);
        int done = 0;
        while (done < length) {
            final int read = file.read(target, offset + done, Math.min(length - done, READ_LENGTH));
            if (read < 0) {
                throw new FileChangedException("the file was cut short: file=" + path + " position=" + (position + done) + " wanted=" + (length - done));
            }
            done += read;
        }
    }

    @Override
    public void write(final long position, final byte[] source, final int offset, final int length) throws IOException {
        file.seek(position);
        file.write(source, offset, length);
    }

    // What counts is on disk when it returns, and nothing else: to force the file would commit the file system's journal for the time of the write,
    // and who stores into a mapped page meanwhile may have to wait for that.
    @Override
    public void writeForced(final long position, final byte[] source, final int offset, final int length) throws IOException {
        if (forced == null) {
            requireSameFile();
            final RandomAccessFile opened = new RandomAccessFile(path.toFile(), "rwd");
            try {
                requireSameFile();
            } catch (final IOException | RuntimeException | Error e) {
                FirstFailure.close(e, opened);
                throw e;
            }
            forced = opened;
        }
        forced.seek(position);
        forced.write(source, offset, length);
    }

    @Override
    public void allocate(final long from, final long to) throws IOException {
        allocate(from, to, ZEROS_LENGTH);
    }

    @Override
    public void allocateFinely(final long from, final long to) throws IOException {
        allocate(from, to, FINE_LENGTH);
    }

    private void allocate(final long from, final long to, final int atOnce) throws IOException {
        final byte[] zeros = new byte[(int) Math.min(atOnce, Math.max(0, to - from))];
        for (long position = from; position < to; position += zeros.length) {
            write(position, zeros, 0, (int) Math.min(zeros.length, to - position));
        }
    }

    @Override
    public void truncate(final long length) throws IOException {
        file.setLength(length);
    }

    @Override
    public void force() throws IOException {
        file.getFD().sync();
    }

    @Override
    public MappedRegion map(final long position, final int length, final boolean writable) throws IOException {
        // No lambda: the first one in a JVM takes milliseconds, and a gateway opens its log once.
        return Uninterrupted.call(new Uninterrupted.Operation<>() {
            @Override
            public MappedRegion run() throws IOException {
                return mapByName(position, length, writable);
            }
        });
    }

    private MappedRegion mapByName(final long position, final int length, final boolean writable) throws IOException {
        requireSameFile();
        try (FileChannel channel = writable
                ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
                : FileChannel.open(path, StandardOpenOption.READ)) {
            requireSameFile();
            if (channel.size() < position + length) {
                throw new FileChangedException("the file was cut short: file=" + path + " length=" + channel.size() + " wanted=" + (position + length));
            }
            return new DiskRegion(position, map(channel, position, length, writable));
        }
    }

    private MappedByteBuffer map(final FileChannel channel, final long position, final int length, final boolean writable) throws IOException {
        try {
            return channel.map(writable ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.READ_ONLY, position, length);
        } catch (final ClosedByInterruptException e) {
            throw e;
        } catch (final IOException e) {
            if (file.length() < position + length || isAboutLength(e)) {
                throw new FileChangedException("the file was cut short: file=" + path + " wanted=" + (position + length) + ": " + e.getMessage());
            }
            throw e;
        }
    }

    // As the JDK says it of a channel for reading: the file may have its length again by now.
    private static boolean isAboutLength(final IOException e) {
        return e.getMessage() != null && e.getMessage().contains("cannot extend file");
    }

    private void requireSameFile() throws IOException {
        final FileIdentity found = FileStorage.identityOf(path);
        if (!identity.isSameFile(found)) {
            throw new FileChangedException("the file was replaced while it was open: file=" + path);
        }
    }

    /** The file goes by a new name from now on. */
    @Override
    public void renamedTo(final Path newPath) {
        path = newPath;
    }

    @Override
    public void close() throws IOException {
        try (RandomAccessFile closing = forced) {
            file.close();
        }
    }

    @Override
    public String toString() {
        return path + (writable ? " (rw)" : " (r)");
    }

    private static final class DiskRegion implements MappedRegion {
        private final long position;
        private final MappedByteBuffer mapping;
        private final UnsafeBuffer buffer;

        DiskRegion(final long position, final MappedByteBuffer mapping) {
            this.position = position;
            this.mapping = mapping;
            this.buffer = new UnsafeBuffer(mapping);
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public UnsafeBuffer buffer() {
            return buffer;
        }

        @Override
        public void force(final int offset, final int length) throws IOException {
            try {
                mapping.force(offset, length);
            } catch (final UncheckedIOException e) {
                throw e.getCause();
            }
        }

        @Override
        public void release() {
            IoFaults.settle();
            BufferUtil.free(mapping);
        }
    }
}
