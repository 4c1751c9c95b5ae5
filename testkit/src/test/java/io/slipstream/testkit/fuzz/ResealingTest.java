package io.slipstream.testkit.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.model.ModelVerdict.Kind;
import org.junit.jupiter.api.Test;

class ResealingTest {
    private static final RawRecord BROKEN = RawRecord.put("b", "2", 2).brokenCrc();

    @Test
    void shouldSealEveryRecord() {
        final byte[] broken = new LogBuilder().header().record(BROKEN).record(RawRecord.delete("a", 1).brokenCrc())
            .record(RawRecord.cursor(3).brokenCrc()).toBytes();
        final byte[] sound = new LogBuilder().header().put("b", "2", 2).delete("a", 1).cursor(3).toBytes();
        assertArrayEquals(sound, Resealing.of(broken));
    }

    @Test
    void shouldMakeTheHeaderRight() {
        final byte[] noLog = new LogBuilder().header(new byte[4], 7).record(BROKEN).toBytes();
        assertEquals(Kind.CLEAN, ModelJudge.judge(Resealing.of(noLog)).kind());
    }

    @Test
    void shouldLeaveAnUncommittedAppendAsItIs() {
        final byte[] uncommitted = new LogBuilder().header().put("a", "1", 1).record(RawRecord.put("b", "2", 2).crc(0)).toBytes();
        assertArrayEquals(uncommitted, Resealing.of(uncommitted));
    }

    @Test
    void shouldLeaveDamageThatAsksForItWithSurvivorsBehind() {
        final byte[] file = new LogBuilder().header().put("a", "1", 1).record(RawRecord.put("b", "2", 2).crc(Resealing.LEAVE_BROKEN))
            .record(BROKEN).toBytes();
        final ModelVerdict verdict = ModelJudge.judge(Resealing.of(file));
        assertEquals(9, verdict.row());
        assertEquals(1, verdict.survivors());
    }

    @Test
    void shouldSealRecordsBehindALengthThatLeadsPastTheEnd() {
        final byte[] file = new LogBuilder().header().record(RawRecord.put(new byte[0], new byte[0], new byte[0]).valueLength(4000))
            .record(BROKEN).toBytes();
        final ModelVerdict verdict = ModelJudge.judge(Resealing.of(file));
        assertEquals(5, verdict.row());
        assertEquals(1, verdict.survivors());
    }

    @Test
    void shouldLeaveTheInputAlone() {
        final byte[] input = new LogBuilder().header().record(BROKEN).toBytes();
        final byte[] before = input.clone();
        Resealing.of(input);
        assertArrayEquals(before, input);
    }
}
