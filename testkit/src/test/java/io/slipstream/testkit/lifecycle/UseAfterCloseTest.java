package io.slipstream.testkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.slipstream.EntryView;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.errors.LogInUseException;
import io.slipstream.errors.PoisonedLogException;
import io.slipstream.testkit.faults.MemoryDir;
import io.slipstream.testkit.faults.TwinLog;
import io.slipstream.testkit.faults.WriterCalls;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** After close every call is an IllegalStateException that names the file, and changes nothing. */
class UseAfterCloseTest {
    private static final UnsafeBuffer KEY = new UnsafeBuffer("a".getBytes(StandardCharsets.UTF_8));

    @TempDir(factory = MemoryDir.class)
    Path directory;

    private TwinLog twin;
    private SnapshotView view;
    private EntryView entry;

    @BeforeEach
    void openAndClose() throws IOException {
        twin = TwinLog.create(directory.resolve("kv.log"), TwinLog.smallSegments().recoveredView(true))
            .put("a", "1", 1).checkpoint(1);
        view = twin.log().view();
        entry = new EntryView();
        assertTrue(view.lookup("a", entry));
        view.close();
        twin.close();
    }

    private Map<String, Executable> writerCalls() {
        final SnapshotLog log = twin.log();
        final Map<String, Executable> calls = WriterCalls.on(log, directory.resolve("unused"));
        calls.put("recoveredView", log::recoveredView);
        calls.put("recovery", log::recovery);
        calls.put("path", log::path);
        calls.put("length", log::length);
        calls.put("stats", log::stats);
        calls.put("requestForce", log::requestForce);
        calls.put("requestCompaction", log::requestCompaction);
        calls.put("isForced", () -> log.isForced(0));
        calls.put("maintenanceInvoker", log::maintenanceInvoker);
        return calls;
    }

    private Map<String, Executable> viewCalls() {
        final Map<String, Executable> calls = new LinkedHashMap<>();
        calls.put("length", view::length);
        calls.put("cursor", view::cursor);
        calls.put("recovery", view::recovery);
        calls.put("heapBytes", view::heapBytes);
        calls.put("lookup(DirectBuffer)", () -> view.lookup(KEY, 0, 1, entry));
        calls.put("lookup(String)", () -> view.lookup("a", entry));
        calls.put("lookup(not UTF-8)", () -> view.lookup("\ud800", entry));
        calls.put("entry", () -> view.entry("a"));
        calls.put("forEach", () -> view.forEach(ignored -> { }));
        calls.put("toOwned", view::toOwned);
        calls.put("copyTo", () -> view.copyTo(directory.resolve("unused")));
        return calls;
    }

    private Map<String, Executable> entryCalls() {
        final Map<String, Executable> calls = new LinkedHashMap<>();
        calls.put("key", entry::key);
        calls.put("value", entry::value);
        calls.put("valueLength", entry::valueLength);
        calls.put("version", entry::version);
        calls.put("revision", entry::revision);
        calls.put("toOwned", entry::toOwned);
        return calls;
    }

    private Stream<DynamicTest> everyCallThrows(final Map<String, Executable> calls) {
        return calls.entrySet().stream().map(call -> dynamicTest(call.getKey(), () -> {
            final IllegalStateException thrown = assertThrows(IllegalStateException.class, call.getValue());
            assertFalse(thrown instanceof PoisonedLogException, "closed, not poisoned");
            assertTrue(thrown.getMessage().contains("closed") && thrown.getMessage().contains("kv.log"),
                thrown.getMessage());
            assertEquals(List.of("kv.log", "kv.log.lock", "kv.log.mark"), TwinLog.namesIn(directory));
            assertArrayEquals(twin.model().toBytes(), Files.readAllBytes(twin.path()));
        }));
    }

    @TestFactory
    Stream<DynamicTest> shouldThrowFromEveryCallOnAClosedWriter() {
        return everyCallThrows(writerCalls());
    }

    @TestFactory
    Stream<DynamicTest> shouldThrowFromEveryCallOnAClosedView() {
        return everyCallThrows(viewCalls());
    }

    @TestFactory
    Stream<DynamicTest> shouldThrowFromEveryCallOnAnEntryOfAClosedView() {
        return everyCallThrows(entryCalls());
    }

    /** A method that nobody put on the lists above would go untested. */
    @Test
    void shouldHaveEveryPublicMethodOnTheLists() {
        assertEquals(publicMethods(SnapshotLog.class), namesOf(writerCalls()));
        assertEquals(publicMethods(SnapshotView.class), namesOf(viewCalls()));
        assertEquals(publicMethods(EntryView.class), namesOf(entryCalls()));
    }

    private static Set<String> publicMethods(final Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
            .filter(method -> Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers()))
            .map(Method::getName)
            .filter(name -> !Set.of("close", "toString").contains(name))
            .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> namesOf(final Map<String, Executable> calls) {
        return calls.keySet().stream().map(name -> name.replaceAll("\\(.*", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void shouldDoNothingWhenAWriterIsClosedTwice() throws IOException {
        try (TwinLog next = TwinLog.open(twin.path())) {
            twin.close();
            next.put("b", "2", 2);
            assertThrows(LogInUseException.class, () -> SnapshotLog.open(twin.path()));
        }
    }

    @Test
    void shouldDoNothingWhenAViewIsClosedTwice() {
        view.close();
        assertThrows(IllegalStateException.class, view::length);
    }

    @Test
    void shouldThrowFromAnEntryThatWasAttachedToNothing() {
        final EntryView unattached = new EntryView();
        assertThrows(IllegalStateException.class, unattached::key);
        assertThrows(IllegalStateException.class, unattached::toOwned);
    }

    @Test
    void shouldDescribeAClosedWriterAndAClosedViewAllTheSame() {
        assertTrue(twin.log().toString().contains("CLOSED"), twin.log().toString());
        assertTrue(view.toString().contains("closed"), view.toString());
    }

    @Test
    void shouldEndAForEachWhenTheViewIsClosedInTheMiddle() throws IOException {
        try (TwinLog next = TwinLog.open(twin.path()).churn()) {
            final SnapshotView other = next.log().view();
            assertThrows(IllegalStateException.class, () -> other.forEach(shown -> other.close()));
        }
    }
}
