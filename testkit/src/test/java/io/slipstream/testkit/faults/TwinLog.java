package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.storage.Storage;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelLog;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.model.ModelVerdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A writer and its model, in step: what the writer refuses or fails, the model does not take. One thread.
 */
public final class TwinLog implements AutoCloseable {
    /** The shortest segment, so that growth is met often. */
    public static final int SEGMENT_LENGTH = SnapshotLog.Context.MIN_SEGMENT_LENGTH;

    private final Path path;
    private SnapshotLog log;
    private ModelLog model;

    private TwinLog(final Path path, final SnapshotLog log, final ModelLog model) {
        this.path = path;
        this.log = log;
        this.model = model;
    }

    /** A new log with small segments on the given storage. */
    public static TwinLog create(final Path path, final Storage storage) throws IOException {
        return create(path, smallSegments().storage(storage));
    }

    /** A new log. */
    public static TwinLog create(final Path path, final SnapshotLog.Context context) throws IOException {
        return new TwinLog(path, SnapshotLog.open(path, context), ModelLog.create());
    }

    /** A log that exists, on the real disk. */
    public static TwinLog open(final Path path) throws IOException {
        final byte[] bytes = Files.readAllBytes(path);
        return new TwinLog(path, SnapshotLog.open(path, smallSegments()),
            ModelLog.open(bytes, ModelLog.DEFAULT_COMPACTION_THRESHOLD));
    }

    /** The shortest segments, and everything else as it comes. */
    public static SnapshotLog.Context smallSegments() {
        return new SnapshotLog.Context().segmentLength(SEGMENT_LENGTH);
    }

    /** The writer. */
    public SnapshotLog log() {
        return log;
    }

    /** The model. */
    public ModelLog model() {
        return model;
    }

    /** The log's file. */
    public Path path() {
        return path;
    }

    /** Puts. */
    public TwinLog put(final String key, final String value, final long revision) {
        log.put(key, value.getBytes(StandardCharsets.UTF_8), VersionToken.of(revision));
        model.apply(ModelUpdate.put(key, value, revision));
        return this;
    }

    /** Puts a value of so many bytes. */
    public TwinLog put(final String key, final byte[] value, final long revision) {
        log.put(key, value, VersionToken.of(revision));
        model.put(Utf8.encode(key), value, VersionToken.of(revision).toBytes());
        return this;
    }

    /** Deletes. */
    public TwinLog delete(final String key, final long revision) {
        log.delete(key, VersionToken.of(revision));
        model.apply(ModelUpdate.delete(key, revision));
        return this;
    }

    /** Appends a cursor. */
    public TwinLog checkpoint(final long revision) throws IOException {
        log.checkpoint(WatchCursor.of(revision));
        model.apply(ModelUpdate.checkpoint(revision));
        return this;
    }

    /** Compacts. */
    public TwinLog compact() throws IOException {
        log.compact();
        model.compact();
        return this;
    }

    /** Appends about 12 KiB of updates to 20 keys, with superseded and deleted ones among them, and no last checkpoint. */
    public TwinLog churn() throws IOException {
        for (int i = 1; i <= 30; i++) {
            put("key-" + i % 20, "x".repeat(300 + i), i);
            if (i % 7 == 0) {
                delete("key-" + i % 3, i);
                checkpoint(i);
            }
        }
        return this;
    }

    /** Closes the writer. */
    @Override
    public void close() throws IOException {
        log.close();
    }

    /** The log's bytes now. */
    public byte[] fileBytes() throws IOException {
        return Files.readAllBytes(path);
    }

    /** Closes the writer; then the file must be the model's, byte for byte, with nothing unexpected beside it. */
    public void closeAndCheck() throws IOException {
        close();
        assertArrayEquals(model.toBytes(), fileBytes(), "the closed log is not what the model says");
        assertNoTemporaryFile();
    }

    /** What the file says must be what the model says, whatever the records. */
    public void assertNothingLost() throws IOException {
        final ModelVerdict verdict = ModelJudge.judge(fileBytes());
        assertFalse(verdict.isError(), () -> "refused: " + verdict);
        assertEquals(model.state(), verdict.state());
    }

    /** The temporary file of a compaction must be gone. */
    public void assertNoTemporaryFile() {
        assertFalse(Files.exists(temporaryFile(path)), "LOG.compact was left behind");
    }

    /** A further writer on the real disk, after this one's close, must find everything, take more and give it back. */
    public void assertGoesOnAfterReopening() throws IOException {
        assertNothingLost();
        final byte[] found = fileBytes();
        log = SnapshotLog.open(path, smallSegments());
        model = ModelLog.open(found, ModelLog.DEFAULT_COMPACTION_THRESHOLD);
        put("after-reopening", "1", 1_000_001);
        compact();
        put("after-compaction", "2", 1_000_002);
        closeAndCheck();
    }

    /** The name of a compaction's temporary file. */
    public static Path temporaryFile(final Path log) {
        return log.resolveSibling(log.getFileName() + ".compact");
    }

    /** The names in a directory, sorted. Opens none of the files: that would drop the lock of a writer in this JVM. */
    public static List<String> namesIn(final Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** Nothing but the log, its lock and its mark may stand in the log's directory. */
    public static void assertAlone(final Path log) throws IOException {
        final String name = log.getFileName().toString();
        final List<String> names = namesIn(log.getParent());
        assertTrue(List.of(name, name + ".lock", name + ".mark").containsAll(names), () -> "unexpected: " + names);
    }

    /** The operations with an effect, but for those on the log's mark, and the directory's force that comes before them. */
    public static List<String> effectsBesideMark(final FaultyStorage disk) {
        final List<String> effects = disk.effects();
        return IntStream.range(0, effects.size())
            .filter(i -> !effects.get(i).endsWith(".mark"))
            .filter(i -> !effects.get(i).startsWith("FORCE_DIRECTORY") || !isWriteOfMark(effects, i + 1))
            .mapToObj(effects::get).toList();
    }

    private static boolean isWriteOfMark(final List<String> effects, final int i) {
        return i < effects.size() && effects.get(i).startsWith("WRITE") && effects.get(i).endsWith(".mark");
    }
}
