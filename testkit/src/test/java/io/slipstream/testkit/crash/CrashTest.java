package io.slipstream.testkit.crash;

import io.slipstream.testkit.disk.PowerCut;
import io.slipstream.testkit.disk.PowerCuts;
import io.slipstream.testkit.disk.SimulatedDisk;
import io.slipstream.testkit.soak.Campaign;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** Scripts at random, crashes at random moments, and everything that a crash then may leave: docs/recovery.md holds for all of it. */
class CrashTest {
    private static final int STEPS = 40;
    private static final int STEPS_BESIDE_MAINTENANCE = 80;
    private static final int MOMENTS_A_SCRIPT = 10;
    private static final int MOMENTS_A_NESTED_SCRIPT = 1;
    private static final int NESTED_STEPS = 8;
    private static final int DEPTH = 3;
    private static final int EVENTS_SHOWN = 30;
    private static final int MAX_COMPACTION_FLOOR = 4_000;

    private static final class Figures {
        private final CrashOracle oracle = new CrashOracle();
        private final boolean maintained;
        private final Map<String, Long> states = new TreeMap<>();
        private long images;
        private long nested;
        private long scripts;
        private long lostForces;
        private long compactions;

        Figures(final boolean maintained) {
            this.maintained = maintained;
        }

        // Images without these would have shown nothing of a rotation.
        void requireEveryStateOfARotation() {
            assertTrue(compactions > scripts, "compactions=" + compactions);
            assertTrue(states.keySet().containsAll(List.of("JOINING", "JOINED", "PUBLISHED")), states::toString);
        }
    }

    @Test
    void shouldLoseNothingPromisedInTwentyThousandCrashes() {
        crash(Campaign.ofBuild("crash-images"), 20_000, 0, false);
    }

    @Test
    void shouldLoseNothingPromisedInSixThousandCrashesBesideMaintenance() {
        crash(Campaign.ofBuild("crash-images-maintained"), 6_000, 0, true);
    }

    @Test
    void shouldLoseNothingPromisedInTwoThousandCrashesWithinCrashes() {
        crash(Campaign.ofBuild("nested-crashes"), 0, 2_000, false);
    }

    @Test
    void shouldLoseNothingPromisedInAThousandCrashesWithinCrashesBesideMaintenance() {
        crash(Campaign.ofBuild("nested-crashes-maintained"), 0, 1_000, true);
    }

    @Test
    @Tag(Campaign.SOAK)
    void shouldLoseNothingPromisedInAMillionCrashes() {
        crash(Campaign.ofSoak("crash-images"), 1_000_000, 0, false);
    }

    @Test
    @Tag(Campaign.SOAK)
    void shouldLoseNothingPromisedInFourHundredThousandCrashesBesideMaintenance() {
        crash(Campaign.ofSoak("crash-images-maintained"), 400_000, 0, true);
    }

    @Test
    @Tag(Campaign.SOAK)
    void shouldLoseNothingPromisedInAHundredThousandCrashesWithinCrashes() {
        crash(Campaign.ofSoak("nested-crashes"), 0, 100_000, false);
    }

    @Test
    @Tag(Campaign.SOAK)
    void shouldLoseNothingPromisedInFortyThousandCrashesWithinCrashesBesideMaintenance() {
        crash(Campaign.ofSoak("nested-crashes-maintained"), 0, 40_000, true);
    }

    private static void crash(final Campaign campaign, final long images, final long nested, final boolean maintained) {
        final Figures figures = new Figures(maintained);
        while (figures.images < images || figures.nested < nested) {
            final long seed = campaign.seedOf(figures.scripts++);
            final List<CrashStep> script = new CrashScripts(new Random(seed), maintained).next(maintained ? STEPS_BESIDE_MAINTENANCE : STEPS);
            try {
                runAndCrash(script, seed, nested > 0, figures);
            } catch (final AssertionError | RuntimeException | IOException e) {
                throw new AssertionError(campaign + " script " + (figures.scripts - 1) + ": " + e.getMessage() + "\n"
                        + describe(shrunk(script, seed, nested > 0, maintained)), e);
            }
        }
        campaign.report(Math.max(figures.images, figures.nested), "images=" + figures.images + " nested=" + figures.nested + " scripts="
                + figures.scripts + " failed_calls=" + figures.lostForces
                + (maintained ? " compactions=" + figures.compactions + " states=" + figures.states : "") + " " + figures.oracle.figures());
        figures.oracle.requireEveryTail();
        if (maintained && images > 0) {
            figures.requireEveryStateOfARotation();
        }
    }

    private static void runAndCrash(final List<CrashStep> script, final long seed, final boolean nested, final Figures figures) throws IOException {
        final SimulatedDisk disk = new SimulatedDisk(seed);
        final Random random = new Random(seed);
        final CrashRun run = run(disk, new History(), script, random, figures);
        final SimulatedDisk end = run.disk();
        final PowerCuts cuts = end.powerCuts();
        for (final int moment : random.ints(nested ? MOMENTS_A_NESTED_SCRIPT : MOMENTS_A_SCRIPT, 0, cuts.moments()).sorted().toArray()) {
            figures.states.merge(run.stateAt(moment), 1L, Long::sum);
            crashAt(run, end, cuts.at(moment), moment, random, nested, figures);
        }
    }

