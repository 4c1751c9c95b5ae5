package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.errors.LogInUseException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A log behind symbolic links, and the rights and owner of its file. */
class LinksTest {
    @TempDir(factory = MemoryDir.class)
    Path root;

    private Path target;
    private Path links;

    @BeforeEach
    void makeDirectories() throws IOException {
        target = Files.createDirectory(root.resolve("target")).resolve("kv.log");
        links = Files.createDirectory(root.resolve("links"));
    }

    private static Object inodeOf(final Path path) throws IOException {
        return Files.getAttribute(path, "unix:ino");
    }

    private void checkTargetRotatesAndLinkStays(final Path link, final Path pointsTo) throws IOException {
        TwinLog.create(target, TwinLog.smallSegments()).churn().closeAndCheck();
        final Object before = inodeOf(target);
        final TwinLog twin = TwinLog.open(link);
        assertEquals(target.toRealPath(), twin.log().path());
        twin.churn().compact().put("after", "1", 1).close();

        assertEquals(pointsTo, Files.readSymbolicLink(link));
        assertNotEquals(before, inodeOf(target), "the target was not rotated");
        assertArrayEquals(twin.model().toBytes(), Files.readAllBytes(target));
        assertEquals(List.of("kv.log", "kv.log.lock", "kv.log.mark"), TwinLog.namesIn(target.getParent()));
        assertTrue(TwinLog.namesIn(links).stream().noneMatch(name -> name.contains(".lock")), "companions at the link");
    }

    @Test
    void shouldRotateTheTargetOfAnAbsoluteLink() throws IOException {
        final Path link = Files.createSymbolicLink(links.resolve("link"), target);
        checkTargetRotatesAndLinkStays(link, target);
    }

    @Test
    void shouldRotateTheTargetOfARelativeLink() throws IOException {
        final Path relative = Path.of("..", "target", "kv.log");
        final Path link = Files.createSymbolicLink(links.resolve("link"), relative);
        checkTargetRotatesAndLinkStays(link, relative);
    }

    @Test
    void shouldRotateTheTargetOfAChainOfLinks() throws IOException {
        final Path last = Files.createSymbolicLink(links.resolve("last"), target);
        final Path middle = Files.createSymbolicLink(links.resolve("middle"), Path.of("last"));
        final Path link = Files.createSymbolicLink(links.resolve("link"), middle);
        checkTargetRotatesAndLinkStays(link, middle);
        assertEquals(target, Files.readSymbolicLink(last));
    }

    @Test
    void shouldRotateTheTargetOfALinkThroughALinkedDirectory() throws IOException {
        final Path directory = Files.createSymbolicLink(links.resolve("directory"), target.getParent());
        final Path relative = Path.of("directory", "..", "target", "kv.log");
        final Path link = Files.createSymbolicLink(links.resolve("link"), relative);
        checkTargetRotatesAndLinkStays(link, relative);
        assertTrue(Files.isSymbolicLink(directory));
    }

    @Test
    void shouldRotateTheTargetWhenALogBehindALinkIsLoaded() throws IOException {
        final TwinLog twin = TwinLog.create(target, TwinLog.smallSegments()).churn();
        twin.closeAndCheck();
        final Object before = inodeOf(target);
        final Path link = Files.createSymbolicLink(links.resolve("link"), target);
        assertEquals(twin.model().state().entries().size(), Snapshot.load(link).orElseThrow().entries().size());
        assertTrue(Files.isSymbolicLink(link));
        assertNotEquals(before, inodeOf(target));
        assertArrayEquals(twin.model().state().compactForm(), Files.readAllBytes(target));
    }

