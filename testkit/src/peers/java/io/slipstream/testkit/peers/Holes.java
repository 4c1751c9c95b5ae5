package io.slipstream.testkit.peers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** Gives sparse files their blocks: the kindness to stores that map a file and have no call that makes room beforehand. */
final class Holes {
    private static final int BLOCK_LENGTH = 1 << 16;

    private Holes() {
    }

    static void fill(final Path directory) throws IOException {
        final List<Path> files;
        try (Stream<Path> walk = Files.walk(directory)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        for (final Path file : files) {
            fillFile(file);
        }
    }

    private static void fillFile(final Path file) throws IOException {
        final ByteBuffer zeros = ByteBuffer.allocateDirect(BLOCK_LENGTH);
        final ByteBuffer found = ByteBuffer.allocateDirect(BLOCK_LENGTH);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            final long length = channel.size();
            for (long position = 0; position + BLOCK_LENGTH <= length; position += BLOCK_LENGTH) {
                found.clear();
                channel.read(found, position);
                if (found.flip().equals(zeros.clear())) {
                    channel.write(zeros, position);
                }
            }
        }
    }
}