    private static CrashRun run(
            final SimulatedDisk disk, final History history, final List<CrashStep> script, final Random random, final Figures figures) throws IOException {
        final CrashRun run = new CrashRun(disk, history);
        if (figures.maintained) {
            run.maintained(random.nextInt(MAX_COMPACTION_FLOOR));
        }
        run.run(script);
        figures.lostForces += run.failures();
        figures.compactions += run.compactions();
        return run;
    }

    private static void crashAt(
            final CrashRun run, final SimulatedDisk end, final PowerCut cut, final int moment, final Random random, final boolean nested,
            final Figures figures) throws IOException {
        final List<SimulatedDisk> lost = new ArrayList<>();
        lost.add(cut.leavingWhatWasForced());
        lost.add(cut.leavingEverything());
        lost.add(cut.any(random));
        lost.add(cut.any(random));
        final List<SimulatedDisk> extremes = cut.extremes();
        lost.add(extremes.get(random.nextInt(extremes.size())));
        for (final SimulatedDisk disk : lost) {
            checkPowerLoss(run, end, disk, moment, random, nested ? DEPTH : 0, figures);
            figures.images++;
        }
        checkProcessDeath(run, end, moment, random, nested ? DEPTH : 0, figures);
        figures.images++;
    }

    private static void checkPowerLoss(
            final CrashRun run, final SimulatedDisk end, final SimulatedDisk lost, final int moment, final Random random, final int depth,
            final Figures figures) throws IOException {
        try {
            final CrashOracle.Recovered recovered = figures.oracle.checkPowerLoss(copy(lost), run.history(), moment);
            if (depth > 0 && !recovered.isRefused()) {
                // What a power cut left is all on the disk.
                crashAgain(lost, run.history(), run.history().after(moment, recovered.updates(), recovered.updates(), lost.moment()), random, depth, figures);
            }
        } catch (final AssertionError | IOException e) {
            throw new AssertionError(lost.origin() + ": " + e.getMessage() + "\n" + end.describe(Math.max(0, moment - EVENTS_SHOWN), moment), e);
        }
    }

    private static void checkProcessDeath(
            final CrashRun run, final SimulatedDisk end, final int moment, final Random random, final int depth, final Figures figures)
            throws IOException {
        final SimulatedDisk dead = end.afterProcessDeath(moment);
        try {
            final CrashOracle.Recovered recovered = figures.oracle.checkProcessDeath(copy(dead), run.history(), moment);
            if (depth > 0) {
                crashAgain(dead, run.history(), run.history().after(moment, recovered.updates(), run.history().forcedAt(moment), moment), random, depth,
                        figures);
            }
        } catch (final AssertionError | IOException e) {
            throw new AssertionError(dead.origin() + ": " + e.getMessage() + "\n" + end.describe(Math.max(0, moment - EVENTS_SHOWN), moment), e);
        }
    }

    private static SimulatedDisk copy(final SimulatedDisk disk) {
        return disk.afterProcessDeath();
    }

    // Recovers, goes on, and crashes once more: in the middle of recovery, or behind it.
    private static void crashAgain(
            final SimulatedDisk disk, final History before, final History history, final Random random, final int depth, final Figures figures)
            throws IOException {
        final int start = disk.moment();
        final List<CrashStep> script = new CrashScripts(random, figures.maintained).again(before.updatesAfter(history.updates()), NESTED_STEPS);
        final CrashRun run = run(disk, history, script, random, figures);
        final SimulatedDisk end = run.disk();
        final PowerCuts cuts = end.powerCuts();
        for (int i = 0; i < 2; i++) {
            final int last = i == 0 ? run.openedAt() : cuts.moments() - 1;
            final int moment = start + random.nextInt(last - start + 1);
            final int deeper = random.nextInt(DEPTH) == 0 ? depth - 1 : 0;
            checkPowerLoss(run, end, cuts.at(moment).any(random), moment, random, deeper, figures);
            checkProcessDeath(run, end, moment, random, deeper, figures);
            figures.nested += 2;
        }
    }

    // Leaves out steps as long as what is left still fails.
    private static List<CrashStep> shrunk(final List<CrashStep> script, final long seed, final boolean nested, final boolean maintained) {
        List<CrashStep> best = script;
        for (int length = script.size() / 2; length > 0; length /= 2) {
            for (int from = 0; from + length <= best.size(); ) {
                final List<CrashStep> shorter = new ArrayList<>(best);
                shorter.subList(from, from + length).clear();
                if (fails(shorter, seed, nested, maintained)) {
                    best = shorter;
                } else {
                    from += length;
                }
            }
        }
        return best;
    }

    private static boolean fails(final List<CrashStep> script, final long seed, final boolean nested, final boolean maintained) {
        for (int i = 0; i < 30; i++) {
            try {
                runAndCrash(script, seed + i, nested, new Figures(maintained));
            } catch (final AssertionError | RuntimeException | IOException e) {
                return true;
            }
        }
        return false;
    }

    private static String describe(final List<CrashStep> script) {
        final StringBuilder text = new StringBuilder("shrunk to:\n");
        script.forEach(step -> text.append(step).append('\n'));
        return text.toString();
    }
}
