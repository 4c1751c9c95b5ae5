package io.slipstream.testkit.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.MaintenanceMode;
import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.ForwardingFile;
import io.slipstream.testkit.fault.ForwardingStorage;
import io.slipstream.testkit.fault.Operation.Kind;
import io.slipstream.testkit.faults.MemoryDir;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelVerdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.agrona.concurrent.AgentInvoker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recording tells of a log: docs/operations.md. */
class FlightRecorderTest {
    private static final String[] NAMES = {"Recovery", "Growth", "Force", "Compaction", "Switch"};
    private static final String EVENTS = "io.slipstream.";
    private static final String VALUE = "v".repeat(100);
    private static final int HEADER_LENGTH = LogBuilder.HEADER_LENGTH;
    private static final int MAX_STEPS = 1_000;

    @TempDir(factory = MemoryDir.class)
    Path directory;

    private final Recording recording = new Recording();
    private final LogBuilder model = new LogBuilder().header();
    private Path path;
    private SnapshotLog log;
    private long revision;

    @BeforeEach
    void nameTheLog() {
        path = directory.resolve("kv.log");
    }

    @AfterEach
    void close() throws IOException {
        recording.close();
        if (log != null) {
            log.close();
        }
    }

    private void record() {
        for (final String name : NAMES) {
            recording.enable(EVENTS + name);
        }
        recording.start();
    }

    /** The events of that name about this log, in the order of their ends. */
    private List<RecordedEvent> recorded(final String name) throws IOException {
        final Path file = directory.resolve(name + ".jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().equals(EVENTS + name) && event.getString("file").equals(path.toString())).toList();
    }

    private RecordedEvent onlyRecorded(final String name) throws IOException {
        final List<RecordedEvent> events = recorded(name);
        assertEquals(1, events.size(), () -> name + ": " + events);
        return events.get(0);
    }

    private static SnapshotLog.Context context(final MaintenanceMode mode) {
        return new SnapshotLog.Context().segmentLength(SnapshotLog.Context.MIN_SEGMENT_LENGTH).maintenance(mode);
    }

    private void put(final String key, final String value) {
        revision++;
        log.put(key, value.getBytes(StandardCharsets.UTF_8), VersionToken.of(revision));
        model.put(key, value, revision);
    }

    private void put(final String key) {
        put(key, VALUE);
    }

    private int compactLength() {
        return ModelJudge.judge(model.toBytes()).state().compactForm().length;
    }

    private void invokeUntilIdle() {
        final AgentInvoker maintenance = log.maintenanceInvoker();
        for (int i = 0; i < MAX_STEPS; i++) {
            if (maintenance.invoke() == 0) {
                return;
            }
        }
        throw new AssertionError("maintenance finds no end");
    }

    @Test
    void shouldTellWhatRecoveryDropped() throws IOException {
        final byte[] torn = Damage.cutAt(new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).toBytes(), 45);
        final ModelVerdict verdict = ModelJudge.judge(torn);
        Files.write(path, torn);
        record();
        log = SnapshotLog.open(path);
        final RecordedEvent event = onlyRecorded("Recovery");
        assertEquals("TORN", event.getString("tail"));
        assertEquals(verdict.row(), event.getInt("rule"));
        assertEquals(verdict.logEnd(), event.getLong("position"));
        assertEquals(verdict.dropped(), event.getLong("dropped"));
        assertEquals(0, event.getLong("survivors"));
        assertEquals(verdict.records(), event.getLong("records"));
    }

    @Test
    void shouldTellASegmentThatTheWriterHadToMake() throws IOException {
        log = SnapshotLog.open(path, context(MaintenanceMode.INLINE));
        final long before = Files.size(path);
        record();
        put("a", "v".repeat((int) before));
        final RecordedEvent event = onlyRecorded("Growth");
        assertEquals(Files.size(path), event.getLong("capacity"));
        assertEquals(Files.size(path) - before, event.getLong("segmentLength"));
        assertFalse(event.getBoolean("ahead"));
    }

    @Test
    void shouldTellASegmentThatWasMadeAhead() throws IOException {
        log = SnapshotLog.open(path, context(MaintenanceMode.INVOKER));
        final long before = Files.size(path);
        put("a", "v".repeat((int) before / 2));
        record();
        invokeUntilIdle();
        final RecordedEvent event = onlyRecorded("Growth");
        assertEquals(Files.size(path), event.getLong("capacity"));
        assertEquals(Files.size(path) - before, event.getLong("segmentLength"));
        assertTrue(event.getBoolean("ahead"));
    }

    @Test
    void shouldTellWhatAForceCovered() throws IOException {
        log = SnapshotLog.open(path);
        record();
        put("a");
        log.force();
        final int forced = model.length();
        put("b");
        log.force();
        final List<RecordedEvent> events = recorded("Force");
        assertEquals(2, events.size());
        assertEquals(forced, events.get(0).getLong("position"));
        assertTrue(events.get(0).getBoolean("wholeFile"), "the file's length, too");
        assertEquals(model.length(), events.get(1).getLong("position"));
        assertEquals(model.length() - forced, events.get(1).getLong("length"));
        assertFalse(events.get(1).getBoolean("wholeFile"));
    }

