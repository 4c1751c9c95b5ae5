package io.slipstream.testkit.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Temporary directories in memory where the machine has such a place: for tests that force hundreds of files. */
public final class MemoryDir implements TempDirFactory {
    private static final Path MEMORY = Path.of("/dev/shm");

    @Override
    public Path createTempDirectory(final AnnotatedElementContext element, final ExtensionContext extension)
        throws IOException {
        return Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, "slipstream-")
            : Files.createTempDirectory("slipstream-");
    }
}
