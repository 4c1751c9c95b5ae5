package io.slipstream.testkit.units;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.storage.FileChangedException;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.recovery.LogFile;
import io.slipstream.testkit.recovery.MemoryTempDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a file on the real disk does in a way of its own. */
class DiskFileTest {
    private static final byte[] FILE = {1, 2, 3, 4, 5};
    private static final int O_DSYNC = 010000; // Linux, asm-generic/fcntl.h

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;

    private Path path;

    private StorageFile openForWrite() throws IOException {
        path = LogFile.in(directory).holds(FILE).path();
        return FileStorage.INSTANCE.openForWrite(path);
    }

    @Test
    void shouldWriteWhereToldAndLengthenTheFileWhenItWritesForced() throws IOException {
        try (StorageFile file = openForWrite()) {
            file.writeForced(1, new byte[] {9, 8, 7}, 1, 2);
            assertArrayEquals(new byte[] {1, 8, 7, 4, 5}, Files.readAllBytes(path));
            file.writeForced(4, new byte[] {6, 6}, 0, 2);
            assertArrayEquals(new byte[] {1, 8, 7, 4, 6, 6}, Files.readAllBytes(path));
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldAskTheKernelToReturnOnlyWhenWhatItWritesForcedIsOnDisk() throws IOException {
        try (StorageFile file = openForWrite()) {
            assertEquals(List.of(), descriptorsThatForce(), "before there is need");
            file.writeForced(0, FILE, 0, 1);
            assertEquals(1, descriptorsThatForce().size());
            file.writeForced(0, FILE, 0, 1);
            assertEquals(1, descriptorsThatForce().size());
        }
        assertEquals(List.of(), descriptorsThatForce(), "closed with the file");
    }

    private List<Path> descriptorsThatForce() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(this::isOpenHere).filter(DiskFileTest::forces).toList();
        }
    }

    private boolean isOpenHere(final Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).equals(path.toRealPath());
        } catch (final IOException e) {
            return false; // that of the listing
        }
    }

    private static boolean forces(final Path descriptor) {
        try {
            final String flags = Files.readAllLines(Path.of("/proc/self/fdinfo").resolve(descriptor.getFileName())).stream()
                .filter(line -> line.startsWith("flags:")).findFirst().orElseThrow();
            return (Integer.parseInt(flags.substring("flags:".length()).trim(), 8) & O_DSYNC) != 0;
        } catch (final IOException e) {
            return false;
        }
    }

    @Test
    void shouldNotWriteForcedIntoAnotherFileThatTookItsName() throws IOException {
        final byte[] another = {7, 7, 7};
        try (StorageFile file = openForWrite()) {
            Files.delete(path);
            Files.write(path, another);
            assertThrows(FileChangedException.class, () -> file.writeForced(0, FILE, 0, 5));
        }
        assertArrayEquals(another, Files.readAllBytes(path));
    }

    @Test
    void shouldFillWithZerosFromWhereToWhereToldWhenItAllocatesFinely() throws IOException {
        final int length = 100_000;
        try (StorageFile file = openForWrite()) {
            file.allocateFinely(3, length);
            final byte[] expected = new byte[length];
            System.arraycopy(FILE, 0, expected, 0, 3);
            assertTrue(Arrays.equals(expected, Files.readAllBytes(path)));
            file.allocateFinely(length, length);
            assertEquals(length, Files.size(path));
        }
    }
}
