package io.slipstream.testkit.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fuzz target: the input becomes a file with a right header and right checksums, as {@link Resealing} says, so that the search is not held up
 * by what no search can guess. An ordinary build tries the seeds; {@code mvn -Pfuzz verify -Dfuzz.target=ResealedBytesFuzzTest} searches on.
 */
public final class ResealedBytesFuzzTest {
    /** The target. */
    public static void fuzzerTestOneInput(final byte[] input) throws IOException {
        FileLaws.holdFor(Resealing.of(input));
    }

    static List<Path> seeds() throws IOException {
        return Seeds.of(ResealedBytesFuzzTest.class);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void lawsHoldForTheResealedFile(final Path seed) throws IOException {
        fuzzerTestOneInput(Files.readAllBytes(seed));
    }
}
