package io.slipstream.testkit.peers;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * The loop a team writes by hand: records of the same fields and checksum, through a buffered stream that is flushed at each checkpoint, or with
 * one write(2) each; a restart reads them all into a HashMap. Stops at the first record that is torn or wrong.
 */
final class HandWrittenContestant implements Contestant {
    private static final String FILE = "kv.records";
    private static final int BUFFER_LENGTH = 1 << 16;
    private static final int PUT = 1;
    private static final int CURSOR = 3;
    private static final int CRC_LENGTH = Integer.BYTES;
    private static final int TYPE_OFFSET = CRC_LENGTH;

    private final boolean buffered;
    private final byte[] scratch = new byte[1 << 20];
    private final ByteBuffer encoded = ByteBuffer.wrap(scratch).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32 crc = new CRC32();
    private DataOutputStream stream;
    private FileChannel channel;
    private ByteBuffer direct;
    private Map<String, Entry> map;

    HandWrittenContestant(final boolean buffered) {
        this.buffered = buffered;
    }

    static final class Entry {
        final byte[] value;
        final long revision;

        Entry(final byte[] value, final long revision) {
            this.value = value;
            this.revision = revision;
        }
    }

    static Path file(final Path directory) {
        return directory.resolve(FILE);
    }

    @Override
    public void create(final Path directory, final int keys, final int updates, final boolean ready) throws IOException {
        if (buffered) {
            stream = new DataOutputStream(new BufferedOutputStream(new FileOutputStream(file(directory).toFile()), BUFFER_LENGTH));
        } else {
            channel = FileChannel.open(file(directory), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            direct = ByteBuffer.allocateDirect(scratch.length);
        }
    }

    private int encodePut(final byte[] key, final byte[] value, final long revision) {
        encoded.clear().position(TYPE_OFFSET);
        encoded.put((byte) PUT).putShort((short) key.length).put(key).putInt(value.length).put(value).put((byte) Long.BYTES);
        encoded.putLong(Long.reverseBytes(revision));
        return sealed();
    }

    private int encodeCursor(final long revision) {
        encoded.clear().position(TYPE_OFFSET);
        encoded.put((byte) CURSOR).put((byte) Long.BYTES).putLong(Long.reverseBytes(revision));
        return sealed();
    }

    private int sealed() {
        final int length = encoded.position();
        crc.reset();
        crc.update(scratch, TYPE_OFFSET, length - TYPE_OFFSET);
        encoded.putInt(0, (int) crc.getValue());
        return length;
    }

    private void write(final int length) throws IOException {
        if (buffered) {
            stream.write(scratch, 0, length);
            return;
        }
        direct.clear().put(scratch, 0, length).flip();
        while (direct.hasRemaining()) {
            channel.write(direct);
        }
    }

    @Override
    public void put(final byte[] key, final byte[] value, final long revision) throws IOException {
        write(encodePut(key, value, revision));
    }

    @Override
    public void checkpoint(final long revision) throws IOException {
        write(encodeCursor(revision));
        if (buffered) {
            stream.flush();
        }
    }

    @Override
    public void open(final Path directory) throws IOException {
        map = read(file(directory));
    }

    private Map<String, Entry> read(final Path file) throws IOException {
        final Map<String, Entry> entries = new HashMap<>();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(new FileInputStream(file.toFile()), BUFFER_LENGTH))) {
            while (readRecord(in, entries)) {
                continue;
            }
        } catch (final EOFException e) {
            return entries; // the end, or a torn record
        }
        return entries;
    }

    private boolean readRecord(final DataInputStream in, final Map<String, Entry> entries) throws IOException {
        in.readFully(scratch, 0, TYPE_OFFSET + 1);
        int end = TYPE_OFFSET + 1;
        if (scratch[TYPE_OFFSET] == CURSOR) {
            in.readFully(scratch, end, 1 + Long.BYTES);
            return isSealed(end + 1 + Long.BYTES);
        }
        in.readFully(scratch, end, Short.BYTES);
        final int keyLength = encoded.getShort(end) & 0xFFFF;
        final int keyOffset = end + Short.BYTES;
        in.readFully(scratch, keyOffset, keyLength + Integer.BYTES);
        final int valueLength = encoded.getInt(keyOffset + keyLength);
        final int valueOffset = keyOffset + keyLength + Integer.BYTES;
        in.readFully(scratch, valueOffset, valueLength + 1 + Long.BYTES);
        end = valueOffset + valueLength + 1 + Long.BYTES;
        if (!isSealed(end)) {
            return false;
        }
        final byte[] value = new byte[valueLength];
        System.arraycopy(scratch, valueOffset, value, 0, valueLength);
        entries.put(new String(scratch, keyOffset, keyLength, StandardCharsets.UTF_8),
                new Entry(value, Long.reverseBytes(encoded.getLong(end - Long.BYTES))));
        return true;
    }

    private boolean isSealed(final int length) {
        crc.reset();
        crc.update(scratch, TYPE_OFFSET, length - TYPE_OFFSET);
        return encoded.getInt(0) == (int) crc.getValue();
    }

    @Override
    public long get(final byte[] key, final byte[] value) {
        final Entry entry = map.get(new String(key, StandardCharsets.UTF_8));
        if (entry == null) {
            return Workload.ABSENT;
        }
        System.arraycopy(entry.value, 0, value, 0, entry.value.length);
        return entry.revision;
    }

    /** Reads everything, writes what is live to a temporary file, in no order, forces it and renames it. */
    @Override
    public boolean compact(final Path from, final Path to) throws IOException {
        final Path temporary = to.resolve("kv.temporary");
        final Map<String, Entry> entries = read(file(from));
        try (FileOutputStream file = new FileOutputStream(temporary.toFile());
                DataOutputStream out = new DataOutputStream(new BufferedOutputStream(file, BUFFER_LENGTH))) {
            for (final Map.Entry<String, Entry> entry : entries.entrySet()) {
                out.write(scratch, 0, encodePut(entry.getKey().getBytes(StandardCharsets.UTF_8), entry.getValue().value, entry.getValue().revision));
            }
            out.flush();
            file.getFD().sync();
        }
        Files.move(temporary, file(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel parent = FileChannel.open(to, StandardOpenOption.READ)) {
            parent.force(true);
        }
        return true;
    }

    /** The map that a restart reads, or null. */
    Map<String, Entry> map() {
        return map;
    }

    @Override
    public void close() throws IOException {
        if (stream != null) {
            stream.close();
        }
        if (channel != null) {
            channel.close();
        }
    }
}
