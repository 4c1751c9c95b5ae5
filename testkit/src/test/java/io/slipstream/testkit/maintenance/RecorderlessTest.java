package io.slipstream.testkit.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.slipstream.testkit.faults.MemoryDir;
import io.slipstream.testkit.process.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The flight recorder costs nothing where nobody records, and may be missing. */
class RecorderlessTest {
    @TempDir(factory = MemoryDir.class)
    Path directory;

    private List<String> run(final String... flags) throws IOException {
        try (ChildJvm child = ChildJvm.startWith(List.of(flags), RecorderlessVictim.class, directory.resolve("kv.log"))) {
            return child.finish();
        }
    }

    @Test
    void shouldWorkInARuntimeWithoutAFlightRecorder() throws IOException {
        assertEquals(List.of("without a recorder", "done"), run("--limit-modules", "java.base"));
    }

    @Test
    void shouldLoadNoEventClassWhereNobodyRecords() throws IOException {
        final Path loaded = directory.resolve("loaded");
        assertEquals(List.of("with a recorder", "done"), run("-Xlog:class+load:file=" + loaded));
        try (Stream<String> lines = Files.lines(loaded)) {
            assertEquals(List.of("io.slipstream.events.LogEvents", "jdk.jfr.FlightRecorder"),
                lines.map(line -> line.replaceFirst("^(\\[[^]]*])+ ", "").split(" ")[0])
                    .filter(name -> name.startsWith("jdk.jfr.") || name.startsWith("io.slipstream.events.")).toList());
        }
    }
}
