package io.slipstream.testkit.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Temporary directories in memory where the machine has such a place: the suite forces thousands of files, and none has to outlive it. */
final class InMemory implements TempDirFactory {
    private static final Path MEMORY = Path.of("/dev/shm");

    @Override
    public Path createTempDirectory(final AnnotatedElementContext element, final ExtensionContext extension) throws IOException {
        return Files.isDirectory(MEMORY) && Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, "slipstream-contract-")
            : Files.createTempDirectory("slipstream-contract-");
    }
}
