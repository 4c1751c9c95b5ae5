package io.slipstream.testkit.properties;

import static org.junit.jupiter.api.Assertions.fail;

import io.slipstream.testkit.gen.DamagedLog;
import io.slipstream.testkit.gen.Logs;
import io.slipstream.testkit.gen.VerdictTable;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.soak.Campaign;
import java.util.Random;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.sessions.JqwikSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Logs of all kinds, mostly damaged: the engine's verdict is the model's, and what it then shows, keeps and leaves is too. */
class DamagedLogsTest {
    private static final int BUILD_COUNT = 20_000;
    private static final int SOAK_COUNT = 5_000_000;
    /** Every so many files go through the doors that change a file: one of them to a writer, another to a load. */
    private static final int DOOR_SHARE = 4;
    private static final int GEN_SIZE = 1000;

    @Test
    void shouldFindAndKeepWhatTheModelKeeps() {
        findAndKeep(Campaign.ofBuild("damaged-logs"), BUILD_COUNT);
    }

    @Test
    @Tag(Campaign.SOAK)
    void shouldFindAndKeepWhatTheModelKeepsForLong() {
        findAndKeep(Campaign.ofSoak("damaged-logs"), SOAK_COUNT);
    }

    private static void findAndKeep(final Campaign campaign, final int count) {
        final VerdictTable verdicts = new VerdictTable();
        JqwikSession.run(() -> {
            final RandomGenerator<DamagedLog> logs = Logs.any().generator(GEN_SIZE, false);
            for (int i = 0; i < count; i++) {
                final int number = i;
                final Shrinkable<DamagedLog> log = logs.next(new Random(campaign.seedOf(number)));
                final Throwable failure = failure(log.value(), number, verdicts);
                if (failure != null) {
                    final DamagedLog simplest =
                        Simplest.failing(log, simpler -> failure(simpler, number, new VerdictTable()) != null);
                    fail(campaign + ", number " + number + ": " + failure.getMessage() + "\n" + simplest, failure);
                }
            }
        });
        campaign.report(count, verdicts.toString());
    }

    /** What goes wrong with a log; null if nothing does. */
    private static Throwable failure(final DamagedLog log, final int number, final VerdictTable verdicts) {
        try {
            final byte[] file = log.bytes();
            final ModelVerdict expected = ModelJudge.judge(file);
            verdicts.count(expected);
            final Doors doors = new Doors(file, expected).inspect();
            if (number % DOOR_SHARE == 0) {
                doors.open();
            } else if (number % DOOR_SHARE == 1) {
                doors.load();
            }
            return null;
        } catch (final Exception | Error e) {
            return e;
        }
    }
}
