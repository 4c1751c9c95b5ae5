package io.slipstream.testkit.crash;

import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.disk.PowerCut;
import io.slipstream.testkit.disk.PowerCuts;
import io.slipstream.testkit.disk.SimulatedDisk;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation.Kind;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.soak.Campaign;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Short scripts, a crash at every moment, and there every state that the disk may be in: nothing is left to chance. */
class EveryStateTest {
    private static final CrashStep FORCE = new CrashStep.Force();
    private static final CrashStep LOSE_FORCE = new CrashStep.LoseForce(1);
    private static final CrashStep REOPEN = new CrashStep.Reopen();
    private static final CrashStep DIE = new CrashStep.Die(false, 0);
    private static final CrashStep DIE_AND_LOAD = new CrashStep.Die(true, 0);
    private static final CrashStep DIE_AND_LOSE_A_FORCE = new CrashStep.Die(false, 1);
    private static final CrashStep DIE_LOAD_AND_LOSE_A_FORCE = new CrashStep.Die(true, 1);
    private static final CrashStep LOAD = new CrashStep.Load();
    // With the header it fills one page: nothing that follows is in it, and would write it again.
    private static final CrashStep ONE_PAGE = putLong("a", 4096 - 6 - 13);
    // After two puts.
    private static final CrashStep REST_OF_PAGE = putLong("c", 4096 - 1488 - 13);
    private static final CrashStep COMPACT = new CrashStep.Do(ModelUpdate.compact());

    private static final CrashStep REQUEST_FORCE = new CrashStep.RequestForce();
    private static final CrashStep OFFERED = new CrashStep.MaintainUntil("JOINING");
    private static final CrashStep PUBLISHED = new CrashStep.MaintainUntil("PUBLISHED");
    private static final CrashStep GIVEN_UP = new CrashStep.MaintainUntil("PARTING");

    private record Script(String name, boolean maintained, CrashStep... steps) {
        Script(final String name, final CrashStep... steps) {
            this(name, false, steps);
        }

