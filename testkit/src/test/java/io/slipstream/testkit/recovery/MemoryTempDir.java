package io.slipstream.testkit.recovery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Temporary directories in memory, on machines that have such a place: to force a file costs next to nothing there. */
public final class MemoryTempDir implements TempDirFactory {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final String PREFIX = "slipstream";

    @Override
    public Path createTempDirectory(final AnnotatedElementContext element, final ExtensionContext extension) {
        return create();
    }

    /** Creates a directory that the caller deletes. */
    public static Path create() {
        try {
            return Files.isDirectory(MEMORY) && Files.isWritable(MEMORY)
                ? Files.createTempDirectory(MEMORY, PREFIX)
                : Files.createTempDirectory(PREFIX);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
