package io.slipstream.format;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** Pins the numbers of docs/format.md as numbers. */
class RecordLayoutTest {
    @Test
    void shouldKeepTheHeader() {
        assertArrayEquals(new byte[] {0x50, 0x47, 0x53, 0x53, 2, 0}, RecordLayout.header());
        assertEquals(6, RecordLayout.HEADER_LENGTH);
    }

    @Test
    void shouldKeepTheOffsetsOfAPut() {
        assertEquals(0, RecordLayout.CRC_OFFSET);
        assertEquals(4, RecordLayout.TYPE_OFFSET);
        assertEquals(5, RecordLayout.KEY_LENGTH_OFFSET);
        assertEquals(7, RecordLayout.KEY_OFFSET);
        assertEquals(10, RecordLayout.valueLengthOffset(3));
        assertEquals(14, RecordLayout.valueOffset(3));
        assertEquals(19, RecordLayout.putTokenLengthOffset(3, 5));
        assertEquals(28, RecordLayout.putLength(3, 5, 8));
    }

    @Test
    void shouldKeepTheOffsetsOfADeleteAndACursor() {
        assertEquals(10, RecordLayout.deleteTokenLengthOffset(3));
        assertEquals(19, RecordLayout.deleteLength(3, 8));
        assertEquals(5, RecordLayout.CURSOR_LENGTH_OFFSET);
        assertEquals(14, RecordLayout.cursorLength(8));
        assertEquals(6, RecordLayout.MIN_RECORD_LENGTH);
    }

    @Test
    void shouldNotOverflowOnTheLongestRecord() {
        assertEquals(4_294_967_295L + 65_535 + 22, RecordLayout.putLength(65_535, 0xFFFF_FFFFL, 10));
    }

    @Test
    void shouldNameEveryType() {
        assertEquals("PUT", RecordLayout.typeName(1));
        assertEquals("DELETE", RecordLayout.typeName(2));
        assertEquals("CURSOR", RecordLayout.typeName(3));
        assertEquals("type 0", RecordLayout.typeName(0));
        assertEquals("type 4", RecordLayout.typeName(4));
    }
}
