package io.slipstream.testkit.units;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.slipstream.format.CursorRecord;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LittleEndian;
import io.slipstream.testkit.bytes.RawRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cursor record in an array, against one written by hand. */
class CursorRecordTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "00", "0102030405060708", "ffffffffffffffffffff"})
    void shouldEncodeTheRecordAndTellItsCrc(final String cursor) {
        final byte[] expected = RawRecord.cursor(Hex.parse(cursor)).toBytes();
        final byte[] encoded = CursorRecord.encode(Hex.parse(cursor));
        assertArrayEquals(expected, encoded);
        assertEquals((int) LittleEndian.u32(expected, 0), CursorRecord.crc(encoded));
    }
}
