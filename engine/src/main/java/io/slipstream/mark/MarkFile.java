package io.slipstream.mark;

import io.slipstream.storage.FileIdentity;
import io.slipstream.storage.FirstFailure;
import io.slipstream.storage.LogPaths;
import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.zip.CRC32;

/**
 * The file {@code LOG.mark}: two slots, written in turn, so that a torn one leaves the other. Single thread; the writer's lock is held by who
 * writes.
 *
 * <p>Source: docs/recovery.md, "The mark".
 */
public final class MarkFile implements AutoCloseable {
    /*
     * A slot, little-endian; slots stand a sector apart.
     *  0       4          8           16      24     32      40         44       45         45+b      124      128
     *  +-------+----------+-----------+-------+------+-------+----------+--------+----------+---------+--------+
     *  | magic | flags u32| sequence  | device| inode| forced| recordCrc| b: u8  | boot id  | zeros   | crc u32|
     *  +-------+----------+-----------+-------+------+-------+----------+--------+----------+---------+--------+
     *
     * M1  A slot is written, and forced, after what it claims is forced. So it never claims too much.
     * M2  The slot that speaks of the log in use is never the one that is overwritten; around a compaction's rename each file has one. Which log is in
     *     use, the name tells: it is forced first, since who renamed last may have died before he forced the directory.
     */
    private static final int MAGIC_OFFSET = 0;
    private static final int FLAGS_OFFSET = MAGIC_OFFSET + Integer.BYTES;
    private static final int SEQUENCE_OFFSET = FLAGS_OFFSET + Integer.BYTES;
    private static final int DEVICE_OFFSET = SEQUENCE_OFFSET + Long.BYTES;
    private static final int INODE_OFFSET = DEVICE_OFFSET + Long.BYTES;
    private static final int FORCED_OFFSET = INODE_OFFSET + Long.BYTES;
    private static final int RECORD_CRC_OFFSET = FORCED_OFFSET + Long.BYTES;
    private static final int BOOT_ID_LENGTH_OFFSET = RECORD_CRC_OFFSET + Integer.BYTES;
    private static final int BOOT_ID_OFFSET = BOOT_ID_LENGTH_OFFSET + Byte.BYTES;
    private static final int SLOT_LENGTH = 128;
    private static final int CRC_OFFSET = SLOT_LENGTH - Integer.BYTES;
    private static final int MAX_BOOT_ID_LENGTH = CRC_OFFSET - BOOT_ID_OFFSET;

    private static final int MAGIC = 0x4B4D_4C53; // "SLMK"
    private static final int CLEAN_FLAG = 1;
    private static final int FORCE_FAILED_FLAG = 2;
    private static final int SLOT_SPACING = 512;
    private static final int SLOTS = 2;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private final StorageFile file;
    private final byte[] slot = new byte[SLOT_LENGTH];
    private final UnsafeBuffer slotBuffer = new UnsafeBuffer(slot);
    private final CRC32 crc = new CRC32();
    private NameForce nameForce; // null once it was done, and for who only reads
    private int currentSlot;
    private long sequence;

    private MarkFile(final StorageFile file, final NameForce nameForce) {
        this.file = file;
        this.nameForce = nameForce;
    }

    @FunctionalInterface
    private interface NameForce {
        void run() throws IOException;
    }

    /**
     * What the mark beside a log says about the file {@code log}; null if there is no mark, or it says nothing.
     *
     * @throws IOException if it is there and cannot be read: for who writes then, since it may say that a force failed
     */
    public static Mark read(final Storage storage, final LogPaths paths, final FileIdentity log) throws IOException {
        try (MarkFile marks = new MarkFile(storage.openForRead(paths.mark()), null)) {
            return marks.find(log);
        } catch (final NoSuchFileException e) {
            return null;
        }
    }

    /** As {@link #read}, for who writes nothing: a mark that cannot be read proves nothing. */
    public static Mark readIfPossible(final Storage storage, final LogPaths paths, final FileIdentity log) {
        try {
            return read(storage, paths, log);
        } catch (final IOException e) {
            return null;
        }
    }

    /** Opens the mark beside a log for writing, or creates it. */
    public static MarkFile open(final Storage storage, final LogPaths paths, final FileIdentity log) throws IOException {
        final boolean exists = storage.identity(paths.mark()) != null;
        final StorageFile file = exists ? storage.openForWrite(paths.mark()) : storage.create(paths.mark(), log);
        try {
            final MarkFile marks = new MarkFile(file, () -> storage.forceDirectory(paths.directory()));
            marks.find(log);
            return marks;
        } catch (final IOException | RuntimeException | Error e) {
            FirstFailure.close(e, file);
            throw e;
        }
    }

