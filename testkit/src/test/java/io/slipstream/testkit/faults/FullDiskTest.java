package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.testkit.model.ModelJudge;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk of 8 MB that really is full. Needs root; skipped elsewhere. */
class FullDiskTest {
    private static final int KIB = 1024;

    @TempDir
    Path parent;

    private Mount disk;
    private Path path;

    @BeforeEach
    void mount() throws IOException {
        disk = Mount.tmpfs(parent, "8m");
        path = disk.directory().resolve("kv.log");
    }

    @AfterEach
    void unmount() throws IOException {
        if (disk != null) {
            disk.close();
        }
    }

    private static SnapshotLog.Context segments(final int length) {
        return new SnapshotLog.Context().segmentLength(length);
    }

    private static void assertIsFull(final Throwable thrown) {
        final Throwable cause = thrown instanceof UncheckedIOException ? thrown.getCause() : thrown;
        assertInstanceOf(IOException.class, cause);
        assertTrue(cause.getMessage().contains("No space left on device"), cause.getMessage());
    }

    /** Appends until the disk is full, and says how many records went in. */
    private static int fill(final TwinLog twin) {
        for (int i = 0; ; i++) {
            try {
                twin.put("key-" + i % 100, new byte[10 * KIB], i);
            } catch (final UncheckedIOException e) {
                assertIsFull(e);
                return i;
            }
        }
    }

    @Test
    void shouldFailToOpenANewLogWhereNoSegmentFits() throws IOException {
        disk.fillUpTo(100 * KIB);
        assertIsFull(assertThrows(IOException.class, () -> SnapshotLog.open(path, segments(1 << 20))));
        assertFalse(Files.exists(TwinLog.temporaryFile(path)));
    }

    @Test
    void shouldFailToOpenANewLogWhereNotEvenAHeaderFits() throws IOException {
        disk.fillUpTo(0);
        assertIsFull(assertThrows(IOException.class, () -> SnapshotLog.open(path)));
        assertEquals(List.of("filler", "kv.log.lock"), TwinLog.namesIn(disk.directory()));
    }

    @Test
    void shouldLeaveAnExistingLogAsItIsWhereNoSegmentFits() throws IOException {
        final TwinLog twin = TwinLog.create(path, segments(1 << 20)).put("a", "1", 1).checkpoint(1);
        twin.closeAndCheck();
        final Path filler = disk.fillUpTo(100 * KIB);
        assertIsFull(assertThrows(IOException.class, () -> SnapshotLog.open(path, segments(1 << 20))));
        twin.closeAndCheck();
        Files.delete(filler);
        twin.assertGoesOnAfterReopening();
    }

    @Test
    void shouldOpenWithTheSegmentThatFits() throws IOException {
        disk.fillUpTo(100 * KIB);
        TwinLog.create(path, TwinLog.smallSegments()).put("a", "1", 1).closeAndCheck();
    }

    @Test
    void shouldFailToGrowAndGoOnWithWhatFits() throws IOException {
        final TwinLog twin = TwinLog.create(path, segments(64 * KIB));
        assertTrue(fill(twin) > 500);
        twin.put("small", "1", 1).checkpoint(1).closeAndCheck();
    }

    @Test
    void shouldFailToGrowAgainAndAgainAndGrowOnceThereIsRoom() throws IOException {
        final Path filler = disk.fillUpTo(1 << 20);
        final TwinLog twin = TwinLog.create(path, segments(64 * KIB));
        fill(twin);
        for (int i = 0; i < 10; i++) {
            assertThrows(UncheckedIOException.class, () -> twin.put("big", new byte[2 << 20], 1));
        }
        Files.delete(filler);
        twin.put("big", new byte[2 << 20], 1).closeAndCheck();
    }

    @Test
    void shouldThrowAnIOExceptionWhenACheckpointCannotGrow() throws IOException {
        final TwinLog twin = TwinLog.create(path, TwinLog.smallSegments()).put("a", "1", 1);
        disk.fillUpTo(0);
        final IOException thrown = assertThrows(IOException.class, () -> {
            for (int i = 0; i < 1000; i++) {
                twin.checkpoint(i);
            }
        });
        assertTrue(thrown.getMessage().contains("No space left on device"), thrown.getMessage());
        twin.closeAndCheck();
    }

    @Test
    void shouldLoseNothingThatWasAppendedBeforeTheDiskWasFull() throws IOException {
        try (TwinLog twin = TwinLog.create(path, segments(64 * KIB))) {
            fill(twin);
            twin.assertNothingLost();
            assertFalse(ModelJudge.judge(twin.fileBytes()).dropped() > 0, "a torn tail was left");
        }
    }

    @Test
    void shouldKeepTheOldLogInUseWhenThereIsNoRoomToCompact() throws IOException {
        final TwinLog twin = TwinLog.create(path, segments(64 * KIB));
        for (int i = 0; i < 500; i++) {
            twin.put("key-" + i, new byte[10 * KIB], i);
        }
        assertIsFull(assertThrows(IOException.class, () -> twin.log().compact()));
        twin.assertNoTemporaryFile();
        twin.put("goes-on", "1", 1).closeAndCheck();
    }

    @Test
    void shouldCompactOnceThereIsRoomForWhatIsLive() throws IOException {
        final Path filler = disk.fillUpTo(2 << 20);
        final TwinLog twin = TwinLog.create(path, segments(64 * KIB));
        fill(twin);
        assertIsFull(assertThrows(IOException.class, () -> twin.log().compact()));
        Files.delete(filler);
        twin.compact().put("after", "1", 1).closeAndCheck();
    }

    @Test
    void shouldLeaveTheLogAsItIsWhenThereIsNoRoomToRewriteItAtLoad() throws IOException {
        final TwinLog twin = TwinLog.create(path, segments(64 * KIB));
        for (int i = 0; i < 450; i++) {
            twin.put("key-" + i % 430, new byte[10 * KIB], i);
        }
        twin.closeAndCheck();
        assertIsFull(assertThrows(IOException.class, () -> Snapshot.load(path)));
        twin.closeAndCheck();
        TwinLog.assertAlone(path);
    }

    @Test
    void shouldCloseOnAFullDisk() throws IOException {
        final TwinLog twin = TwinLog.create(path, TwinLog.smallSegments()).churn();
        disk.fillUpTo(0);
        twin.closeAndCheck();
    }

    @Test
    void shouldLeaveNoCopyWhereItDoesNotFit() throws IOException {
        final TwinLog twin = TwinLog.create(parent.resolve("kv.log"), segments(64 * KIB)).churn();
        disk.fillUpTo(4 * KIB);
        assertIsFull(assertThrows(IOException.class, () -> twin.log().copyTo(disk.directory().resolve("copy"))));
        assertEquals(List.of("filler"), TwinLog.namesIn(disk.directory()));
        twin.closeAndCheck();
    }

    @Test
    void shouldForceOnAFullDisk() throws IOException {
        try (TwinLog twin = TwinLog.create(path, segments(64 * KIB))) {
            fill(twin);
            twin.log().force();
            assertEquals(twin.log().length(), twin.log().stats().forcedLength());
        }
    }
}
