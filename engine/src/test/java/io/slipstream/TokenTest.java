package io.slipstream;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class TokenTest {
    @Test
    void shouldSpellARevisionBigEndian() {
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7, (byte) 0xFF}, VersionToken.of(0x0102_0304_0506_07FFL).toBytes());
        assertEquals("ffffffffffffffff", WatchCursor.of(-1L).toHex());
    }

    @Test
    void shouldGiveTheRevisionBack() {
        assertEquals(-2L, VersionToken.of(-2L).revision());
        assertEquals(0x0102_0304_0506_0708L, WatchCursor.ofHex("0102030405060708").revision());
    }

    @Test
    void shouldSayWhyThereIsNoRevision() {
        final IllegalStateException e = assertThrows(IllegalStateException.class, () -> VersionToken.ofHex("01").revision());
        assertEquals("not a revision: length=1 expected=8", e.getMessage());
    }

    @Test
    void shouldRefuseElevenBytes() {
        assertEquals(10, VersionToken.of(new byte[10]).length());
        final IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> VersionToken.of(new byte[11]));
        assertEquals("token too long: length=11 max=10", e.getMessage());
    }

    @Test
    void shouldKnowTheEmptyToken() {
        assertSame(WatchCursor.none(), WatchCursor.of(new byte[0]));
        assertTrue(VersionToken.unknown().isEmpty());
        assertEquals("none", WatchCursor.none().toString());
        assertEquals("unknown", VersionToken.unknown().toString());
    }

    @Test
    void shouldNotShareTheCallersBytes() {
        final byte[] bytes = {1, 2};
        final VersionToken token = VersionToken.of(bytes);
        bytes[0] = 9;
        token.toBytes()[1] = 9;
        assertEquals("0102", token.toHex());
    }

    @Test
    void shouldBeEqualByBytes() {
        assertEquals(WatchCursor.of(7), WatchCursor.ofHex("0000000000000007"));
        assertEquals(WatchCursor.of(7).hashCode(), WatchCursor.ofHex("0000000000000007").hashCode());
        assertNotEquals(WatchCursor.of(7), WatchCursor.ofHex("07"));
        assertNotEquals((Object) WatchCursor.of(7), VersionToken.of(7));
    }

    @Test
    void shouldBeEqualByContentAsUpdates() {
        final KvUpdate one = new KvUpdate.Put("k", new byte[] {1}, VersionToken.of(1));
        assertEquals(one, new KvUpdate.Put("k", new byte[] {1}, VersionToken.of(1)));
        assertEquals(one.hashCode(), new KvUpdate.Put("k", new byte[] {1}, VersionToken.of(1)).hashCode());
        assertNotEquals(one, new KvUpdate.Put("k", new byte[] {2}, VersionToken.of(1)));
    }
}
