package io.slipstream.testkit.docs;

import io.slipstream.LogStats;
import io.slipstream.SnapshotLog;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.ValueDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What docs/operations.md lists is there, and all that is there is listed. */
class OperationsTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "operations.md");
    private static final Pattern ROW = Pattern.compile("^\\| `([A-Za-z.]+)` \\|(.*)$", Pattern.MULTILINE);
    private static final Pattern NAME = Pattern.compile("`([A-Za-z]+)`");
    private static final String EVENTS = "io.slipstream.";
    private static final Set<String> OF_EVERY_EVENT = Set.of("startTime", "duration", "eventThread", "stackTrace", "file");

    /** The rows under a heading that begin with a name. */
    private static List<MatchResult> rows(final String heading) throws IOException {
        final String text = Files.readString(DOCUMENT, StandardCharsets.UTF_8);
        final int from = text.indexOf("\n## " + heading + "\n");
        assertTrue(from >= 0, heading);
        final int to = text.indexOf("\n## ", from + 1);
        return ROW.matcher(text.substring(from, to)).results().toList();
    }

    @Test
    void shouldListEveryFigure() throws IOException {
        assertEquals(Arrays.stream(LogStats.class.getRecordComponents()).map(RecordComponent::getName).toList(),
                rows("Figures").stream().map(row -> row.group(1)).toList());
    }

    @Test
    void shouldListEverySetting() throws Exception {
        for (final MatchResult row : rows("When it compacts")) {
            SnapshotLog.Context.class.getMethod(row.group(1));
        }
        assertEquals(3, rows("When it compacts").size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Recovery", "Growth", "Force", "Compaction", "Switch"})
    void shouldListEveryFieldOfAnEvent(final String name) throws Exception {
        final EventType type = EventType.getEventType(Class.forName("io.slipstream.events." + name + "Event").asSubclass(Event.class));
        assertEquals(EVENTS + name, type.getName());
        final List<String> listed = rows("Flight recorder events").stream().filter(row -> row.group(1).equals(type.getName()))
                .flatMap(row -> NAME.matcher(row.group(2)).results()).map(found -> found.group(1)).toList();
        final List<String> fields = type.getFields().stream().map(ValueDescriptor::getName).filter(field -> !OF_EVERY_EVENT.contains(field)).toList();
        assertTrue(!fields.isEmpty() && listed.containsAll(fields), () -> "listed=" + listed + " there=" + fields);
    }
}
