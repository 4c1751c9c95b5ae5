package io.slipstream.testkit.recovery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.slipstream.testkit.bytes.LogBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The file of a log, alone in its directory, and what tests say about it. */
public final class LogFile implements AutoCloseable {
    /** When every file was written, as far as anybody can tell: whatever touches it changes this. */
    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000_000L);

    private static final String LOCK = ".lock";
    private static final String MARK = ".mark";

    private final Path path;
    private byte[] written = {};
    private Object inode;

    private LogFile(final Path path) {
        this.path = path;
    }

    /** A log's file in {@code directory}, not there yet. */
    public static LogFile in(final Path directory) throws IOException {
        return new LogFile(directory.toRealPath().resolve("kv.log"));
    }

    /** A log's file in a directory of its own, which {@link #close()} deletes. */
    public static LogFile temporary() {
        try {
            return in(MemoryTempDir.create());
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Writes the file, whatever it held before; a mark of what it held before goes. */
    public LogFile holds(final byte... bytes) throws IOException {
        Files.deleteIfExists(beside(MARK));
        Files.write(path, bytes);
        Files.setLastModifiedTime(path, LONG_AGO);
        written = bytes.clone();
        inode = inodeOf(path);
        return this;
    }

    /** As {@link #holds(byte...)}. */
    public LogFile holds(final LogBuilder log) throws IOException {
        return holds(log.toBytes());
    }

    /** What the file holds now. */
    public byte[] bytes() throws IOException {
        return Files.readAllBytes(path);
    }

    /** What the companion file {@code LOG} + {@code suffix} holds now. */
    public byte[] bytesBeside(final String suffix) throws IOException {
        return Files.readAllBytes(beside(suffix));
    }

    /** The companion file {@code LOG} + {@code suffix}. */
    public Path beside(final String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    /** The suffixes of what stands beside the file, but for its lock and its mark. */
    public SortedSet<String> companions() throws IOException {
        final String name = path.getFileName().toString();
        try (Stream<Path> files = Files.list(path.getParent())) {
            return files.map(file -> file.getFileName().toString())
                .filter(found -> !Set.of(name, name + LOCK, name + MARK).contains(found))
                .map(found -> found.startsWith(name) ? found.substring(name.length()) : found)
                .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** Same file, same bytes, same modification time as when it was written, and nothing beside it but a lock. */
    public void assertUntouched(final String what) throws IOException {
        assertArrayEquals(written, bytes(), () -> what + ": the bytes");
        assertEquals(LONG_AGO, Files.getLastModifiedTime(path), () -> what + ": the modification time");
        assertEquals(inode, inodeOf(path), () -> what + ": the file itself");
        assertEquals(new TreeSet<>(), companions(), () -> what + ": files beside it");
        assertFalse(Files.exists(beside(MARK)), () -> what + ": there is a mark");
    }

    /** Holds exactly these bytes, and nothing stands beside it but a lock and a mark. */
    public void assertCleaned(final byte[] expected, final String what) throws IOException {
        assertArrayEquals(expected, bytes(), () -> what + ": the bytes");
        assertEquals(new TreeSet<>(), companions(), () -> what + ": files beside it");
    }

    private static Object inodeOf(final Path file) throws IOException {
        return Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    }

    /** Deletes the directory. */
    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(path.getParent())) {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
