package io.slipstream.testkit.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fuzz target: the input is a file, as it stands. An ordinary build tries the seeds; {@code mvn -Pfuzz verify -Dfuzz.target=RawBytesFuzzTest}
 * searches on from there, guided by coverage.
 */
public final class RawBytesFuzzTest {
    /** The target. */
    public static void fuzzerTestOneInput(final byte[] input) throws IOException {
        FileLaws.holdFor(input);
    }

    static List<Path> seeds() throws IOException {
        return Seeds.of(RawBytesFuzzTest.class);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void lawsHoldForTheFile(final Path seed) throws IOException {
        fuzzerTestOneInput(Files.readAllBytes(seed));
    }
}