    // The newest sound slot about the log; it becomes the one to keep (M2).
    private Mark find(final FileIdentity log) throws IOException {
        Mark found = null;
        long foundSequence = -1;
        for (int i = 0; i < SLOTS; i++) {
            final Mark mark = read(i);
            if (mark != null) {
                final long slotSequence = slotBuffer.getLong(SEQUENCE_OFFSET, ORDER);
                sequence = Math.max(sequence, slotSequence);
                if (mark.isAbout(log) && slotSequence > foundSequence) {
                    found = mark;
                    foundSequence = slotSequence;
                    currentSlot = i;
                }
            }
        }
        return found;
    }

    private Mark read(final int index) throws IOException {
        final long position = (long) index * SLOT_SPACING;
        if (file.length() < position + SLOT_LENGTH) {
            return null;
        }
        file.copy(position, slot, 0, SLOT_LENGTH);
        final int bootIdLength = slot[BOOT_ID_LENGTH_OFFSET] & 0xFF;
        if (slotBuffer.getInt(MAGIC_OFFSET, ORDER) != MAGIC || slotBuffer.getInt(CRC_OFFSET, ORDER) != slotCrc()
                || bootIdLength > MAX_BOOT_ID_LENGTH) {
            return null;
        }
        final int flags = slotBuffer.getInt(FLAGS_OFFSET, ORDER);
        return new Mark(
                new String(slot, BOOT_ID_OFFSET, bootIdLength, StandardCharsets.US_ASCII),
                slotBuffer.getLong(DEVICE_OFFSET, ORDER),
                slotBuffer.getLong(INODE_OFFSET, ORDER),
                slotBuffer.getLong(FORCED_OFFSET, ORDER),
                slotBuffer.getInt(RECORD_CRC_OFFSET, ORDER),
                (flags & CLEAN_FLAG) != 0,
                (flags & FORCE_FAILED_FLAG) != 0);
    }

    private int slotCrc() {
        crc.reset();
        crc.update(slot, 0, CRC_OFFSET);
        return (int) crc.getValue();
    }

    /** Stores what is known of the log in use, and forces it (M1). */
    public void write(final Mark mark) throws IOException {
        writeBeside(mark);
        adopt();
    }

    /** Stores what is known of a file that will take the log's place, and forces it; the slot of the log in use stays (M2). */
    public void writeBeside(final Mark mark) throws IOException {
        final byte[] bootId = mark.bootId().getBytes(StandardCharsets.US_ASCII);
        final int bootIdLength = bootId.length > MAX_BOOT_ID_LENGTH ? 0 : bootId.length;
        slotBuffer.setMemory(0, SLOT_LENGTH, (byte) 0);
        slotBuffer.putInt(MAGIC_OFFSET, MAGIC, ORDER);
        slotBuffer.putInt(FLAGS_OFFSET, (mark.isClean() ? CLEAN_FLAG : 0) | (mark.isForceFailed() ? FORCE_FAILED_FLAG : 0), ORDER);
        slotBuffer.putLong(SEQUENCE_OFFSET, ++sequence, ORDER);
        slotBuffer.putLong(DEVICE_OFFSET, mark.device(), ORDER);
        slotBuffer.putLong(INODE_OFFSET, mark.inode(), ORDER);
        slotBuffer.putLong(FORCED_OFFSET, mark.forcedPosition(), ORDER);
        slotBuffer.putInt(RECORD_CRC_OFFSET, mark.recordCrc(), ORDER);
        slot[BOOT_ID_LENGTH_OFFSET] = (byte) bootIdLength;
        System.arraycopy(bootId, 0, slot, BOOT_ID_OFFSET, bootIdLength);
        slotBuffer.putInt(CRC_OFFSET, slotCrc(), ORDER);
        forceNameOnce(); // M2
        file.writeForced((long) (1 - currentSlot) * SLOT_SPACING, slot, 0, SLOT_LENGTH);
    }

    private void forceNameOnce() throws IOException {
        if (nameForce != null) {
            nameForce.run();
            nameForce = null;
        }
    }

    /** The file last written {@linkplain #writeBeside beside} is the log in use now. */
    public void adopt() {
        currentSlot = 1 - currentSlot;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
