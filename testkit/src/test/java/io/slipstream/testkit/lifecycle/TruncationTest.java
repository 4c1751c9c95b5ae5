package io.slipstream.testkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.testkit.process.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Another program cuts the log short while it is mapped. In a child, since what must not happen is the death of the JVM:
 * every call ends with one of the errors it documents.
 */
class TruncationTest {
    private static final Set<String> IO = Set.of("nothing", "IOException", "FileChangedException");
    private static final Set<String> UNCHECKED_IO = Set.of("nothing", "UncheckedIOException");
    private static final Set<String> LOOKUP = late(UNCHECKED_IO);
    private static final Set<String> APPEND = late(Set.of("nothing", "UncheckedIOException", "PoisonedLogException"));
    private static final Set<String> CHECKED = Set.of("nothing", "IOException", "FileChangedException", "PoisonedLogException",
        "InvalidSnapshotFormatException", "CorruptSnapshotException");
    private static final Set<String> REPLAY =
        Set.of("nothing", "IOException", "FileChangedException", "InvalidSnapshotFormatException", "CorruptSnapshotException");
    private static final Set<String> NOTHING = Set.of("nothing");

    @TempDir
    Path directory;

    // On JDK 17 a look-up or an append may have returned before its fault is thrown: out of whatever the thread does then.
    private static Set<String> late(final Set<String> documented) {
        final Set<String> all = new HashSet<>(documented);
        if (isFaultLate()) {
            all.add("InternalError");
        }
        return all;
    }

    private static boolean isFaultLate() {
        return Runtime.version().feature() == 17;
    }

    private List<String> run(final String scenario, final long cutTo, final Map<String, Set<String>> allowed)
        throws IOException {
        return run(List.of(), scenario, cutTo, allowed);
    }

    private List<String> run(final List<String> flags, final String scenario, final long cutTo, final Map<String, Set<String>> allowed)
        throws IOException {
        try (ChildJvm child = ChildJvm.startWith(flags, TruncationVictim.class, scenario, directory.resolve("kv.log"), cutTo)) {
            final List<String> lines = child.finish();
            for (final String line : lines) {
                final String call = line.substring(0, line.indexOf(' '));
                final String thrown = line.substring(line.indexOf(' ') + 1);
                assertTrue(allowed.containsKey(call), line);
                assertTrue(allowed.get(call).contains(thrown), () -> "undocumented: " + lines);
            }
            assertEquals("alive nothing", lines.get(lines.size() - 1));
            return lines;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 6, 5_000, 1_000_000})
    void shouldPoisonAWriterWhoseLogIsCutShort(final long cutTo) throws IOException {
        final List<String> lines = run("writer", cutTo, Map.of("append", APPEND, "append-again", APPEND,
            "checkpoint", late(CHECKED), "force", CHECKED, "compact", CHECKED, "view", CHECKED, "close", IO,
            "close-again", NOTHING, "alive", NOTHING));
        assertFalse(lines.contains("append nothing"), lines.toString());
        assertFalse(lines.contains("append-again nothing"), lines.toString());
        assertFalse(lines.contains("force nothing"), lines.toString());
        assertTrue(isFaultLate() || lines.contains("append PoisonedLogException"), lines.toString());
        assertTrue(lines.contains("compact PoisonedLogException"), lines.toString());
        assertTrue(lines.contains("close nothing"), lines.toString());
    }

    // Interpreted: an atomic access that fails in code that was not compiled yet ends the process on JDK 17.
    @ParameterizedTest
    @ValueSource(longs = {0, 6, 5_000})
    void shouldReportAFileThatIsCutShortUnderMaintenance(final long cutTo) throws IOException {
        final List<String> lines = run(List.of("-Xint"), "maintenance", cutTo, Map.of("reported", Set.of("PoisonedLogException"), "close", IO, "alive", NOTHING));
        assertEquals(1, lines.stream().filter(line -> line.startsWith("reported")).count(), lines.toString());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 6, 5_000, 1_000_000})
    void shouldNotReplaceALogThatWasCutShort(final long cutTo) throws IOException {
        final List<String> lines = run("compaction", cutTo,
            Map.of("view", CHECKED, "compact", CHECKED, "copy", CHECKED, "close", IO, "alive", NOTHING));
        assertTrue(!lines.contains("view nothing") && !lines.contains("compact nothing")
            && !lines.contains("copy nothing"), lines.toString());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 6, 5_000, 1_000_000})
    void shouldThrowFromAViewOfALogThatWasCutShort(final long cutTo) throws IOException {
        final List<String> lines = run("view", cutTo, Map.of("lookup", LOOKUP, "entry", UNCHECKED_IO,
            "forEach", UNCHECKED_IO, "toOwned", IO, "copy", IO, "close", NOTHING, "alive", NOTHING));
        assertTrue(lines.contains("forEach UncheckedIOException") && lines.contains("toOwned IOException")
            && lines.contains("copy IOException"), lines.toString());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1_000_000})
    void shouldThrowAnInternalErrorFromABufferOfALogThatWasCutShort(final long cutTo) throws IOException {
        final List<String> lines = run("buffers", cutTo, Map.of("buffer", Set.of("InternalError"),
            "entry-to-owned", Set.of("InternalError", "UncheckedIOException"), "alive", NOTHING));
        assertEquals(3, lines.size());
    }

    @ParameterizedTest
    @ValueSource(longs = {6, 5_000, 150_000})
    void shouldSurviveAFileThatIsCutAndRestoredUnderReplays(final long cutTo) throws IOException {
        final List<String> lines =
            run("races", cutTo, Map.of("open-view", REPLAY, "inspect", NOTHING, "load", REPLAY, "alive", NOTHING));
        System.out.println("TruncationTest: " + lines);
    }
}
