package io.slipstream.testkit.planted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.EntryView;
import io.slipstream.SnapshotView;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.recovery.MemoryTempDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Keys that the key table's hash does not tell apart. Nobody can choose such keys, for the hash has a secret; but of so many some have the 32 bits
 * in common that are kept beside a position: 29 pairs on average. Written in descending order, for ascending keys are told apart by that.
 */
class EqualHashesTest {
    private static final int KEYS = 500_000;
    private static final int KEY_LENGTH = 6;

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;

    @Test
    void shouldTellApartWhatHashesDoNot() throws IOException {
        final LogBuilder file = new LogBuilder().header();
        for (int i = KEYS - 1; i >= 0; i--) {
            file.put(key(i), "", i);
        }
        final Path log = Files.write(directory.resolve("kv.log"), file.toBytes());
        try (SnapshotView view = SnapshotView.open(log)) {
            assertEquals(KEYS, view.length());
            final EntryView entry = new EntryView();
            final UnsafeBuffer key = new UnsafeBuffer(new byte[KEY_LENGTH]);
            for (int i = 0; i < KEYS; i++) {
                key.putStringWithoutLengthAscii(0, key(i));
                assertTrue(view.lookup(key, 0, KEY_LENGTH, entry));
                assertEquals(i, entry.revision());
            }
        }
    }

    private static String key(final int number) {
        return Integer.toString(1_000_000 + number).substring(1);
    }
}
