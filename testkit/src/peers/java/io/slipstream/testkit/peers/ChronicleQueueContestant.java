package io.slipstream.testkit.peers;

import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Chronicle Queue: one document an update; a restart reads them all into a HashMap. It never compacts and sums nothing. */
final class ChronicleQueueContestant implements Contestant {
    private static final long BLOCK_LENGTH = 1L << 30;
    private static final byte PUT = 1;
    private static final byte CURSOR = 3;

    private SingleChronicleQueue queue;
    private ExcerptAppender appender;
    private Map<String, HandWrittenContestant.Entry> map;

    private static SingleChronicleQueue queue(final Path directory) {
        return SingleChronicleQueueBuilder.single(directory.toFile()).blockSize(BLOCK_LENGTH).build();
    }

    @Override
    public void create(final Path directory, final int keys, final int updates, final boolean ready) throws IOException {
        queue = queue(directory);
        appender = queue.createAppender();
        checkpoint(0);
        if (ready) {
            Holes.fill(directory);
        }
    }

    @Override
    public void put(final byte[] key, final byte[] value, final long revision) {
        try (DocumentContext document = appender.writingDocument()) {
            final Bytes<?> bytes = document.wire().bytes();
            bytes.writeByte(PUT);
            bytes.writeLong(revision);
            bytes.writeShort((short) key.length);
            bytes.write(key);
            bytes.writeInt(value.length);
            bytes.write(value);
        }
    }

    @Override
    public void checkpoint(final long revision) {
        try (DocumentContext document = appender.writingDocument()) {
            final Bytes<?> bytes = document.wire().bytes();
            bytes.writeByte(CURSOR);
            bytes.writeLong(revision);
        }
    }

    @Override
    public void open(final Path directory) {
        map = new HashMap<>();
        final byte[] key = new byte[1 << 16];
        queue = queue(directory);
        final ExcerptTailer tailer = queue.createTailer();
        while (true) {
            try (DocumentContext document = tailer.readingDocument()) {
                if (!document.isPresent()) {
                    return;
                }
                final Bytes<?> bytes = document.wire().bytes();
                if (bytes.readByte() != PUT) {
                    continue;
                }
                final long revision = bytes.readLong();
                final int keyLength = bytes.readShort() & 0xFFFF;
                bytes.read(key, 0, keyLength);
                final byte[] value = new byte[bytes.readInt()];
                bytes.read(value);
                map.put(new String(key, 0, keyLength, StandardCharsets.UTF_8), new HandWrittenContestant.Entry(value, revision));
            }
        }
    }

    @Override
    public long get(final byte[] key, final byte[] value) {
        final HandWrittenContestant.Entry entry = map.get(new String(key, StandardCharsets.UTF_8));
        if (entry == null) {
            return Workload.ABSENT;
        }
        System.arraycopy(entry.value, 0, value, 0, entry.value.length);
        return entry.revision;
    }

    @Override
    public boolean compact(final Path from, final Path to) {
        return false;
    }

    @Override
    public void close() {
        queue.close();
    }
}
