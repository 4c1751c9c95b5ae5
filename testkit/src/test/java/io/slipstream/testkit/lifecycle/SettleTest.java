package io.slipstream.testkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.testkit.process.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A read of mapped bytes behind the end of the file is an error that JDK 17 may throw much later. What asks for it must get
 * it, however the code was compiled.
 */
class SettleTest {
    private static final int TRIES = 300;
    // In some thousand tries the JVM was late once: when compiled code was replaced just then.
    private static final int MAX_LATE = 3;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:+TieredCompilation", "-XX:-TieredCompilation", "-Xcomp"})
    void shouldBringUpTheErrorOfAReadBehindTheEnd(final String flag) throws IOException {
        try (ChildJvm child =
            ChildJvm.startWith(List.of(flag), SettleVictim.class, directory.resolve("file"), TRIES)) {
            final String[] counts = child.finish().get(0).split(" ");
            assertEquals(TRIES, Integer.parseInt(counts[0]) + Integer.parseInt(counts[1]), "no error came at all");
            assertTrue(Integer.parseInt(counts[1]) <= MAX_LATE, "settled=" + counts[0] + " late=" + counts[1]);
        }
    }
}
