package io.slipstream.testkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.SnapshotLog;
import io.slipstream.errors.PoisonedLogException;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.faults.MemoryDir;
import io.slipstream.testkit.faults.TwinLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A program that takes no lock puts another file under the log's name, or takes it away: docs/recovery.md, section 13. */
class ReplacedLogTest {
    private static final byte[] OTHER_LOG = new LogBuilder().header().put("other", "1", 1).toBytes();

    @TempDir(factory = MemoryDir.class)
    Path directory;

    private TwinLog twin;

    @BeforeEach
    void write() throws IOException {
        twin = TwinLog.create(directory.resolve("kv.log"), TwinLog.smallSegments()).churn();
    }

    private void replace() throws IOException {
        final Path other = Files.write(directory.resolve("other"), OTHER_LOG);
        Files.move(other, twin.path(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void assertRefusesAndIsPoisoned(final Executable call) throws IOException {
        final IOException refused = assertThrows(IOException.class, call);
        assertTrue(refused.getMessage().contains("removed or replaced")
            && refused.getMessage().contains("kv.log"), refused.getMessage());
        assertThrows(PoisonedLogException.class, () -> twin.put("late", "1", 1));
        twin.close();
    }

    @Test
    void shouldNotClaimToForceALogThatWasReplaced() throws IOException {
        replace();
        assertRefusesAndIsPoisoned(() -> twin.log().force());
        assertArrayEquals(OTHER_LOG, Files.readAllBytes(twin.path()));
    }

    @Test
    void shouldNotCompactOverALogThatWasReplaced() throws IOException {
        replace();
        assertRefusesAndIsPoisoned(() -> twin.log().compact());
        assertArrayEquals(OTHER_LOG, Files.readAllBytes(twin.path()));
    }

    @Test
    void shouldNotBringALogBackThatWasRemoved() throws IOException {
        Files.delete(twin.path());
        assertRefusesAndIsPoisoned(() -> twin.log().compact());
        assertFalse(Files.exists(twin.path()));
    }

    @Test
    void shouldSaySoAtCloseAndLetGoOfTheLock() throws IOException {
        replace();
        assertThrows(IOException.class, twin::close);
        try (SnapshotLog other = SnapshotLog.open(twin.path())) {
            assertEquals(OTHER_LOG.length, other.length());
        }
    }
}