    @Test
    void shouldTellACompactionOnTheWritersThread() throws IOException {
        log = SnapshotLog.open(path);
        put("a");
        put("a");
        record();
        log.compact();
        assertPublished(onlyRecorded("Compaction"), model.length());
        assertEquals(List.of(), recorded("Switch"));
    }

    private void assertPublished(final RecordedEvent event, final int lengthBefore) {
        assertEquals(lengthBefore, event.getLong("lengthBefore"));
        assertEquals(compactLength(), event.getLong("compactLength"));
        assertEquals(lengthBefore - compactLength(), event.getLong("reclaimed"));
        assertTrue(event.getBoolean("published"));
        assertNull(event.getString("failure"));
    }

    @Test
    void shouldTellACompactionBesideTheWriter() throws IOException {
        log = SnapshotLog.open(path, context(MaintenanceMode.INVOKER));
        put("a");
        put("a");
        invokeUntilIdle();
        record();
        log.compact();
        assertPublished(onlyRecorded("Compaction"), model.length());
        assertEquals(List.of("join 0", "adopt 0"), switches());
    }

    private List<String> switches() throws IOException {
        return recorded("Switch").stream().map(event -> event.getString("step") + " " + event.getLong("copied")).toList();
    }

    @Test
    void shouldTellWhatTheWriterCopiedWhenItJoined() throws IOException {
        final HookedReads storage = new HookedReads();
        log = SnapshotLog.open(path, context(MaintenanceMode.INVOKER).storage(storage).compactionFloor(0));
        put("a");
        put("a");
        record();
        for (int i = 0; i < MAX_STEPS && log.stats().compactions() == 0; i++) {
            put("b"); // each step finds something missing, and more is appended while it reads that
            storage.onRead = () -> put("b");
            log.maintenanceInvoker().invoke();
            storage.onRead = null;
        }
        final int recordLength = new LogBuilder().put("b", VALUE, 1).length();
        assertEquals(List.of("join " + recordLength, "adopt 0"), switches());
    }

    private static final class HookedReads extends ForwardingStorage {
        private Runnable onRead;

        HookedReads() {
            super(FileStorage.INSTANCE);
        }

        @Override
        public StorageFile openForRead(final Path file) throws IOException {
            return new ForwardingFile(super.openForRead(file)) {
                @Override
                public void copy(final long position, final byte[] target, final int offset, final int length) throws IOException {
                    super.copy(position, target, offset, length);
                    if (onRead != null) {
                        onRead.run();
                    }
                }
            };
        }
    }

    @Test
    void shouldTellWhyACompactionOnTheWritersThreadFailed() throws IOException {
        final FaultyStorage storage = new FaultyStorage();
        log = SnapshotLog.open(path, context(MaintenanceMode.INLINE).storage(storage));
        put("a");
        record();
        storage.failNth(Kind.RENAME, 1, Moment.BEFORE);
        assertThrows(IOException.class, log::compact);
        assertFailed(onlyRecorded("Compaction"), model.length(), storage.faults().get(0));
    }

    private static void assertFailed(final RecordedEvent event, final int lengthBefore, final IOException why) {
        assertEquals(lengthBefore, event.getLong("lengthBefore"));
        assertFalse(event.getBoolean("published"));
        assertEquals(why.toString(), event.getString("failure"));
    }

    @Test
    void shouldTellWhyACompactionBesideTheWriterFailed() throws IOException {
        final FaultyStorage storage = new FaultyStorage();
        final List<Throwable> failures = new ArrayList<>();
        log = SnapshotLog.open(path, context(MaintenanceMode.INVOKER).storage(storage).errorHandler(failures::add));
        put("a");
        invokeUntilIdle();
        record();
        storage.failNth(Kind.RENAME, 1, Moment.BEFORE);
        assertThrows(IOException.class, log::compact);
        log.checkpoint(WatchCursor.of(1));
        assertFailed(onlyRecorded("Compaction"), model.length(), storage.faults().get(0));
        assertEquals(List.of("join 0", "part 0"), switches());
    }

    @Test
    void shouldTellACompactionThatTheEndOfTheLogEnded() throws IOException {
        log = SnapshotLog.open(path, context(MaintenanceMode.INVOKER).compactionFloor(0).compactionBytesPerSecond(1));
        put("a");
        put("a");
        record();
        invokeUntilIdle();
        log.close();
        final RecordedEvent event = onlyRecorded("Compaction");
        assertFalse(event.getBoolean("published"));
        assertTrue(event.getString("failure").contains("closed"), event.getString("failure"));
    }

    @Test
    void shouldSayForEachEventWhatItIs() throws IOException {
        log = SnapshotLog.open(path);
        record();
        log.force();
        final RecordedEvent event = onlyRecorded("Force");
        assertEquals(List.of("Slipstream"), event.getEventType().getCategoryNames());
        assertEquals("Force", event.getEventType().getLabel());
        assertNull(event.getStackTrace());
        assertEquals(HEADER_LENGTH, event.getLong("position"));
    }
}
