package io.slipstream.testkit.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.faults.MemoryDir;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.soak.Campaign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGKILL at each {@link KillPoint}: the child stands still there, so that what is found is told by the point alone. */
class KillPointTest {
    private static final int KILLS_IN_A_SOAK = 5_000;

    @TempDir(factory = MemoryDir.class)
    Path directory;

    @Test
    void shouldKeepEveryAcknowledgedAppendWhenKilledAtAStepOfOpenGrowthForceCompactionLoadOrClose() throws IOException, InterruptedException {
        final Campaign campaign = Campaign.ofBuild("kill-operations");
        killAtEachState(KillPoint.Script.LIFE, campaign);
    }

    @Test
    void shouldKeepEveryAcknowledgedAppendWhenKilledAtAStepOfMaintenance() throws IOException, InterruptedException {
        killAtEachState(KillPoint.Script.MAINTAINED_LIFE, Campaign.ofBuild("kill-maintenance"));
    }

    private void killAtEachState(final KillPoint.Script script, final Campaign campaign) throws IOException, InterruptedException {
        final List<KillPoint> points = lifePoints(script, campaign.seed()).stream().filter(KillPointTest::isTheOnlyOfItsState).toList();
        killAtEach(points, campaign.seed());
        campaign.report(points.size(), "");
    }

    // Behind an operation stands what stands before the next one; but a growth is followed by appends.
    private static boolean isTheOnlyOfItsState(final KillPoint point) {
        return point.moment() == Moment.BEFORE || point.name().contains("ALLOCATE");
    }

    @Test
    void shouldHoldTheRecordOnceItsCrcIsStoredWhenKilledBetweenAnyTwoStoresOfAnAppend() throws IOException, InterruptedException {
        final Campaign campaign = Campaign.ofBuild("kill-stores");
        final List<KillPoint> points = storePoints();
        killAtEach(points, campaign.seed());
        campaign.report(points.size(), "");
    }

    @Test
    @Tag(Campaign.SOAK)
    void shouldKeepEveryAcknowledgedAppendWhenKilledAtAnyPointAgainAndAgain() throws IOException, InterruptedException {
        final Campaign campaign = Campaign.ofSoak("kill-points");
        int kills = 0;
        for (int round = 0; kills < KILLS_IN_A_SOAK; round++) {
            final long seed = campaign.seedOf(round);
            final List<KillPoint> points = switch (round % 4) {
                case 0 -> storePoints();
                case 1 -> lifePoints(KillPoint.Script.LIFE, seed);
                default -> lifePoints(KillPoint.Script.MAINTAINED_LIFE, seed);
            };
            killAtEach(points, seed);
            kills += points.size();
        }
        campaign.report(kills, "");
    }

    private List<KillPoint> lifePoints(final KillPoint.Script script, final long seed) throws IOException {
        return KillPoint.ofLife(script, Files.createDirectory(fresh().resolve("home")).resolve("kv.log"), seed);
    }

    private List<KillPoint> storePoints() throws IOException {
        return KillPoint.ofStores(fresh().resolve("kv.log"));
    }

    private Path fresh() throws IOException {
        return Files.createTempDirectory(directory, "log-");
    }

    private void killAtEach(final List<KillPoint> points, final long seed) throws InterruptedException {
        Children.runAll(points.stream()
            .map(point -> new Children.Case(point + " seed=" + seed, () -> killAt(point, seed)))
            .toList());
    }

    private void killAt(final KillPoint point, final long seed) throws IOException {
        final Path fresh = fresh();
        final Path log = fresh.resolve("kv.log");
        final Acks acks = Acks.map(fresh.resolve("acks"));
        try (ChildJvm child = ChildJvm.startWith(Children.SHORT_LIVED, KillPointVictim.class,
            log, fresh.resolve("acks"), seed, point.script(), point.moment(), point.step())) {
            child.expectLine("there");
            child.kill();
        }
        final boolean isStores = point.script() == KillPoint.Script.STORES;
        final long acknowledged = acks.get(Acks.Slot.RETURNED);
        final boolean committed = isStores && point.moment() == Moment.AFTER;
        final LongFunction<ModelUpdate> issued = isStores ? KillPointVictim::shape : new Feed(seed)::update;
        assertEquals(acknowledged + (committed ? 1 : 0), new AfterKill(log, issued).check(acknowledged));
        Children.deleteAll(fresh);
    }
}
