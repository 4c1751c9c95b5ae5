package io.slipstream.testkit.peers;

import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;

/**
 * What no store of ours can be faster than: a record that is ready is summed and copied behind the last, into a mapped file that is long enough and was
 * touched. Keeps nothing of what it is given, checks nothing, and can be read by nobody.
 */
final class FloorContestant implements Contestant {
    private static final int RECORD_LENGTH = 172;
    private static final int SUMMED_LENGTH = 256;
    private static final int PAGE_LENGTH = 4096;
    private static final int PIECE_LENGTH = 1 << 20;

    private final ByteBuffer summed = BufferUtil.allocateDirectAligned(SUMMED_LENGTH, PAGE_LENGTH);
    private final UnsafeBuffer record = new UnsafeBuffer(summed);
    private final CRC32 crc = new CRC32();
    private UnsafeBuffer target;
    private int index;

    @Override
    public void create(final Path directory, final int keys, final int updates, final boolean ready) throws IOException {
        final long length = (long) updates * RECORD_LENGTH;
        try (FileChannel channel = FileChannel.open(directory.resolve("floor"), StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            final ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE_LENGTH);
            for (long position = 0; position < length; position += PIECE_LENGTH) {
                zeros.clear().limit((int) Math.min(PIECE_LENGTH, length - position));
                channel.write(zeros, position);
            }
            final MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, length);
            target = new UnsafeBuffer(mapped);
        }
        for (int i = 0; i < target.capacity(); i += PAGE_LENGTH) {
            target.putByte(i, (byte) 0);
        }
    }

    @Override
    public void put(final byte[] key, final byte[] value, final long revision) {
        record.putLong(0, revision);
        crc.reset();
        summed.rewind();
        crc.update(summed);
        target.putBytes(index + Integer.BYTES, record, 0, RECORD_LENGTH - Integer.BYTES);
        target.putInt(index, (int) crc.getValue());
        index += RECORD_LENGTH;
    }

    @Override
    public void checkpoint(final long revision) {
        record.putLong(Long.BYTES, revision);
    }

    @Override
    public void open(final Path directory) {
        throw new UnsupportedOperationException("there is nothing to be read");
    }

    @Override
    public long get(final byte[] key, final byte[] value) {
        return Workload.ABSENT;
    }

    @Override
    public boolean compact(final Path from, final Path to) {
        return false;
    }

    @Override
    public void close() {
        BufferUtil.free(target.byteBuffer());
    }
}
