package io.slipstream.testkit.fuzz;

import static io.slipstream.testkit.bytes.LittleEndian.u32;

import io.slipstream.testkit.bytes.Crc;
import io.slipstream.testkit.bytes.LittleEndian;
import io.slipstream.testkit.bytes.LogBuilder;

/**
 * Makes a log with right checksums of any bytes.
 *
 * <p>The first six bytes become a right header. From there on, whatever the bytes say is a complete record gets the checksum it needs, and the
 * walk goes on behind it. Where they say nothing of the kind, it goes on 12 bytes further on, behind the length fields that led astray: so what
 * follows may survive behind damage.
 *
 * <p>Two values of the checksum stay as they are: 0, an append that was not committed, and those that begin with {@value #LEAVE_BROKEN}.
 */
final class Resealing {
    /** The lowest byte of a checksum that is left as it is. */
    static final int LEAVE_BROKEN = 0xEE;

    private static final int STRIDE_OVER_DAMAGE = 12;

    private final byte[] file;

    private Resealing(final byte[] file) {
        this.file = file;
    }

    /** The log that these bytes become. They are left alone. */
    static byte[] of(final byte[] input) {
        final byte[] file = input.clone();
        final byte[] header = new LogBuilder().header().toBytes();
        System.arraycopy(header, 0, file, 0, Math.min(header.length, file.length));
        new Resealing(file).walk();
        return file;
    }

    private void walk() {
        int p = LogBuilder.HEADER_LENGTH;
        while (p < file.length) {
            final long end = Records.claimedEnd(file, p);
            if (end == Records.NONE || end > file.length) {
                p += STRIDE_OVER_DAMAGE;
            } else {
                seal(p, (int) end);
                p = (int) end;
            }
        }
    }

    private void seal(final int p, final int end) {
        final long found = u32(file, p);
        if (found != 0 && (found & 0xFF) != LEAVE_BROKEN) {
            final byte[] crc = LittleEndian.ofU32(Crc.of(file, p + Records.TYPE_OFFSET, end));
            System.arraycopy(crc, 0, file, p, crc.length);
        }
    }
}
