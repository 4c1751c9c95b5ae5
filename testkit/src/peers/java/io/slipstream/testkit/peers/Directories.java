package io.slipstream.testkit.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Whole directories. */
final class Directories {
    private Directories() {
    }

    private static List<Path> walk(final Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.sorted(Comparator.reverseOrder()).toList();
        }
    }

    static void delete(final Path directory) throws IOException {
        if (Files.exists(directory)) {
            for (final Path file : walk(directory)) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Makes {@code directory} anew, empty. */
    static Path fresh(final Path directory) throws IOException {
        delete(directory);
        return Files.createDirectories(directory);
    }

    /** Copies the files of {@code from} into {@code to}, which exists. */
    static void copy(final Path from, final Path to) throws IOException {
        final List<Path> files = walk(from);
        for (int i = files.size() - 1; i >= 0; i--) {
            final Path target = to.resolve(from.relativize(files.get(i)));
            if (Files.isDirectory(files.get(i))) {
                Files.createDirectories(target);
            } else {
                Files.copy(files.get(i), target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    static long length(final Path directory) throws IOException {
        long length = 0;
        for (final Path file : walk(directory)) {
            length += Files.isRegularFile(file) ? Files.size(file) : 0;
        }
        return length;
    }
}
