package io.slipstream.testkit.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fuzz target: the input is a script of calls, deaths and damage, which engine and model both live through. An ordinary build tries the seeds;
 * {@code mvn -Pfuzz verify -Dfuzz.target=OperationsFuzzTest} searches on.
 */
public final class OperationsFuzzTest {
    /** The target. */
    public static void fuzzerTestOneInput(final byte[] input) throws IOException {
        OperationsRun.run(input);
    }

    static List<Path> seeds() throws IOException {
        return Seeds.of(OperationsFuzzTest.class);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void engineLivesThroughTheScriptLikeTheModel(final Path seed) throws IOException {
        fuzzerTestOneInput(Files.readAllBytes(seed));
    }
}
