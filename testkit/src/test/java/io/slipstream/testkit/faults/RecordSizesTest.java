package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.slipstream.EntryView;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Values of any size a test can afford, in segments that are shorter than they are. */
class RecordSizesTest {
    private static final int FRAME_LENGTH = 4 + 1 + 2 + 1 + 4 + 1 + 8;

    @TempDir(factory = MemoryDir.class)
    Path root;

    private static byte[] randomBytes(final int length) {
        final byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void shouldKeepAValueOf20Megabytes() throws IOException {
        final byte[] value = randomBytes(20_000_000);
        final Path path = root.resolve("kv.log");
        final TwinLog twin = TwinLog.create(path, new SnapshotLog.Context()).put("big", value, 1).checkpoint(1);
        twin.compact().put("small", "1", 2).closeAndCheck();
        assertArrayEquals(value, Snapshot.load(path).orElseThrow().entries().get("big").value());
    }

    @Test
    void shouldShowAValueOf20MegabytesInPlace() throws IOException {
        final byte[] value = randomBytes(20_000_000);
        final EntryView entry = new EntryView();
        try (TwinLog twin = TwinLog.create(root.resolve("kv.log"), TwinLog.smallSegments()).put("big", value, 1);
             SnapshotView view = twin.log().view()) {
            assertTrue(view.lookup("big", entry));
            final byte[] found = new byte[entry.value().capacity()];
            entry.value().getBytes(0, found);
            assertArrayEquals(value, found);
        }
    }

    /** Around a page, a segment, the scratch that records are built in (128 KiB) and the pieces of longer ones (64 KiB). */
    private static IntStream lengths() {
        return IntStream.of(0, 4096, 8192, 1 << 16, 1 << 17, (1 << 17) + (1 << 16), 1 << 18, 1 << 20)
            .flatMap(length -> IntStream.of(-FRAME_LENGTH - 1, -FRAME_LENGTH, -FRAME_LENGTH + 1, -1, 0, 1)
                .map(difference -> length + difference))
            .filter(length -> length >= 0);
    }

    @TestFactory
    Stream<DynamicTest> shouldKeepRecordsLongerThanASegment() {
        return lengths().mapToObj(length -> dynamicTest(length + " bytes", () -> {
            final Path path = root.resolve("kv-" + length);
            final TwinLog twin = TwinLog.create(path, TwinLog.smallSegments());
            twin.put("a", randomBytes(length), 1).put("b", "between", 2).put("c", randomBytes(length), 3).closeAndCheck();
            final TwinLog again = TwinLog.open(path);
            again.put("a", randomBytes(length), 4).compact().put("d", randomBytes(length), 5).closeAndCheck();
            Files.delete(path);
        }));
    }

    @Test
    void shouldKeepManyRecordsOfRandomSizesInSmallSegments() throws IOException {
        final Random random = new Random(20_261_120);
        final TwinLog twin = TwinLog.create(root.resolve("kv.log"), TwinLog.smallSegments());
        for (int i = 0; i < 400; i++) {
            final int length = (int) Math.pow(2, random.nextDouble() * 15);
            twin.put("key-" + random.nextInt(50), randomBytes(length), length);
        }
        assertTrue(twin.log().stats().growths() > 50);
        twin.assertNothingLost();
        twin.compact().checkpoint(1).closeAndCheck();
    }

    @Test
    void shouldGrowByAsMuchAsARecordNeeds() throws IOException {
        try (TwinLog twin = TwinLog.create(root.resolve("kv.log"), TwinLog.smallSegments())) {
            twin.put("big", randomBytes(1_000_000), 1);
            assertEquals(1, twin.log().stats().growths());
        }
    }
}
