package io.slipstream.testkit.units;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.compaction.FreshLog;
import io.slipstream.storage.LogPaths;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation;
import io.slipstream.testkit.fault.Operation.Kind;
import io.slipstream.testkit.recovery.MemoryTempDir;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log in the making, step by step, and what is left when a step fails: docs/recovery.md, "Compaction". */
class FreshLogTest {
    private static final byte[] OLD = {1, 2, 3};
    private static final byte[] CONTENT = {9, 8, 7, 6, 5};

    private final FaultyStorage disk = new FaultyStorage();

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;
    private LogPaths paths;

    @BeforeEach
    void createOldLog() throws IOException {
        directory = directory.toRealPath();
        paths = new LogPaths(directory.resolve("kv.log"));
        Files.write(paths.log(), OLD);
    }

    private FreshLog filled() throws IOException {
        final FreshLog fresh = FreshLog.create(disk, paths, null);
        fresh.accept(CONTENT, 0, 2);
        fresh.accept(CONTENT, 2, 3);
        disk.forget();
        return fresh;
    }

    // The copy's temporary name is its own, and starts with the log's.
    private FreshLog filledCopy() throws IOException {
        Files.delete(paths.log());
        final FreshLog fresh = FreshLog.createCopy(disk, paths);
        fresh.accept(CONTENT, 0, CONTENT.length);
        disk.forget();
        return fresh;
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private List<Kind> effects() {
        return disk.operations().stream().map(Operation::kind).filter(Kind::hasEffect).toList();
    }

    private long closed() {
        return disk.operations().stream().filter(operation -> operation.kind() == Kind.CLOSE).count();
    }

    @Test
    void shouldRemoveWhatADeadCompactionLeft() throws IOException {
        Files.write(paths.compact(), OLD);
        try (FreshLog fresh = FreshLog.create(disk, paths, null)) {
            assertEquals(0, fresh.length());
            assertEquals(0, fresh.file().length());
        }
    }

    @Test
    void shouldKeepTheModeOfTheLogItReplaces() throws IOException {
        Files.setPosixFilePermissions(paths.log(), PosixFilePermissions.fromString("rw-r-----"));
        try (FreshLog fresh = FreshLog.create(disk, paths, disk.identity(paths.log()))) {
            assertEquals(0, fresh.length());
            assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(paths.compact())));
        }
    }

    @Test
    void shouldReplaceTheLogInTheOrderThatSurvivesPowerLoss() throws IOException {
        try (FreshLog fresh = filled()) {
            assertEquals(CONTENT.length, fresh.length());
            assertFalse(fresh.isRenamed());
            fresh.force();
            fresh.publish();
            assertTrue(fresh.isRenamed());
            assertEquals(List.of("FORCE kv.log.compact", "RENAME kv.log.compact kv.log", "FORCE_DIRECTORY " + directory.getFileName()), disk.effects());
        }
        assertArrayEquals(CONTENT, Files.readAllBytes(paths.log()));
        assertEquals(List.of("kv.log"), names());
    }

    @Test
    void shouldGoByTheLogsNameOncePublished() throws IOException {
        try (FreshLog fresh = filled()) {
            fresh.publish();
            disk.forget();
            fresh.force();
            assertEquals(List.of("FORCE kv.log"), disk.effects());
        }
    }

    @Test
    void shouldRemoveWhatWasNotPublished() throws IOException {
        filled().close();
        assertEquals(1, closed());
        assertEquals(List.of("kv.log"), names());
        assertArrayEquals(OLD, Files.readAllBytes(paths.log()));
    }

    @Test
    void shouldRemoveWhatWasNotPublishedThoughItDoesNotClose() throws IOException {
        final FreshLog fresh = filled();
        disk.failNth(Kind.CLOSE, 1, Moment.AFTER);
        assertThrows(IOException.class, fresh::close);
        assertEquals(List.of("kv.log"), names());
    }

    @Test
    void shouldLeaveAFileThatWasTakenOpen() throws IOException {
        final FreshLog fresh = filled();
        fresh.publish();
        try (StorageFile taken = fresh.takeFile()) {
            fresh.close();
            assertEquals(0, closed());
            assertEquals(CONTENT.length, taken.length());
        }
        assertEquals(List.of("kv.log"), names());
    }

    @Test
    void shouldCloseOnce() throws IOException {
        final FreshLog fresh = filled();
        fresh.close();
        fresh.close();
        assertEquals(1, closed());
    }

    @Test
    void shouldKnowThatARenameDidNotHappen() throws IOException {
        try (FreshLog fresh = filled()) {
            disk.failNth(Kind.RENAME, 1, Moment.BEFORE);
            assertThrows(IOException.class, fresh::publish);
            assertFalse(fresh.isRenamed());
        }
        assertArrayEquals(OLD, Files.readAllBytes(paths.log()));
        assertEquals(List.of("kv.log"), names());
    }

    @Test
    void shouldKnowThatARenameHappenedThoughItWasReportedAsFailed() throws IOException {
        try (FreshLog fresh = filled()) {
            disk.failNth(Kind.RENAME, 1, Moment.AFTER);
            assertThrows(IOException.class, fresh::publish);
            assertTrue(fresh.isRenamed());
        }
        assertArrayEquals(CONTENT, Files.readAllBytes(paths.log()));
    }

    @Test
    void shouldTakeARenameForDoneWhereItCannotBeTold() throws IOException {
        try (FreshLog fresh = filled()) {
            disk.failNth(Kind.RENAME, 1, Moment.BEFORE).failNth(Kind.IDENTITY, 1, Moment.BEFORE);
            final IOException e = assertThrows(IOException.class, fresh::publish);
            assertEquals(disk.faults().get(0), e);
            assertEquals(List.of(disk.faults().get(1)), List.of(e.getSuppressed()));
            assertTrue(fresh.isRenamed());
        }
    }

    @Test
    void shouldTakeARenameWhoseNameIsNotForcedForDone() throws IOException {
        try (FreshLog fresh = filled()) {
            disk.failNth(Kind.FORCE_DIRECTORY, 1, Moment.BEFORE);
            assertThrows(IOException.class, fresh::publish);
            assertTrue(fresh.isRenamed());
        }
    }

    @Test
    void shouldRemoveAFileWhoseCreationFailedHalfWay() throws IOException {
        disk.failNth(Kind.CREATE, 1, Moment.AFTER);
        final IOException e = assertThrows(IOException.class, () -> FreshLog.create(disk, paths, null).close());
        assertEquals(disk.faults(), List.of(e));
        assertEquals(List.of("kv.log"), names());
    }

    @Test
    void shouldThrowTheFirstFailureWhereTheFileCannotBeRemovedEither() {
        disk.failNth(Kind.CREATE, 1, Moment.AFTER).failNth(Kind.UNLINK, 2, Moment.BEFORE);
        final IOException e = assertThrows(IOException.class, () -> FreshLog.create(disk, paths, null).close());
        assertEquals(disk.faults().get(0), e);
        assertEquals(List.of(disk.faults().get(1)), List.of(e.getSuppressed()));
    }

    @Test
    void shouldNotRemoveAFileOfSomeoneElse() throws IOException {
        disk.atNth(Kind.CREATE, 1, Moment.BEFORE, () -> Files.write(paths.compact(), OLD));
        assertThrows(FileAlreadyExistsException.class, () -> FreshLog.create(disk, paths, null).close());
        assertArrayEquals(OLD, Files.readAllBytes(paths.compact()));
    }

    @Test
    void shouldPublishABareHeader() throws IOException {
        FreshLog.publishEmpty(disk, paths, null);
        assertArrayEquals(new byte[] {'P', 'G', 'S', 'S', 2, 0}, Files.readAllBytes(paths.log()));
        assertEquals(List.of("kv.log"), names());
        assertEquals(List.of(Kind.UNLINK, Kind.CREATE, Kind.WRITE, Kind.FORCE, Kind.RENAME, Kind.FORCE_DIRECTORY), effects());
        assertEquals(1, closed());
    }

    @Test
    void shouldPublishACopyUnderANameThatIsFree() throws IOException {
        try (FreshLog copy = filledCopy()) {
            Files.write(paths.mark(), OLD);
            copy.publishNew();
            assertTrue(copy.isRenamed());
            assertEquals(List.of(Kind.UNLINK, Kind.LINK, Kind.UNLINK, Kind.FORCE_DIRECTORY), effects());
            assertEquals(1, closed());
        }
        assertArrayEquals(CONTENT, Files.readAllBytes(paths.log()));
        assertEquals(List.of("kv.log"), names(), "no temporary file, and no mark of a log that is gone");
    }

    @Test
    void shouldNotPublishACopyOverALog() throws IOException {
        try (FreshLog copy = filledCopy()) {
            Files.write(paths.log(), OLD);
            assertThrows(FileAlreadyExistsException.class, copy::publishNew);
            assertFalse(copy.isRenamed());
        }
        assertArrayEquals(OLD, Files.readAllBytes(paths.log()));
        assertEquals(List.of("kv.log"), names());
    }

    @Test
    void shouldTakeBackACopyWhoseNameIsNotForced() throws IOException {
        try (FreshLog copy = filledCopy()) {
            disk.failNth(Kind.FORCE_DIRECTORY, 1, Moment.BEFORE);
            assertThrows(IOException.class, copy::publishNew);
            assertFalse(copy.isRenamed());
        }
        assertEquals(List.of(), names());
    }

    @Test
    void shouldGiveEveryCopyATemporaryNameOfItsOwn() throws IOException {
        try (FreshLog one = filledCopy(); FreshLog other = FreshLog.createCopy(disk, paths)) {
            assertNotNull(one.file());
            assertEquals(2, names().size());
            for (final String name : names()) {
                assertTrue(name.startsWith("kv.log.") && name.endsWith(".compact"), name);
            }
            assertEquals(0, other.length());
        }
    }
}
