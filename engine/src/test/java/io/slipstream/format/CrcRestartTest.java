package io.slipstream.format;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.zip.CRC32;

import static org.junit.jupiter.api.Assertions.assertEquals;

class CrcRestartTest {
    private final Random random = new Random(1);

    @Test
    void shouldTakeASumBackToItsBeginning() {
        for (int length = 0; length < 200; length++) {
            final byte[] before = bytes(length);
            final byte[] behind = bytes(random.nextInt(50));
            final byte[] restart = littleEndian(CrcRestart.after(crc(before)));
            assertEquals(crc(behind), crc(before, restart, behind));
        }
    }

    @Test
    void shouldTakeASumBackOverZeros() {
        final byte[] behind = bytes(20);
        final int[] leads = CrcRestart.leads(100);
        for (int length = 4; length <= 100; length++) {
            assertEquals(crc(behind), crc(littleEndian(leads[length]), new byte[length - 4], behind));
        }
    }

    private byte[] bytes(final int length) {
        final byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] littleEndian(final int value) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
    }

    private static int crc(final byte[]... parts) {
        final CRC32 crc = new CRC32();
        for (final byte[] part : parts) {
            crc.update(part);
        }
        return (int) crc.getValue();
    }
}
