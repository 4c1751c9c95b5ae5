package io.slipstream.testkit.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.model.ModelVerdict.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The seeds show all there is to see: what no seed shows, a search has to find by luck. */
class SeedsTest {
    private static final Set<String> CALLS =
        Set.of("open", "put", "delete", "purge", "checkpoint", "force", "compact", "view", "close", "die", "cut");

    @Test
    void rawSeedsReachEveryRowAndEveryVerdict() throws IOException {
        assertReachesEverything(verdicts(RawBytesFuzzTest.class, UnaryOperator.identity()));
    }

    @Test
    void resealedSeedsReachEveryRowAndEveryVerdict() throws IOException {
        assertReachesEverything(verdicts(ResealedBytesFuzzTest.class, Resealing::of));
    }

    @Test
    void scriptsUseEveryCall() throws IOException {
        final StringBuilder scripts = new StringBuilder();
        for (final Path seed : Seeds.of(OperationsFuzzTest.class)) {
            scripts.append(OperationsRun.run(Files.readAllBytes(seed)));
        }
        final Set<String> used = scripts.toString().lines().map(line -> line.split("[ ,]", 2)[0]).collect(Collectors.toSet());
        assertEquals(CALLS, used);
    }

    private static void assertReachesEverything(final List<ModelVerdict> verdicts) {
        assertEquals(Set.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), verdicts.stream().map(ModelVerdict::row).collect(Collectors.toSet()));
        assertEquals(EnumSet.allOf(Kind.class), verdicts.stream().map(ModelVerdict::kind).collect(Collectors.toSet()));
    }

    private static List<ModelVerdict> verdicts(final Class<?> target, final UnaryOperator<byte[]> made) throws IOException {
        final List<ModelVerdict> verdicts = new ArrayList<>();
        for (final Path seed : Seeds.of(target)) {
            verdicts.add(ModelJudge.judge(made.apply(Files.readAllBytes(seed))));
        }
        return verdicts;
    }
}
