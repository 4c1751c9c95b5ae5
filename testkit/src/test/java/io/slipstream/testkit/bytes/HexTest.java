package io.slipstream.testkit.bytes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class HexTest {
    @Test
    void shouldPrintLowerCaseAndReadItBack() {
        final byte[] bytes = {0, 0x0a, (byte) 0xff};
        assertEquals("000aff", Hex.of(bytes));
        assertArrayEquals(bytes, Hex.parse("000aff"));
    }

    @Test
    void shouldReadNoTextAsNoBytes() {
        assertArrayEquals(new byte[0], Hex.parse(""));
    }

    @Test
    void shouldRefuseHalfAByte() {
        assertThrows(IllegalArgumentException.class, () -> Hex.parse("abc"));
    }

    @Test
    void shouldDigestAsTheStandardSays() {
        // FIPS 180-4, the example of one block.
        assertEquals(
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Hex.ofSha256(Utf8.encode("abc")));
    }
}
