package io.slipstream.cli;

import io.slipstream.storage.ByteSource;

import java.io.IOException;
import java.io.InputStream;

/** A range of a log as a stream. Single thread. */
final class ByteSourceInputStream extends InputStream {
    private final ByteSource source;
    private final byte[] single = new byte[1];
    private long position;
    private long rest;

    ByteSourceInputStream(final ByteSource source, final long position, final long length) {
        this.source = source;
        this.position = position;
        this.rest = length;
    }

    @Override
    public int read() throws IOException {
        return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
    }

    @Override
    public int read(final byte[] target, final int offset, final int length) throws IOException {
        if (rest == 0) {
            return -1;
        }
        final int count = (int) Math.min(length, rest);
        source.copy(position, target, offset, count);
        position += count;
        rest -= count;
        return count;
    }
}
