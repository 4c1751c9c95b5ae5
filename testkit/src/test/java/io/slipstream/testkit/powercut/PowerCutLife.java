package io.slipstream.testkit.powercut;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.MaintenanceMode;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.process.Acks;
import io.slipstream.testkit.process.ChildJvm;
import io.slipstream.testkit.process.Feed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * One log on one disk, from power cut to power cut. After each the log is opened by a machine with another boot id, and what is found is
 * compared with what was issued and what was promised; then it is written on, with other updates than those that were lost, so that
 * nothing lost can come back unseen. Single thread.
 */
final class PowerCutLife {
    private static final int MAX_UPDATES_BEFORE_CUT = 6_000;
    private static final int MAX_OPERATION_TO_STAND_AT = 300;
    private static final int PAGE_LENGTH = 4096;
    private static final int PAGES_AHEAD = 2;
    private static final int MAX_UNFORCED_PAGES = 16;
    private static final String STANDING = "standing at ";
    private static final long POLL_NANOS = 300_000;
    private static final List<String> FLAGS = List.of("-Xmx128m", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData");

    private final LoopDisk disk;
    private final Path log;
    private final Path ackFile;
    private final Acks acks;
    private final long seed;
    private final Random random;
    private final Map<String, Integer> outcomes;

    // All that may be found: the updates that were kept so far, and those that were issued behind them.
    private final List<ModelUpdate> issued = new ArrayList<>();

    // For whom it fails.
    private final List<String> trail = new ArrayList<>();
    private int promised;
    private boolean everForced;
    private boolean everOpened;
    private boolean cutUnseen;
    private int forced;
    private int boots;
    private MaintenanceMode maintenance;

    PowerCutLife(final LoopDisk disk, final Path ackFile, final long seed, final Map<String, Integer> outcomes) throws IOException {
        this.disk = disk;
        this.log = disk.directory().resolve("kv.log");
        this.ackFile = ackFile;
        this.acks = Acks.map(ackFile);
        this.seed = seed;
        this.random = new Random(seed);
        this.outcomes = outcomes;
    }

    /** A start of the machine, some work, and a cut. Answers false if the log was, rightly, refused: its life is over. */
    boolean bootAndCut() throws IOException {
        powerOn();
        if (random.nextInt(4) == 0 && !recoverAndDie()) {
            return false;
        }
        final byte[] found = bytes();
        try (ChildJvm child = start(random.nextInt(3) == 0 ? 1 + random.nextInt(MAX_OPERATION_TO_STAND_AT) : 0)) {
            final String answer = child.readLine();
            if (answer.startsWith(STANDING)) {
                count("cutInOpen");
                cutPower();
            } else if (isOpened(answer, found)) {
                child.writeLine(Integer.toString(issued.size()));
                work(child);
                cutPower();
                child.kill();
                noteWhatWasIssued();
            } else {
                return false;
            }
        }
        disk.unmount();
        return true;
    }

    // What was promised counts up to here. A call may still return while the file system goes down, but the machine it tells is gone: the
    // directory force of XFS does so, although it did nothing.
    private void cutPower() throws IOException {
        forced = (int) acks.get(Acks.Slot.FORCED);
        disk.cutPower();
        cutUnseen = true;
        trail.add("cut: forced=" + forced + " returned=" + acks.get(Acks.Slot.RETURNED));
    }

    /** A last start of the machine, to see what the last cut left. */
    void bootOnceMore() throws IOException {
        powerOn();
        recoverAndDie();
        disk.unmount();
    }

    private void powerOn() throws IOException {
        if (boots++ > 0) {
            disk.mount();
        }
    }

    // Recovering twice is recovering once: the next child, of the same boot, must find what this one found.
    private boolean recoverAndDie() throws IOException {
        final byte[] found = bytes();
        try (ChildJvm child = start(0)) {
            return isOpened(child.readLine(), found);
        }
    }

    private ChildJvm start(final int standAt) throws IOException {
        acks.set(Acks.Slot.STANDING, 0);
        acks.set(Acks.Slot.LENGTH, 0);
        acks.set(Acks.Slot.FORCED_LENGTH, 0);
        acks.set(Acks.Slot.FORCED, 0);
        acks.set(Acks.Slot.RETURNED, 0);
        maintenance = random.nextBoolean() ? MaintenanceMode.RUNNER : MaintenanceMode.INLINE;
        final int segmentLength = PAGE_LENGTH << 2 * random.nextInt(5);
        return ChildJvm.startWith(FLAGS, PowerCutVictim.class, log, ackFile, seedOfBoot(), "boot-" + boots, segmentLength, standAt,
            random.nextInt(8) > 0, maintenance);
    }

    private long seedOfBoot() {
        return seed + boots;
    }

    private byte[] bytes() throws IOException {
        return Files.exists(log) ? Files.readAllBytes(log) : null;
    }

    /** Judges what a child said of the log and made of it. Answers false if it was rightly refused. */
    private boolean isOpened(final String answer, final byte[] found) throws IOException {
        trail.add("boot " + boots + ": " + answer + " length=" + (found == null ? "none" : found.length));
        if (answer.startsWith("refused")) {
            assertFalse(everForced, () -> String.join("; ", trail));
            assertArrayEquals(found, bytes(), "a refused log was changed");
            count("refusedAndNeverForced");
            cutUnseen = false;
            return false;
        }
        assertTrue(found != null || !everOpened, "the log is gone: " + answer);
        assertFalse(maintenance == MaintenanceMode.INLINE && Files.exists(log.resolveSibling("kv.log.compact")), "a dead compaction's file was kept");
        everOpened = true;
        if (cutUnseen) {
            count("found" + answer.substring(answer.indexOf(' ') + 1, answer.indexOf(':')));
            cutUnseen = false;
        }
        final ModelVerdict verdict = ModelJudge.judge(bytes());
        assertEquals(1, verdict.row(), () -> answer + " left " + verdict);
        final int kept = updatesIn(verdict.state());
        outcomes.merge("lostUpdates", issued.size() - kept, Integer::sum);
        issued.subList(kept, issued.size()).clear();
        promised = kept; // it was read from the disk
        return true;
    }

    private int updatesIn(final ModelState found) {
        final ModelState expected = new ModelState().applyAll(issued.subList(0, promised));
        int count = promised;
        while (!expected.equals(found)) {
            if (count == issued.size()) {
                throw new AssertionError("no prefix of what was issued, or too short: promised=" + promised + " issued=" + issued.size() + " "
                    + String.join("; ", trail));
            }
            do {
                expected.apply(issued.get(count++));
            } while (count < issued.size() && !mayBeLast(issued.get(count - 1), found));
        }
        return count;
    }

    // Only to spare comparisons of whole states.
    private static boolean mayBeLast(final ModelUpdate update, final ModelState found) {
        if (update instanceof ModelUpdate.Put put) {
            return found.entry(put.key()).filter(entry -> Arrays.equals(entry.version(), put.version())).isPresent();
        }
        if (update instanceof ModelUpdate.Checkpoint checkpoint) {
            return Arrays.equals(checkpoint.cursor(), found.cursor());
        }
        return !(update instanceof ModelUpdate.Delete delete) || !found.isLive(delete.key());
    }

    private void work(final ChildJvm child) throws IOException {
        final long until = issued.size() + 1L + random.nextInt(MAX_UPDATES_BEFORE_CUT);
        final int unforced = random.nextInt(MAX_UNFORCED_PAGES);
        while (goesOn(child) && (acks.get(Acks.Slot.RETURNED) < until || unforcedPages() < unforced)) {
            provokeWriteBack();
        }
        provokeWriteBack();
        if (!goesOn(child)) {
            final String said = child.readLine();
            count("cutAt" + said.substring(STANDING.length(), said.indexOf(' ', STANDING.length())));
        }
    }

    private boolean goesOn(final ChildJvm child) {
        return acks.get(Acks.Slot.STANDING) == 0 && child.isAlive();
    }

    private long unforcedPages() {
        return (acks.get(Acks.Slot.LENGTH) - acks.get(Acks.Slot.FORCED_LENGTH)) / PAGE_LENGTH;
    }

    private void provokeWriteBack() throws IOException {
        final long unforced = unforcedPages();
        if (unforced <= 0) {
            LockSupport.parkNanos(POLL_NANOS);
            return;
        }
        final long firstPage = acks.get(Acks.Slot.FORCED_LENGTH) / PAGE_LENGTH;
        final List<String> ranges = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            final long page = firstPage + random.nextInt((int) unforced + PAGES_AHEAD);
            final int pages = switch (random.nextInt(40)) {
                case 0 -> 512;
                case 1, 2, 3, 4, 5 -> 1 + random.nextInt(16);
                default -> 1;
            };
            ranges.add(page * PAGE_LENGTH + " " + pages * PAGE_LENGTH);
        }
        LoopDisk.writeBack(log, ranges);
        if (random.nextBoolean()) {
            disk.commitJournal();
        }
    }

    private void noteWhatWasIssued() {
        final Feed feed = new Feed(seedOfBoot());
        for (long i = issued.size() + 1L; i <= acks.get(Acks.Slot.RETURNED) + 1; i++) {
            issued.add(feed.update(i));
        }
        promised = Math.max(promised, forced);
        everForced |= !new ModelState().applyAll(issued.subList(0, forced)).isEmpty();
    }

    private void count(final String outcome) {
        outcomes.merge(outcome, 1, Integer::sum);
    }
}
