package io.slipstream.testkit.planted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.slipstream.testkit.planted.PatchedEngine.Outcome;
import io.slipstream.testkit.recovery.MemoryTempDir;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * A check that never failed proves nothing: each bug of {@link PlantedBugs} is planted in a copy of the engine, and the tests that are there to
 * catch it must fail.
 */
class PlantedBugsTest {
    private static final int LEAST_BUGS = 15;
    private static final String COMMIT_ORDER = "planted.CommitOrderCheck";

    @TempDir(factory = MemoryTempDir.class)
    private Path root;

    @TestFactory
    Stream<DynamicTest> shouldBeCaught() {
        return PlantedBugs.ALL.stream().flatMap(bug -> bug.checks().stream().map(check -> dynamicTest(bug.name() + ": " + check, () -> {
            try (PatchedEngine engine = compile(bug.patches(), check)) {
                assertCaught(bug, check, engine.run(check));
            }
        })));
    }

    /** Without a bug the same tests pass in the same way of running them: it is not that which fails them. */
    @TestFactory
    Stream<DynamicTest> shouldNotBeSeenWhereThereIsNoBug() throws IOException {
        final PatchedEngine sound = compile(List.of(), "");
        final PatchedEngine telling = compile(List.of(), COMMIT_ORDER);
        return PlantedBugs.ALL.stream().flatMap(bug -> bug.checks().stream()).distinct().sorted().map(check -> dynamicTest(check, () -> {
            final Outcome outcome = (check.startsWith(COMMIT_ORDER) ? telling : sound).run(check);
            assertTrue(outcome.tests() > 0, () -> "no test was run: " + outcome);
            assertEquals(List.of(), outcome.failures(), outcome::output);
            assertEquals(List.of(), outcome.blocked(), outcome::output);
        })).onClose(() -> close(sound, telling));
    }

    private static void close(final PatchedEngine... engines) {
        for (final PatchedEngine engine : engines) {
            try {
                engine.close();
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void shouldHaveANameAReasonAndACheckEach() {
        assertTrue(PlantedBugs.ALL.size() >= LEAST_BUGS, () -> "bugs: " + PlantedBugs.ALL.size());
        assertEquals(PlantedBugs.ALL.size(), PlantedBugs.ALL.stream().map(PlantedBug::name).distinct().count());
        for (final PlantedBug bug : PlantedBugs.ALL) {
            assertTrue(!bug.why().isEmpty() && !bug.patches().isEmpty() && !bug.checks().isEmpty(), bug.name());
        }
    }

    private PatchedEngine compile(final List<Patch> patches, final String check) throws IOException {
        final List<Patch> all = new ArrayList<>(patches);
        if (check.startsWith(COMMIT_ORDER)) {
            all.add(FenceLog.HOOKS);
        }
        return PatchedEngine.compile(all, Files.createTempDirectory(root, "engine"));
    }

    private static void assertCaught(final PlantedBug bug, final String check, final Outcome outcome) {
        assertTrue(outcome.tests() > 0, () -> check + " ran no test: " + outcome);
        assertFalse(outcome.failures().isEmpty(), () -> "not caught by " + check + ": " + bug + "\n" + outcome);
        assertTrue(outcome.failures().stream().anyMatch(PatchedEngine.Failure::isJudgement),
            () -> check + " failed, but for another reason than " + bug + ": " + outcome);
    }
}