    @Test
    void shouldCreateTheTargetOfADanglingLink() throws IOException {
        final Path link = Files.createSymbolicLink(links.resolve("link"), target);
        final TwinLog twin = TwinLog.create(link, TwinLog.smallSegments()).churn();
        twin.compact().close();
        assertTrue(Files.isSymbolicLink(link));
        assertTrue(Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS));
        assertArrayEquals(twin.model().toBytes(), Files.readAllBytes(target));
    }

    @Test
    void shouldLoadADanglingLinkAsAbsent() throws IOException {
        final Path link = Files.createSymbolicLink(links.resolve("link"), target);
        assertTrue(Snapshot.load(link).isEmpty());
        assertEquals(List.of(), TwinLog.namesIn(target.getParent()));
    }

    @Test
    void shouldLoadALinkIntoAMissingDirectoryAsAbsent() throws IOException {
        final Path link = Files.createSymbolicLink(links.resolve("link"), root.resolve("missing").resolve("kv.log"));
        assertTrue(Snapshot.load(link).isEmpty());
        assertFalse(Files.exists(root.resolve("missing")));
    }

    @Test
    void shouldRefuseALoopOfLinks() throws IOException {
        final Path link = Files.createSymbolicLink(links.resolve("link"), Path.of("back"));
        Files.createSymbolicLink(links.resolve("back"), Path.of("link"));
        assertThrows(FileSystemException.class, () -> SnapshotLog.open(link));
    }

    @Test
    void shouldRefuseADirectory() {
        assertThrows(IOException.class, () -> SnapshotLog.open(links));
    }

    @Test
    void shouldKnowALogInUseByItsLinkToo() throws IOException {
        final Path link = Files.createSymbolicLink(links.resolve("link"), target);
        try (TwinLog twin = TwinLog.create(target, TwinLog.smallSegments())) {
            assertThrows(LogInUseException.class, () -> SnapshotLog.open(link));
            assertThrows(LogInUseException.class, () -> SnapshotLog.open(links.resolve("../target/./kv.log")));
            twin.put("a", "1", 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "rw-r-----", "rw-rw-r--"})
    void shouldKeepTheRightsOfAFileWhenItIsCompacted(final String rights) throws IOException {
        TwinLog.create(target, TwinLog.smallSegments()).churn().closeAndCheck();
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(rights));
        TwinLog.open(target).compact().closeAndCheck();
        assertEquals(rights, PosixFilePermissions.toString(Files.getPosixFilePermissions(target)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "rw-r-----", "rw-rw-r--"})
    void shouldKeepTheRightsOfAFileWhenItIsLoaded(final String rights) throws IOException {
        TwinLog.create(target, TwinLog.smallSegments()).churn().closeAndCheck();
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(rights));
        assertTrue(Snapshot.load(target).isPresent());
        assertEquals(rights, PosixFilePermissions.toString(Files.getPosixFilePermissions(target)));
    }

    @Test
    void shouldKeepRightsThatWereChangedWhileTheWriterWasAtWork() throws IOException {
        final TwinLog twin = TwinLog.create(target, TwinLog.smallSegments()).churn();
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r-----"));
        twin.compact().closeAndCheck();
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(target)));
    }

    @Test
    void shouldMakeFilesReadableByTheirOwnerOnly() throws IOException {
        TwinLog.create(target, TwinLog.smallSegments()).churn().compact().closeAndCheck();
        for (final String name : List.of("kv.log", "kv.log.lock", "kv.log.mark")) {
            assertEquals("rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(target.resolveSibling(name))), name);
        }
    }

    @Test
    void shouldMakeCopiesReadableByTheirOwnerOnly() throws IOException {
        try (TwinLog twin = TwinLog.create(target, TwinLog.smallSegments()).churn()) {
            twin.log().copyTo(root.resolve("copy"));
        }
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("copy"))));
    }

    @Test
    void shouldKeepTheOwnerOfAFileWhenItIsCompactedByRoot() throws IOException {
        TwinLog.create(target, TwinLog.smallSegments()).churn().closeAndCheck();
        Mount.assumeRoot();
        Files.setAttribute(target, "unix:uid", 12_345);
        Files.setAttribute(target, "unix:gid", 12_346);
        TwinLog.open(target).compact().closeAndCheck();
        assertEquals(Map.of("uid", 12_345, "gid", 12_346), Files.readAttributes(target, "unix:uid,gid"));
    }
}
