package io.slipstream.testkit.gen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelLog;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.model.ModelVerdict.Kind;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** Log files as values: a script makes them, they print as that script, and shrink to a short one. */
class DamagedLogProperties {
    @Property
    void aPrintedScriptMakesTheSameFile(@ForAll("logs") final DamagedLog log) {
        final DamagedLog again = DamagedLog.parse(log.toString());

        assertEquals(log, again);
        assertArrayEquals(log.bytes(), again.bytes());
    }

    @Property
    void aLogOfManyDamagesCanBeMade(@ForAll("wrecks") final DamagedLog log) {
        assertArrayEquals(log.bytes(), DamagedLog.parse(log.toString()).bytes());
    }

    @Property
    void damageLeavesTheSoundBytesAlone(@ForAll("logs") final DamagedLog log) {
        final byte[] sound = log.soundBytes();
        final byte[] kept = sound.clone();
        log.damages().forEach(damage -> damage.applyTo(sound));

        assertArrayEquals(kept, sound);
        assertArrayEquals(ModelLog.create().applyAll(log.updates()).toBytes(), sound);
    }

    @Property(tries = 200)
    void soundLogsAreClean(@ForAll("sound") final DamagedLog log) {
        assertEquals(Kind.CLEAN, ModelJudge.judge(log.bytes()).kind());
    }

    @Property(tries = 200)
    void logsWithSlackLoseNothing(@ForAll("withSlack") final DamagedLog log) {
        final ModelVerdict verdict = ModelJudge.judge(log.bytes());
        assertEquals(ModelJudge.judge(log.soundBytes()).state(), verdict.state());
        assertTrue(Set.of(Kind.SLACK, Kind.CLEAN).contains(verdict.kind()));
    }

    @Property(tries = 200)
    void anUncommittedAppendIsDroppedAndNothingElse(@ForAll("uncommitted") final DamagedLog log) {
        final ModelVerdict verdict = ModelJudge.judge(log.bytes());
        final int records = ModelJudge.judge(log.soundBytes()).records();
        assertEquals(Math.max(0, records - 1), verdict.records());
        assertTrue(Set.of(1, 8).contains(verdict.row()), verdict::toString);
    }

    @Property(tries = 200)
    void aTornLogIsThePrefixOfItsSelfOrHasNoHeader(@ForAll("torn") final DamagedLog log) {
        final ModelVerdict verdict = ModelJudge.judge(log.bytes());
        final List<ModelUpdate> written = ModelJudge.judge(log.soundBytes()).updates();
        assertEquals(written.subList(0, verdict.records()), verdict.updates());
    }

    @Property(tries = 2000, seed = "1", shrinking = ShrinkingMode.FULL)
    @AddLifecycleHook(ExpectedFailure.class)
    void aFailureShrinksToAShortScript(@ForAll("logs") final DamagedLog log) {
        assertNotEquals(Kind.CORRUPTED, ModelJudge.judge(log.bytes()).kind());
    }

    @Property(tries = 2000, seed = "1", shrinking = ShrinkingMode.FULL)
    @AddLifecycleHook(ExpectedFailure.class)
    void aFailureShrinksToAShortDamage(@ForAll("logs") final DamagedLog log) {
        assertNotEquals(6, ModelJudge.judge(log.bytes()).row());
    }

    @Example
    void aLineOfNeitherACallNorADamageIsRefused() {
        final IllegalArgumentException refused =
            assertThrows(IllegalArgumentException.class, () -> DamagedLog.parse("compact\nmelt\t3\n"));
        assertEquals("no such damage: melt with 1 parameters", refused.getMessage());
    }

    @Example
    void aParameterBelowZeroIsRefused() {
        final IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> DamagedLog.parse("cut\t-1\n"));
        assertEquals("below zero: -1", refused.getMessage());
    }

    @Example
    void aCallBehindDamageIsRefused() {
        final IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> DamagedLog.parse("cut\t1\ncompact\n"));
        assertEquals("a call behind damage: compact", refused.getMessage());
    }

    @Provide
    Arbitrary<DamagedLog> logs() {
        return Logs.any();
    }

    @Provide
    Arbitrary<DamagedLog> sound() {
        return Logs.sound();
    }

    @Provide
    Arbitrary<DamagedLog> withSlack() {
        return Logs.withSlack();
    }

    @Provide
    Arbitrary<DamagedLog> torn() {
        return Logs.torn();
    }

    @Provide
    Arbitrary<DamagedLog> uncommitted() {
        return Logs.uncommitted();
    }

    @Provide
    Arbitrary<DamagedLog> wrecks() {
        return Logs.of(Updates.sequences(), Damages.any().list().ofMinSize(3).ofMaxSize(8));
    }
}
