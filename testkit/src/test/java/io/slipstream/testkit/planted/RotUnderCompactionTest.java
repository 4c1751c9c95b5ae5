package io.slipstream.testkit.planted;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation.Kind;
import io.slipstream.testkit.recovery.MemoryTempDir;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A record decays between the replay of a compaction and its copy: docs/recovery.md, "Compaction". */
class RotUnderCompactionTest {
    private static final int PLACE_IN_VALUE = 40;

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;

    @Test
    void shouldNotGiveRotARightChecksumNorAPlace() throws IOException {
        final Path path = directory.toRealPath().resolve("kv.log");
        final FaultyStorage disk = new FaultyStorage();
        try (SnapshotLog log = SnapshotLog.open(path, new SnapshotLog.Context().storage(disk).segmentLength(4096))) {
            log.put("key", Utf8.encode("v".repeat(100)), VersionToken.of(1));
            final byte[] rotten = Damage.overwrite(Files.readAllBytes(path), PLACE_IN_VALUE, (byte) 'r');
            disk.forget();
            disk.atNth(Kind.CREATE, 1, Moment.BEFORE, () -> rot(path));

            final IOException refusal = assertThrows(IOException.class, log::compact);
            assertTrue(refusal.getMessage().contains("a record changed after it was replayed: offset=6"), refusal.getMessage());
            assertArrayEquals(rotten, Files.readAllBytes(path), "the log was replaced");
        }
    }

    private static void rot(final Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(PLACE_IN_VALUE);
            file.write('r');
        }
    }
}
