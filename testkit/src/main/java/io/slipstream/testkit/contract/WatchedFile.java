package io.slipstream.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;

/** The file of a log, and whether anybody touched it. */
final class WatchedFile {
    /** Whatever touches the file changes this. */
    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000_000L);

    private final Path path;
    private byte[] written = {};
    private Object key;

    WatchedFile(final Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    byte[] bytes() throws IOException {
        return Files.readAllBytes(path);
    }

    /** Makes it a file of these bytes that was there for long. */
    WatchedFile holds(final byte[] bytes) throws IOException {
        Files.write(path, bytes);
        return watch();
    }

    /** Takes the file as it is for what must not be touched. */
    WatchedFile watch() throws IOException {
        Files.setLastModifiedTime(path, LONG_AGO);
        written = bytes();
        key = key();
        return this;
    }

    void assertUntouched(final String what) throws IOException {
        assertArrayEquals(written, bytes(), () -> what + " changed the file");
        assertEquals(LONG_AGO, Files.getLastModifiedTime(path), () -> what + " changed the file's modification time");
        assertEquals(key, key(), () -> what + " replaced the file");
    }

    // Null where the file system has no such thing.
    private Object key() throws IOException {
        return Objects.toString(Files.readAttributes(path, BasicFileAttributes.class).fileKey());
    }
}
