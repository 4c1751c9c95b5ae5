package io.slipstream.testkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.process.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A close from another thread in the middle of an append: in a child, since what must not happen is the death of the JVM. */
class CloseRaceTest {
    private static final int ROUNDS = 300;

    @TempDir
    Path directory;

    @Test
    void shouldSurviveACloseFromAnotherThreadInTheMiddleOfAppends() throws IOException {
        final long seed = System.nanoTime();
        System.out.println("CloseRaceTest: seed=" + seed);
        final Path path = directory.resolve("kv.log");
        try (ChildJvm child = ChildJvm.start(CloseRaceVictim.class, path, ROUNDS, seed)) {
            assertEquals(List.of("survived"), child.finish());
        }
        final ModelVerdict verdict = ModelJudge.judge(Files.readAllBytes(path));
        assertFalse(verdict.isError(), verdict::toString);
    }
}