        static Script beside(final String name, final CrashStep... steps) {
            return new Script("beside: " + name, true, steps);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    // Longer than a sector: a put makes two dirty, or three.
    private static CrashStep put(final String key, final long revision) {
        return new CrashStep.Do(ModelUpdate.put(key, "value ".repeat(120), revision));
    }

    private static CrashStep delete(final String key, final long revision) {
        return new CrashStep.Do(ModelUpdate.delete(key, revision));
    }

    private static CrashStep checkpoint(final long cursor) {
        return new CrashStep.Do(ModelUpdate.checkpoint(cursor));
    }

    private static CrashStep maintain(final int times) {
        return new CrashStep.Maintain(times);
    }

    private static CrashStep putLong(final String key, final int length) {
        return new CrashStep.Do(new ModelUpdate.Put(Utf8.encode(key), new byte[length], Token.none()));
    }

    static Stream<Script> scripts() {
        return Stream.of(
                new Script("append and force", put("a", 1), FORCE, put("b", 2), checkpoint(2), put("c", 3), put("d", 4), FORCE, put("a", 5), put("b", 6)),
                new Script("compact", put("a", 1), put("a", 2), checkpoint(2), COMPACT, put("b", 3), put("c", 4), put("d", 5), FORCE, put("c", 6)),
                new Script("compact twice", put("a", 1), COMPACT, put("a", 2), put("b", 3), COMPACT, checkpoint(3), put("c", 4), put("d", 5), FORCE),
                new Script("close and open", put("a", 1), REOPEN, put("b", 2), put("c", 3), put("d", 4), REOPEN, checkpoint(4), put("a", 5), put("b", 6)),
                new Script("load", put("a", 1), put("a", 2), LOAD, put("b", 3), put("c", 4), put("d", 5), FORCE, put("c", 6)),
                new Script("die and go on", put("a", 1), FORCE, put("b", 2), put("c", 3), DIE, put("d", 4), FORCE, put("e", 5), put("f", 6), DIE),
                new Script("die, compact", put("a", 1), put("b", 2), DIE, COMPACT, put("c", 3), put("d", 4), DIE, put("e", 5), FORCE),
                new Script("grow", put("a", 1), FORCE, putLong("b", 3600), FORCE, putLong("c", 3600), FORCE, put("d", 4), put("e", 5), FORCE, put("f", 6)),
                new Script("delete all, compact", put("a", 1), FORCE, delete("a", 2), COMPACT, put("b", 3), FORCE, put("c", 4), put("d", 5), put("e", 6)),
                new Script("lose a force", put("a", 1), FORCE, put("b", 2), put("c", 3), LOSE_FORCE, FORCE, put("d", 4), FORCE, put("e", 5), put("f", 6)),
                new Script("lose the force of a mark", put("a", 1), FORCE, put("b", 2), put("c", 3), new CrashStep.LoseForce(2), FORCE, put("d", 4), FORCE),
                new Script("lose the force of a name", put("a", 1), new CrashStep.LoseForce(3), COMPACT, put("b", 2), FORCE, put("c", 3), put("d", 4)),
                new Script("die, load", put("a", 1), put("b", 2), DIE_AND_LOAD, put("c", 3), FORCE, put("d", 4)),
                new Script("die, lose the force of the cut", ONE_PAGE, DIE_AND_LOSE_A_FORCE, put("c", 3), FORCE, put("d", 4)),
                new Script("die, load, lose the force of the cut", ONE_PAGE, DIE_LOAD_AND_LOSE_A_FORCE, put("c", 3), FORCE, put("d", 4)),
                new Script("lose a force, load", ONE_PAGE, LOSE_FORCE, FORCE, LOAD, put("c", 3), FORCE, put("d", 4)),
                Script.beside("compact", put("a", 1), put("a", 2), FORCE, OFFERED, put("b", 3), PUBLISHED, put("c", 4), put("d", 5), maintain(3),
                    put("e", 6), FORCE),
                Script.beside("append while it is copied", put("a", 1), put("a", 2), FORCE, maintain(3), checkpoint(2), maintain(2), put("b", 3), OFFERED,
                    put("b", 4), PUBLISHED, put("c", 5), FORCE, put("c", 6)),
                Script.beside("force while joined", put("a", 1), put("a", 2), FORCE, OFFERED, put("b", 3), REQUEST_FORCE, maintain(1), put("c", 4), maintain(2),
                    put("d", 5)),
                Script.beside("force what was published", put("a", 1), put("a", 2), FORCE, OFFERED, put("b", 3), PUBLISHED, put("c", 4), maintain(1), FORCE,
                    put("d", 5), REQUEST_FORCE, putLong("e", 100), maintain(1), put("f", 7),
                    put("g", 8)),
                Script.beside("fail to rename", put("a", 1), put("a", 2), FORCE, OFFERED, put("b", 3), new CrashStep.FailNext(Kind.RENAME, Moment.BEFORE), GIVEN_UP,
                    put("c", 4), maintain(2), FORCE, put("d", 5)),
                Script.beside("rename, and be told it failed", put("a", 1), put("a", 2), FORCE, OFFERED, put("b", 3),
                    new CrashStep.FailNext(Kind.RENAME, Moment.AFTER), maintain(2), put("c", 4), put("d", 5), FORCE),
                Script.beside("lose the force before the rename", put("a", 1), put("a", 2), FORCE, OFFERED, put("b", 3), LOSE_FORCE, GIVEN_UP, put("c", 4),
                    FORCE, put("d", 5)),
                Script.beside("lose the force of the name", put("a", 1), put("a", 2), FORCE, OFFERED, put("b", 3),
                    new CrashStep.FailNext(Kind.FORCE_DIRECTORY, Moment.BEFORE), maintain(2), put("c", 4), put("d", 5)),
                Script.beside("lose a requested force", put("a", 1), FORCE, put("b", 2), REQUEST_FORCE, LOSE_FORCE, maintain(2), put("c", 3), put("d", 4),
                    FORCE),
                Script.beside("die offered", put("a", 1), put("a", 2), FORCE, OFFERED, DIE, put("b", 3), FORCE, put("c", 4)),
                Script.beside("die joined", put("a", 1), put("a", 2), FORCE, OFFERED, put("b", 3), DIE, put("c", 4), FORCE, put("d", 5)),
                Script.beside("die published", put("a", 1), put("a", 2), FORCE, OFFERED, put("b", 3), PUBLISHED, DIE, put("c", 4), FORCE, put("d", 5)),
                Script.beside("close joined", put("a", 1), put("a", 2), FORCE, OFFERED, put("b", 3), REOPEN, put("c", 4)),
                Script.beside("close published", put("a", 1), put("a", 2), FORCE, OFFERED, put("b", 3), PUBLISHED, REOPEN, put("c", 4), put("d", 5)),
                Script.beside("delete all", put("a", 1), FORCE, delete("a", 2), OFFERED, checkpoint(2), PUBLISHED, put("b", 3), maintain(3), FORCE,
                    put("c", 4)),
                Script.beside("force less than there is", FORCE, put("a", 1), put("b", 2), maintain(1), REST_OF_PAGE, REQUEST_FORCE, put("d", 3), maintain(1),
                    FORCE, put("e", 4)),
                Script.beside("grow while joined", put("a", 1), put("a", 2), FORCE, OFFERED, putLong("b", 3600), putLong("c", 3600),
                    putLong("b", 3600), FORCE, putLong("c", 3600), FORCE, PUBLISHED, put("d", 3), FORCE),
                Script.beside("grow into what is ready", put("a", 1), put("b", 2), maintain(1), FORCE, putLong("c", 2400), FORCE, put("d", 3), REQUEST_FORCE,
                    maintain(1), put("e", 4)),
                Script.beside("force in what was made ready", put("a", 1), put("b", 2), FORCE, maintain(1), putLong("c", 7000), REQUEST_FORCE, maintain(1),
                    put("d", 3)));
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void shouldLoseNothingPromisedInAnyState(final Script script) throws IOException {
        final CrashRun run = new CrashRun(new SimulatedDisk(), new History());
        if (script.maintained()) {
            run.maintained(0);
        }
        run.run(List.of(script.steps()));
        final CrashOracle oracle = new CrashOracle();
        final PowerCuts cuts = run.disk().powerCuts();
        final Set<List<Object>> seen = new HashSet<>();
        long states = 0;
        int enumerated = 0;
        for (int moment = 0; moment < cuts.moments(); moment++) {
            final SimulatedDisk dead = run.disk().afterProcessDeath(moment);
            oracle.checkProcessDeath(dead, run.history(), moment);
            final PowerCut cut = cuts.at(moment);
            final boolean all = cut.dirtySectors() <= PowerCut.MAX_ENUMERATED_SECTORS;
            enumerated += all ? 1 : 0;
            final Iterator<SimulatedDisk> disks = all ? cut.every().iterator() : new ArrayList<>(cut.extremes()).iterator();
            while (disks.hasNext()) {
                final SimulatedDisk disk = disks.next();
                final List<Object> state = List.of(disk.contentHashes(), disk.inodes(), run.history().forcedAt(moment), run.history().issuedAt(moment),
                        run.history().isWarmAt(moment), run.history().existsAt(moment));
                if (seen.add(state)) {
                    try {
                        oracle.checkPowerLoss(disk, run.history(), moment);
                    } catch (final AssertionError | IOException e) {
                        throw new AssertionError(disk.origin() + ": " + e.getMessage() + "\n" + run.disk().describe(0, moment), e);
                    }
                    states++;
                }
            }
        }
        assertEquals(cuts.moments(), enumerated, "moments of which every state was seen");
        assertTrue(states > 50, "states seen: " + states);
        Campaign.ofBuild("every-state").report(states, "script=" + script.name().replace(' ', '-') + " moments=" + cuts.moments() + " " + oracle.figures());
    }
}
