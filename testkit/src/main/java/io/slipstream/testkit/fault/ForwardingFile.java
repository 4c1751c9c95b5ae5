package io.slipstream.testkit.fault;

import io.slipstream.storage.FileIdentity;
import io.slipstream.storage.MappedRegion;
import io.slipstream.storage.StorageFile;

import java.io.IOException;
import java.nio.file.Path;

/** Passes every operation on to another file: to be extended by one that changes a few. Single thread. */
public class ForwardingFile implements StorageFile {
    private final StorageFile file;

    /** Passes on to {@code file}. */
    protected ForwardingFile(final StorageFile file) {
        this.file = file;
    }

    /** The file beneath. */
    protected final StorageFile file() {
        return file;
    }

    @Override
    public long length() throws IOException {
        return file.length();
    }

    @Override
    public FileIdentity identity() {
        return file.identity();
    }

    @Override
    public void copy(final long position, final byte[] target, final int offset, final int length) throws IOException {
        file.copy(position, target, offset, length);
    }

    @Override
    public void write(final long position, final byte[] source, final int offset, final int length) throws IOException {
        file.write(position, source, offset, length);
    }

    @Override
    public void allocate(final long from, final long to) throws IOException {
        file.allocate(from, to);
    }

    @Override
    public void truncate(final long length) throws IOException {
        file.truncate(length);
    }

    @Override
    public void force() throws IOException {
        file.force();
    }

    @Override
    public MappedRegion map(final long position, final int length, final boolean writable) throws IOException {
        return file.map(position, length, writable);
    }

    @Override
    public void renamedTo(final Path newPath) {
        file.renamedTo(newPath);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
