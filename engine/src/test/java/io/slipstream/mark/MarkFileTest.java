package io.slipstream.mark;

import io.slipstream.storage.FileIdentity;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.LogPaths;
import io.slipstream.storage.Storage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

class MarkFileTest {
    private static final Storage DISK = FileStorage.INSTANCE;
    private static final FileIdentity LOG = new FileIdentity(11, 22, 0, 0, Set.of());
    private static final FileIdentity FRESH = new FileIdentity(11, 33, 0, 0, Set.of());
    private static final int SLOT_SPACING = 512;
    private static final int SLOT_LENGTH = 128;

    @TempDir
    Path directory;
    private LogPaths paths;

    @BeforeEach
    void namePaths() {
        paths = new LogPaths(directory.resolve("kv.log"));
    }

    private static Mark mark(final FileIdentity log, final long forced) {
        return Mark.writing("boot", log, forced, (int) forced * 7);
    }

    private void write(final Mark mark) throws IOException {
        try (MarkFile marks = MarkFile.open(DISK, paths, LOG)) {
            marks.write(mark);
        }
    }

    private void tearTheNewestSlot(final byte[] before) throws IOException {
        final byte[] after = Files.readAllBytes(paths.mark());
        final int changed = Arrays.mismatch(before, after);
        after[changed / SLOT_SPACING * SLOT_SPACING + SLOT_LENGTH - 1] ^= 1;
        Files.write(paths.mark(), after);
    }

    @Test
    void shouldSayNothingWhereThereIsNoFile() throws IOException {
        assertNull(MarkFile.read(DISK, paths, LOG));
    }

    @Test
    void shouldGiveBackWhatWasWritten() throws IOException {
        final Mark mark = new Mark("3b0c7a3e-9d42-4a54-8f2e-0123456789ab", 11, 22, 1L << 40, -5, true, true);
        write(mark);
        assertEquals(mark, MarkFile.read(DISK, paths, LOG));
    }

    @Test
    void shouldSayTheNewest() throws IOException {
        for (int forced = 10; forced < 15; forced++) {
            write(mark(LOG, forced));
            assertEquals(forced, MarkFile.read(DISK, paths, LOG).forcedPosition());
        }
    }

    @Test
    void shouldFallBackToTheSlotBeforeWhereTheNewestIsTorn() throws IOException {
        write(mark(LOG, 10));
        for (int forced = 11; forced < 14; forced++) {
            final byte[] before = Files.readAllBytes(paths.mark());
            write(mark(LOG, forced));
            tearTheNewestSlot(before);
            assertEquals(10, MarkFile.read(DISK, paths, LOG).forcedPosition());
        }
    }

    @Test
    void shouldSpeakOfBothFilesAroundARename() throws IOException {
        try (MarkFile marks = MarkFile.open(DISK, paths, LOG)) {
            marks.write(mark(LOG, 10));
            marks.writeBeside(mark(FRESH, 20));
            assertEquals(10, MarkFile.read(DISK, paths, LOG).forcedPosition());
            assertEquals(20, MarkFile.read(DISK, paths, FRESH).forcedPosition());
            marks.adopt();
            marks.write(mark(FRESH, 30));
        }
        assertEquals(30, MarkFile.read(DISK, paths, FRESH).forcedPosition());
    }

    @Test
    void shouldKeepTheOldFilesSlotWhereTheRenameFailed() throws IOException {
        try (MarkFile marks = MarkFile.open(DISK, paths, LOG)) {
            marks.write(mark(LOG, 10));
            marks.writeBeside(mark(FRESH, 20));
            final byte[] before = Files.readAllBytes(paths.mark());
            marks.write(mark(LOG, 11));
            tearTheNewestSlot(before);
        }
        assertEquals(10, MarkFile.read(DISK, paths, LOG).forcedPosition());
    }

    @Test
    void shouldSayNothingOfAnotherFile() throws IOException {
        write(mark(LOG, 10));
        assertNull(MarkFile.read(DISK, paths, FRESH));
        assertNull(MarkFile.read(DISK, paths, new FileIdentity(12, 22, 0, 0, Set.of())));
    }

    @Test
    void shouldIgnoreASlotWithAnyBitFlipped() throws IOException {
        write(mark(LOG, 10));
        final byte[] sound = Files.readAllBytes(paths.mark());
        final int slot = sound.length - SLOT_LENGTH;
        assertNotNull(MarkFile.read(DISK, paths, LOG));
        for (int bit = 0; bit < SLOT_LENGTH * Byte.SIZE; bit++) {
            final byte[] flipped = sound.clone();
            flipped[slot + bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Files.write(paths.mark(), flipped);
            assertNull(MarkFile.read(DISK, paths, LOG), "bit " + bit);
        }
    }

    @Test
    void shouldReadEveryCutOfTheFileWithoutAnError() throws IOException {
        write(mark(LOG, 10));
        final byte[] sound = Files.readAllBytes(paths.mark());
        for (int length = 0; length < sound.length; length++) {
            Files.write(paths.mark(), Arrays.copyOf(sound, length));
            assertNull(MarkFile.read(DISK, paths, LOG), "length " + length);
        }
    }

    @Test
    void shouldTreatATooLongBootIdAsUnknown() throws IOException {
        write(Mark.writing("x".repeat(80), LOG, 10, 1));
        assertEquals("", MarkFile.read(DISK, paths, LOG).bootId());
    }
}
