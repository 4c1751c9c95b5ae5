package io.slipstream.testkit.powercut;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.testkit.faults.MemoryDir;
import io.slipstream.testkit.soak.Campaign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real power cuts, of real file systems: docs/recovery.md, sections 6 and 7. Root only. A run prints its seed; what the kernel had
 * written back at the instant of a cut, no seed tells.
 */
@Tag(Campaign.SOAK)
class PowerCutTest {
    private static final int CUTS = Integer.getInteger("slipstream.cuts", 100);
    private static final int CUTS_A_LIFE = 5;

    @TempDir(factory = MemoryDir.class)
    Path directory;

    @Test
    void shouldKeepWhatWasForcedWhenThePowerOfAnExt4DiskIsCut() throws IOException {
        cutPowerOf(LoopDisk.Kind.EXT4, Campaign.ofSoak("power-cuts-ext4"));
    }

    @Test
    void shouldKeepWhatWasForcedWhenThePowerOfAnXfsDiskIsCut() throws IOException {
        cutPowerOf(LoopDisk.Kind.XFS, Campaign.ofSoak("power-cuts-xfs"));
    }

    private void cutPowerOf(final LoopDisk.Kind kind, final Campaign campaign) throws IOException {
        LoopDisk.assumePossible(kind);
        final Map<String, Integer> outcomes = new TreeMap<>();
        int cuts = 0;
        for (int number = 0; cuts < CUTS; number++) {
            cuts += live(kind, campaign, number, outcomes);
        }
        campaign.report(cuts, outcomes.toString());
        assertTrue(outcomes.getOrDefault("foundPOWER_LOSS", 0) >= cuts / 20, () -> "the cuts do not bite: " + outcomes);
    }

    private int live(final LoopDisk.Kind kind, final Campaign campaign, final int number, final Map<String, Integer> outcomes)
        throws IOException {
        int cuts = 0;
        try (LoopDisk disk = LoopDisk.format(directory, kind)) {
            final Path ackFile = Files.createTempFile(directory, "acks", "");
            final PowerCutLife life = new PowerCutLife(disk, ackFile, campaign.seedOf(number), outcomes);
            while (cuts < CUTS_A_LIFE && life.bootAndCut()) {
                cuts++;
            }
            if (cuts == CUTS_A_LIFE) {
                life.bootOnceMore();
            }
        } catch (final AssertionError e) {
            throw new AssertionError(campaign + " life " + number + " cut " + cuts + ": " + e.getMessage(), e);
        }
        return cuts;
    }
}
