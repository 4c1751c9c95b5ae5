package io.slipstream.testkit.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.LogInspection;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.errors.CorruptSnapshotException;
import io.slipstream.errors.LogInUseException;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.faults.Mount;
import io.slipstream.testkit.faults.TwinLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory that cannot be written to: docs/recovery.md, section 12, L2. Needs root, whom rights alone do not stop. */
class ReadOnlyDirectoryTest {
    private static final byte[] COMPACT =
        new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).cursor(2).toBytes();
    private static final byte[] NOT_COMPACT =
        new LogBuilder().header().put("a", "1", 1).put("a", "2", 2).cursor(2).toBytes();
    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000_000L);

    @TempDir
    Path parent;

    private Mount mount;
    private Path path;

    @BeforeEach
    void mount() throws IOException {
        mount = Mount.tmpfs(parent, "8m");
        path = mount.directory().resolve("kv.log");
    }

    @AfterEach
    void unmount() throws IOException {
        if (mount != null) {
            mount.close();
        }
    }

    private void found(final byte[] bytes) throws IOException {
        Files.write(path, bytes);
        Files.setLastModifiedTime(path, LONG_AGO);
    }

    private void assertUntouched(final byte[] bytes) throws IOException {
        assertArrayEquals(bytes, Files.readAllBytes(path));
        assertEquals(LONG_AGO, Files.getLastModifiedTime(path));
    }

    @Test
    void shouldLoadACompactLogWithoutALockFile() throws IOException {
        found(COMPACT);
        mount.makeReadOnly();
        assertEquals(2, Snapshot.load(path).orElseThrow().entries().size());
        assertUntouched(COMPACT);
        assertEquals(List.of("kv.log"), TwinLog.namesIn(mount.directory()));
    }

    @Test
    void shouldLoadACompactLogBesideALockFile() throws IOException {
        Files.createFile(path.resolveSibling("kv.log.lock"));
        found(COMPACT);
        mount.makeReadOnly();
        assertEquals(2, Snapshot.load(path).orElseThrow().entries().size());
        assertEquals(2, Snapshot.load(path).orElseThrow().entries().size());
        assertUntouched(COMPACT);
    }

    @Test
    void shouldLoadALogWithoutAnEntryAsAbsent() throws IOException {
        final byte[] header = new LogBuilder().header().toBytes();
        found(header);
        mount.makeReadOnly();
        assertEquals(Optional.empty(), Snapshot.load(path));
        assertUntouched(header);
    }

    private void checkFails(final byte[] bytes) throws IOException {
        found(bytes);
        mount.makeReadOnly();
        final IOException refused = assertThrows(IOException.class, () -> Snapshot.load(path));
        assertTrue(refused.getMessage().contains("needs cleaning") && refused.getMessage().contains("kv.log"),
            refused.getMessage());
        assertUntouched(bytes);
    }

    @Test
    void shouldFailToRewriteALogThatIsNotCompact() throws IOException {
        checkFails(NOT_COMPACT);
    }

    @Test
    void shouldFailToRewriteALogThatIsNotCompactBesideALockFile() throws IOException {
        Files.createFile(path.resolveSibling("kv.log.lock"));
        checkFails(NOT_COMPACT);
    }

    @Test
    void shouldFailToRewriteATornLog() throws IOException {
        checkFails(Damage.cutAt(COMPACT, COMPACT.length - 1));
    }

    @Test
    void shouldFailToCutSlack() throws IOException {
        checkFails(Damage.withSlack(COMPACT, 100));
    }

    @Test
    void shouldRefuseADamagedLogAsAnywhere() throws IOException {
        final byte[] corrupted = Damage.flipBit(NOT_COMPACT, 8L * 18);
        found(corrupted);
        mount.makeReadOnly();
        assertThrows(CorruptSnapshotException.class, () -> Snapshot.load(path));
        assertUntouched(corrupted);
    }

    @Test
    void shouldFailToOpenAWriter() throws IOException {
        found(COMPACT);
        mount.makeReadOnly();
        assertThrows(IOException.class, () -> SnapshotLog.open(path));
        assertUntouched(COMPACT);
    }

    @Test
    void shouldLookAtALogThatIsNotCompact() throws IOException {
        found(NOT_COMPACT);
        mount.makeReadOnly();
        try (SnapshotView view = SnapshotView.open(path)) {
            assertEquals(1, view.length());
        }
        assertEquals(LogInspection.Result.SOME, LogInspection.of(path).result());
        assertUntouched(NOT_COMPACT);
    }

    @Test
    void shouldRefuseALoadWhereAnotherProcessWritesThroughAWritableMount() throws IOException {
        try (Mount twin = mount.readOnlyTwin(parent); ChildJvm child = ChildJvm.start(Holder.class, path)) {
            child.expectLine("open");
            final LogInUseException refused =
                assertThrows(LogInUseException.class, () -> Snapshot.load(twin.directory().resolve("kv.log")));
            assertEquals(child.pid(), refused.pid());
            child.finish();
        }
    }
}
