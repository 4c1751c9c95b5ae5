package io.slipstream.testkit.bytes;

import java.util.zip.CRC32;

/** The checksum of a record: CRC-32 (IEEE, the one of zip) over everything from its type to its end. */
public final class Crc {
    private Crc() {
    }

    /** The checksum of {@code bytes[from, to)}, as the four bytes of the crc field read as an unsigned integer. */
    public static long of(final byte[] bytes, final int from, final int to) {
        final CRC32 crc = new CRC32();
        crc.update(bytes, from, to - from);
        return crc.getValue();
    }
}
