package io.slipstream.testkit.units;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.slipstream.storage.FileStorage;
import io.slipstream.storage.LogBytes;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.recovery.LogFile;
import io.slipstream.testkit.recovery.MemoryTempDir;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Copies from a mapped log, up to its end and not past it. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD) // a copy past the end once went on for ever
class LogBytesTest {
    private static final byte[] FILE = {1, 2, 3, 4, 5};

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;

    private byte[] copy(final long position, final int length) throws IOException {
        final LogFile log = LogFile.in(directory).holds(FILE);
        try (StorageFile file = FileStorage.INSTANCE.openForRead(log.path())) {
            final byte[] copy = new byte[length];
            LogBytes.map(file, FILE.length).copy(position, copy, 0, length);
            return copy;
        }
    }

    @Test
    void shouldCopyUpToTheEnd() throws IOException {
        assertArrayEquals(FILE, copy(0, 5));
        assertArrayEquals(new byte[] {4, 5}, copy(3, 2));
        assertArrayEquals(new byte[0], copy(5, 0));
    }

    @Test
    void shouldRefuseToCopyPastTheEnd() {
        for (int position = 0; position <= 6; position++) {
            final int from = position;
            assertThrows(IndexOutOfBoundsException.class, () -> copy(from, 6), "from " + from);
        }
    }
}
