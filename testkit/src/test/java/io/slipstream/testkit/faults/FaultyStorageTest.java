package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.storage.HeldLock;
import io.slipstream.storage.MappedRegion;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation;
import io.slipstream.testkit.fault.Operation.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultyStorageTest {
    private static final byte[] TEN_BYTES = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

    @TempDir(factory = MemoryDir.class)
    Path directory;

    private final FaultyStorage disk = new FaultyStorage();
    private Path path;

    @BeforeEach
    void name() {
        path = directory.resolve("file");
    }

    @Test
    void shouldRecordEveryOperationInOrder() throws IOException {
        final Path other = directory.resolve("other");
        try (StorageFile file = disk.create(path, null)) {
            file.write(0, TEN_BYTES, 0, 10);
            file.allocate(10, 20);
            file.copy(0, new byte[10], 0, 10);
            assertEquals(20, file.length());
            final MappedRegion region = file.map(0, 20, true);
            region.force(0, 20);
            region.release();
            file.force();
            file.truncate(5);
            disk.link(path, other);
            disk.rename(path, other);
            file.renamedTo(other);
        }
        disk.openForRead(other).close();
        disk.openForWrite(other).close();
        disk.unlink(other);
        disk.forceDirectory(directory);
        final Path lock = directory.resolve("lock");
        disk.lock(lock).close();
        disk.identity(path);
        disk.resolve(path);

        assertEquals(List.of("CREATE file", "WRITE file", "ALLOCATE file", "READ file", "LENGTH file", "MAP file",
            "FORCE file", "FORCE file", "TRUNCATE file", "LINK file other", "RENAME file other", "CLOSE other",
            "OPEN other", "CLOSE other", "OPEN other", "CLOSE other", "UNLINK other",
            "FORCE_DIRECTORY " + directory.getFileName(), "LOCK lock", "UNLOCK lock", "IDENTITY file", "RESOLVE file"),
            disk.operations().stream().map(Operation::toString).toList());
    }

    @Test
    void shouldListOnlyOperationsWithAnEffectAsEffects() throws IOException {
        disk.create(path, null).close();
        disk.openForRead(path).close();
        disk.unlink(path);
        assertEquals(List.of("CREATE file", "UNLINK file"), disk.effects());
    }

    @Test
    void shouldForgetOperationsAndFaults() {
        disk.failNth(1, Moment.BEFORE);
        assertThrows(IOException.class, () -> disk.identity(path));
        disk.forget();
        assertEquals(List.of(), disk.operations());
        assertEquals(List.of(), disk.faults());
    }

    @Test
    void shouldFailOnlyTheNthOperation() throws IOException {
        disk.failNth(2, Moment.BEFORE);
        disk.identity(path);
        final IOException fault = assertThrows(IOException.class, () -> disk.resolve(path));
        disk.identity(path);
        assertEquals("injected fault: BEFORE RESOLVE file", fault.getMessage());
        assertSame(fault, disk.faults().get(0));
    }

    @Test
    void shouldFailOnlyTheNthOfAKind() throws IOException {
        disk.failNth(Kind.RESOLVE, 2, Moment.BEFORE);
        disk.resolve(path);
        disk.identity(path);
        assertThrows(IOException.class, () -> disk.resolve(path));
        disk.resolve(path);
    }

    @Test
    void shouldFailEverythingFromTheNthOperationOn() throws IOException {
        disk.failFrom(2);
        disk.identity(path);
        assertThrows(IOException.class, () -> disk.identity(path));
        assertThrows(IOException.class, () -> disk.resolve(path));
        assertEquals(2, disk.faults().size());
    }

    @Test
    void shouldDoNothingWhenItFailsBefore() throws IOException {
        Files.write(path, TEN_BYTES);
        disk.failNth(Kind.UNLINK, 1, Moment.BEFORE);
        assertThrows(IOException.class, () -> disk.unlink(path));
        assertTrue(Files.exists(path));
    }

    @Test
    void shouldDoAllOfItWhenItFailsAfter() throws IOException {
        Files.write(path, TEN_BYTES);
        disk.failNth(Kind.UNLINK, 1, Moment.AFTER);
        assertThrows(IOException.class, () -> disk.unlink(path));
        assertFalse(Files.exists(path));
    }

    @Test
    void shouldLetGoOfALockAlsoWhenThatFails() throws IOException {
        final Path lockFile = directory.resolve("lock");
        final HeldLock lock = disk.lock(lockFile);
        disk.failNth(Kind.UNLOCK, 1, Moment.BEFORE);
        assertThrows(IOException.class, lock::close);
        disk.lock(lockFile).close();
    }

    @Test
    void shouldLetGoOfALockWhoseTakingIsReportedAsFailed() throws IOException {
        final Path lockFile = directory.resolve("lock");
        disk.failNth(Kind.LOCK, 1, Moment.AFTER);
        assertThrows(IOException.class, () -> disk.lock(lockFile));
        disk.lock(lockFile).close();
    }

    @Test
    void shouldWriteWhatFitsAndThenSayThatTheDiskIsFull() throws IOException {
        try (StorageFile file = disk.create(path, null)) {
            disk.fullAfter(15);
            file.write(0, TEN_BYTES, 0, 10);
            final IOException full = assertThrows(IOException.class, () -> file.write(10, TEN_BYTES, 0, 10));
            assertEquals("No space left on device", full.getMessage());
        }
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3, 4, 5}, Files.readAllBytes(path));
    }

    @Test
    void shouldAllocateWhatFitsAndThenSayThatTheDiskIsFull() throws IOException {
        try (StorageFile file = disk.create(path, null)) {
            disk.fullAfter(7);
            assertThrows(IOException.class, () -> file.allocate(0, 100));
        }
        assertEquals(7, Files.size(path));
    }

    @Test
    void shouldRunAnActionAtTheNthOfAKind() throws IOException {
        disk.atNth(Kind.IDENTITY, 2, Moment.BEFORE, () -> Files.write(path, TEN_BYTES));
        disk.identity(path);
        assertFalse(Files.exists(path));
        disk.identity(path);
        assertTrue(Files.exists(path));
    }

    @Test
    void shouldFailNothingOnceHealed() throws IOException {
        disk.failFrom(1).fullAfter(0);
        disk.heal();
        try (StorageFile file = disk.create(path, null)) {
            file.write(0, TEN_BYTES, 0, 10);
        }
        assertEquals(List.of(), disk.faults());
    }

    @Test
    void shouldCountFromOne() {
        assertThrows(IllegalArgumentException.class, () -> disk.failNth(0, Moment.BEFORE));
    }
}
