package io.slipstream.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.slipstream.testkit.contract.NaiveLog.Fault;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** A contract that passes whatever it is given proves nothing: each wrong log fails the tests that are about what it does wrong, and no others. */
class ContractBitesTest {
    static class Sound extends Wrong {
        Sound() {
            super(Fault.NONE);
        }
    }

    static class CompactsUnsorted extends Wrong {
        CompactsUnsorted() {
            super(Fault.COMPACTS_UNSORTED);
        }
    }

    static class KeepsTornTails extends Wrong {
        KeepsTornTails() {
            super(Fault.KEEPS_TORN_TAILS);
        }
    }

    static class ChecksNoCrc extends Wrong {
        ChecksNoCrc() {
            super(Fault.CHECKS_NO_CRC);
        }
    }

    static class LocksNothing extends Wrong {
        LocksNothing() {
            super(Fault.LOCKS_NOTHING);
        }
    }

    static class LoadsByRewriting extends Wrong {
        LoadsByRewriting() {
            super(Fault.LOADS_BY_REWRITING);
        }
    }

    static class AsksAtTheThreshold extends Wrong {
        AsksAtTheThreshold() {
            super(Fault.ASKS_AT_THE_THRESHOLD);
        }
    }

    static class RepairsWhatItRefuses extends Wrong {
        RepairsWhatItRefuses() {
            super(Fault.REPAIRS_WHAT_IT_REFUSES);
        }
    }

    abstract static class Wrong extends SnapshotLogContract {
        private final Fault fault;

        Wrong(final Fault fault) {
            this.fault = fault;
        }

        @Override
        protected LogUnderTest logUnderTest() {
            return new NaiveLog(fault);
        }
    }

    /** Which test methods failed, and how many tests passed. */
    private static final class Failures implements TestExecutionListener {
        private final Set<String> failed = new TreeSet<>();
        private int passed;

        @Override
        public void executionFinished(final TestIdentifier test, final TestExecutionResult result) {
            if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                failed.add(test.getSource().map(Failures::name).orElseThrow());
            } else if (test.isTest()) {
                passed++;
            }
        }

        private static String name(final TestSource source) {
            return source instanceof MethodSource method ? method.getMethodName() : source.toString();
        }
    }

    private static Failures run(final Class<? extends SnapshotLogContract> suite) {
        final Launcher launcher = LauncherFactory.create(LauncherConfig.builder()
            .enableTestExecutionListenerAutoRegistration(false).enableLauncherSessionListenerAutoRegistration(false).build());
        final Failures failures = new Failures();
        launcher.execute(LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(suite)).filters(EngineFilter.includeEngines("junit-jupiter")).build(), failures);
        return failures;
    }

    private static Set<String> failed(final Class<? extends SnapshotLogContract> suite) {
        return run(suite).failed;
    }

    @Test
    void shouldPassASoundLog() {
        final Failures sound = run(Sound.class);
        assertEquals(Set.of(), sound.failed);
        assertTrue(sound.passed > 100, "only " + sound.passed + " tests");
    }

    @Test
    void shouldFailALogThatCompactsUnsorted() {
        assertEquals(Set.of(
            "shouldCompactToTheLiveKeysInTheOrderOfTheirBytes", "shouldLeaveTheBytesThatTheModelLeaves"), failed(CompactsUnsorted.class));
    }

    @Test
    void shouldFailALogThatKeepsTornTails() {
        assertEquals(Set.of(
            "shouldOpenByTheTable", "shouldOpenASmallLogWithAnyDamageByTheTable", "shouldAppendInPlaceOfSlackAndTornTails"),
            failed(KeepsTornTails.class));
    }

    @Test
    void shouldFailALogThatChecksNoCrc() {
        assertEquals(Set.of(
            "shouldOpenByTheTable", "shouldOpenASmallLogWithAnyDamageByTheTable",
            "shouldLoadByTheTable", "shouldLoadASmallLogWithAnyDamageByTheTable"), failed(ChecksNoCrc.class));
    }

    @Test
    void shouldFailALogWithoutALock() {
        assertEquals(Set.of(
            "shouldRefuseASecondWriter", "shouldRefuseToLoadBesideAWriter", "shouldCloseTwiceLikeOnce"), failed(LocksNothing.class));
    }

    @Test
    void shouldFailALogWhoseLoadTouchesWhatIsClean() {
        assertEquals(Set.of(
            "shouldLoadByTheTable", "shouldLoadASmallLogWithAnyDamageByTheTable", "shouldNotTouchALogThatIsCompactButNotSorted",
            "shouldCutSlackOffWithoutRewriting", "shouldNotTouchWhatALoadCleaned"), failed(LoadsByRewriting.class));
    }

    @Test
    void shouldFailALogThatAsksForACompactionTooSoon() {
        assertEquals(Set.of(
            "shouldAskForACompactionBehindTheThresholdOnly", "shouldCountWhatIsThereAtOpen", "shouldCountFromTheLastCompaction"),
            failed(AsksAtTheThreshold.class));
    }

    @Test
    void shouldFailALogThatCutsWhatItRefuses() {
        assertEquals(Set.of(
            "shouldOpenByTheTable", "shouldOpenASmallLogWithAnyDamageByTheTable",
            "shouldLoadByTheTable", "shouldLoadASmallLogWithAnyDamageByTheTable", "shouldRefuseToLoadAnUnfinishedHeader"),
            failed(RepairsWhatItRefuses.class));
    }
}
