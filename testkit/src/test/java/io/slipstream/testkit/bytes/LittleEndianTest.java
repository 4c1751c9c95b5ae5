package io.slipstream.testkit.bytes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class LittleEndianTest {
    private static final byte[] BYTES = {0x01, (byte) 0xFE, (byte) 0xFF, (byte) 0xFD, (byte) 0xFC};

    @Test
    void shouldReadTheLowByteFirstAndWithoutSign() {
        assertEquals(0xFE, LittleEndian.u8(BYTES, 1));
        assertEquals(0xFFFE, LittleEndian.u16(BYTES, 1));
        assertEquals(0xFCFD_FFFEL, LittleEndian.u32(BYTES, 1));
    }

    @Test
    void shouldWriteWhatItReads() {
        assertArrayEquals(new byte[] {(byte) 0xFE}, LittleEndian.ofU8(0xFE));
        assertArrayEquals(new byte[] {(byte) 0xFE, (byte) 0xFF}, LittleEndian.ofU16(0xFFFE));
        assertArrayEquals(
            new byte[] {(byte) 0xFE, (byte) 0xFF, (byte) 0xFD, (byte) 0xFC}, LittleEndian.ofU32(0xFCFD_FFFEL));
    }

    @Test
    void shouldRefuseWhatDoesNotFit() {
        assertThrows(IllegalArgumentException.class, () -> LittleEndian.ofU8(256));
        assertThrows(IllegalArgumentException.class, () -> LittleEndian.ofU16(65_536));
        assertThrows(IllegalArgumentException.class, () -> LittleEndian.ofU32(1L << 32));
        assertThrows(IllegalArgumentException.class, () -> LittleEndian.ofU8(-1));
    }
}
