package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.EntryView;
import io.slipstream.LogInspection;
import io.slipstream.RecoveryReport;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A log beyond 2 GiB. Writes 2.2 GiB and, compacting, as much again: needs 6 GB of room in {@code /dev/shm}, or else in the temporary directory,
 * and says that it is skipped where there is less, or with {@code -Dslipstream.large=false}.
 */
class LargeLogTest {
    private static final long ROOM_NEEDED = 6_000_000_000L;
    private static final long BEYOND_2_GIB = (1L << 31) + (200 << 20);
    // Not a divisor of any region or page: records lie across every boundary there is.
    private static final int VALUE_LENGTH = 1_000_003;

    @TempDir(factory = MemoryDir.class)
    Path directory;

    private final byte[] value = new byte[VALUE_LENGTH];
    private final UnsafeBuffer valueBuffer = new UnsafeBuffer(value);

    /** A value that its key's number tells, wherever one looks. */
    private byte[] value(final int number) {
        Arrays.fill(value, (byte) (1 + number % 255));
        ByteBuffer.wrap(value).putInt(number).putInt(VALUE_LENGTH - Integer.BYTES, number);
        return value;
    }

    private void put(final SnapshotLog log, final int number) {
        final UnsafeBuffer key = new UnsafeBuffer(("key-" + number).getBytes(StandardCharsets.US_ASCII));
        value(number);
        log.put(key, 0, key.capacity(), valueBuffer, 0, VALUE_LENGTH, number);
    }

    private void assertShows(final SnapshotView view, final int count) {
        assertEquals(count, view.length());
        final EntryView entry = new EntryView();
        for (int number = 0; number < count; number++) {
            assertTrue(view.lookup("key-" + number, entry), "key-" + number);
            assertEquals(number, entry.revision());
            value(number);
            assertTrue(entry.value().capacity() == VALUE_LENGTH && valueBuffer.equals(entry.value()), "key-" + number);
        }
    }

    @Test
    void shouldAppendFindRecoverAndCompactBeyondTwoGibibytes() throws IOException {
        Skip.unless(!"false".equals(System.getProperty("slipstream.large")), "-Dslipstream.large=false");
        Skip.unless(Files.getFileStore(directory).getUsableSpace() > ROOM_NEEDED, "6 GB of room are needed in " + directory);
        final Path path = directory.resolve("kv.log");
        final int count = appendBeyondTwoGibibytes(path);
        leaveATornTail(path);

        try (SnapshotLog log = SnapshotLog.open(path, new SnapshotLog.Context().recoveredView(true))) {
            assertEquals(RecoveryReport.Tail.TORN, log.recovery().tail());
            assertTrue(log.recovery().position() > BEYOND_2_GIB);
            assertShows(log.recoveredView(), count);
            log.put("behind", new byte[] {1}, VersionToken.of(1));
            log.delete("behind", VersionToken.of(2));
            log.checkpoint(count);
            log.force();
            log.compact();
            assertTrue(log.length() > BEYOND_2_GIB);
            log.put("after", new byte[] {2}, VersionToken.of(3));
            log.delete("after", VersionToken.of(4));
            try (SnapshotView view = log.view()) {
                assertShows(view, count);
                assertEquals(count, view.cursor().revision());
            }
        }
        final LogInspection inspection = LogInspection.of(path);
        assertEquals(LogInspection.Result.SOME, inspection.result(), inspection.message());
        assertEquals(LogInspection.Tail.CLEAN, inspection.tail());
        assertEquals(count, inspection.live());
        assertEquals(Files.size(path), inspection.logEnd());
        assertFalse(inspection.compact());
    }

    private int appendBeyondTwoGibibytes(final Path path) throws IOException {
        int number = 0;
        try (SnapshotLog log = SnapshotLog.open(path)) {
            while (log.length() < BEYOND_2_GIB) {
                put(log, number++);
            }
        }
        return number;
    }

    private static void leaveATornTail(final Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(file.length());
            file.write(new byte[] {9, 9, 9, 9, 1, 4, 0, 'k'});
        }
    }
}
