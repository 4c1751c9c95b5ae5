package io.slipstream.replay;

import io.slipstream.format.CrcArithmetic;
import io.slipstream.storage.ByteSource;

import java.io.IOException;
import java.util.zip.CRC32;

import static io.slipstream.format.RecordLayout.TYPE_OFFSET;

/**
 * Finds sound records behind damage. Linear in the bytes searched, whatever they hold; memory is bounded.
 *
 * <p>Single thread. Source: docs/recovery.md, "The search for survivors".
 */
public final class SurvivorSearch {
    /*
     * Hostile bytes can claim a record at every position, each as long as the rest of the file: reading each would be quadratic. So a
     * candidate longer than DIRECT_LENGTH is checked by arithmetic, from the crcs of two prefixes of the searched bytes. Those are kept
     * every `spacing` bytes and extended by the few bytes between. Where that leaves more than one piece to read, the file is so long that the
     * pieces, not the prefixes, are the smaller cost.
     */
    private static final int DIRECT_LENGTH = 1 << 10;
    private static final int MIN_SPACING = 1 << 6;
    private static final int MAX_PREFIXES = 1 << 22;
    private static final int WINDOW_LENGTH = 1 << 16;

    private final ByteSource source;
    private final long limit;
    private final RecordScanner frames = new RecordScanner();
    private final byte[] bytes = new byte[WINDOW_LENGTH];
    private final CRC32 crc = new CRC32();

    private long prefixStart;
    private int spacing;
    private int[] prefixes;

    /** Searches {@code source}, whose log ends at {@code limit}. */
    public SurvivorSearch(final ByteSource source, final long limit) {
        this.source = source;
        this.limit = limit;
        frames.reset(source, limit);
    }

    /** Number of sound records that start at {@code from} or later, counted without overlap from the first on. */
    public long count(final long from) throws IOException {
        long count = 0;
        long position = next(from);
        while (position >= 0) {
            count++;
            position = next(position + recordLength());
        }
        return count;
    }

    /** Position of the first sound record that starts at {@code from} or later; negative if there is none. */
    public long next(final long from) throws IOException {
        for (long position = from; position < limit; position++) {
            if (isRecord(position)) {
                return position;
            }
        }
        return -1;
    }

    /** Whether a sound record starts at {@code position}, which must lie before the end. */
    public boolean isRecord(final long position) throws IOException {
        return frames.scanFrame(position) == RecordScanner.VALID && isSound(position);
    }

    /** As {@link #isRecord}, and whether its key is one that a log may hold. */
    public boolean isValidRecord(final long position) throws IOException {
        return isRecord(position) && frames.isKeyUtf8(position);
    }

    /** Length of the record that {@link #next} or {@link #isRecord} found. */
    public long recordLength() {
        return frames.recordLength();
    }

    private boolean isSound(final long position) throws IOException {
        final long length = frames.recordLength();
        final int storedCrc = frames.crcFieldAt(position);
        final long start = position + TYPE_OFFSET;
        final long end = position + length;
        if (length <= DIRECT_LENGTH) {
            return storedCrc == crcOf(start, end);
        }
        if (prefixes == null || position < prefixStart) {
            computePrefixes(position);
        }
        return storedCrc == CrcArithmetic.range(prefix(start), prefix(end), end - start);
    }

    private int crcOf(final long from, final long to) throws IOException {
        crc.reset();
        update(from, to);
        return (int) crc.getValue();
    }

    private void update(final long from, final long to) throws IOException {
        for (long position = from; position < to; position += WINDOW_LENGTH) {
            final int count = (int) Math.min(WINDOW_LENGTH, to - position);
            source.copy(position, bytes, 0, count);
            crc.update(bytes, 0, count);
        }
    }

    private void computePrefixes(final long from) throws IOException {
        prefixStart = from;
        spacing = MIN_SPACING;
        while ((limit - from) / spacing >= MAX_PREFIXES) {
            spacing <<= 1;
        }
        prefixes = new int[(int) ((limit - from) / spacing) + 1];
        crc.reset();
        for (int i = 0; i < prefixes.length; i++) {
            prefixes[i] = (int) crc.getValue();
            final long position = from + (long) i * spacing;
            update(position, Math.min(position + spacing, limit));
        }
    }

    // The crc of [prefixStart, position).
    private int prefix(final long position) throws IOException {
        final int index = (int) ((position - prefixStart) / spacing);
        final long known = prefixStart + (long) index * spacing;
        final long rest = position - known;
        return rest == 0 ? prefixes[index] : crcOf(known, position) ^ CrcArithmetic.range(prefixes[index], 0, rest);
    }
}
