package io.slipstream.testkit.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import org.junit.jupiter.api.Test;

class RecordsTest {
    private static final RawRecord BROKEN = RawRecord.put("b", "2", 2).brokenCrc();

    @Test
    void shouldKeepTheRecordsBeforeTheDamage() {
        final byte[] damaged = new LogBuilder().header().put("a", "1", 1).record(BROKEN).put("c", "3", 3).toBytes();
        assertArrayEquals(new LogBuilder().header().put("a", "1", 1).toBytes(), Records.repaired(damaged, false));
    }

    @Test
    void shouldKeepTheChainBehindTheDamageWithoutItsCursor() {
        final byte[] damaged = new LogBuilder().header().put("a", "1", 1).record(BROKEN).put("c", "3", 3).cursor(4).slack(9).toBytes();
        final byte[] repaired = new LogBuilder().header().put("a", "1", 1).put("c", "3", 3).cursor(4).cursor(new byte[0]).toBytes();
        assertArrayEquals(repaired, Records.repaired(damaged, true));
    }

    @Test
    void shouldNotKeepAChainThatDoesNotReachTheEnd() {
        final byte[] damaged = new LogBuilder().header().record(BROKEN).put("c", "3", 3).raw(new byte[] {9, 9, 9, 9, 9, 9, 9}).toBytes();
        assertArrayEquals(new LogBuilder().header().toBytes(), Records.repaired(damaged, true));
    }

    @Test
    void shouldNotTakeARecordForSoundWhoseKeyIsNotUtf8() {
        final byte[] file = RawRecord.delete(new byte[] {(byte) 0xFF}, new byte[0]).toBytes();
        assertEquals(Records.NONE, Records.soundEnd(file, 0));
        assertEquals(file.length, Records.claimedEnd(file, 0));
    }

    @Test
    void shouldTellWhereARecordClaimsToEndPastTheEnd() {
        final byte[] file = RawRecord.cursor(new byte[10]).tokenLength(200).toBytes();
        assertEquals(206, Records.claimedEnd(file, 0));
        assertEquals(Records.NONE, Records.soundEnd(file, 0));
    }
}
