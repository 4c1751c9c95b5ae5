package io.slipstream.testkit.fuzz;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The inputs that the fuzz targets begin with: those under {@code fuzz/} in the test resources, in a directory for each target, and for the
 * targets that read files the small golden logs too. An input that once showed a bug belongs among them, named after the bug.
 */
final class Seeds {
    private static final String GOLDEN_SUFFIX = ".pgss";

    private Seeds() {
    }

    /** The seeds of a target, in order of their names. */
    static List<Path> of(final Class<?> target) throws IOException {
        final List<Path> seeds = new ArrayList<>();
        if (target != OperationsFuzzTest.class) {
            seeds.addAll(files(directory("/golden"), GOLDEN_SUFFIX));
        }
        seeds.addAll(files(directory("/fuzz/" + target.getSimpleName()), ""));
        return seeds;
    }

    private static List<Path> files(final Path directory, final String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> Files.isRegularFile(file) && file.toString().endsWith(suffix))
                .filter(file -> file.toFile().length() <= FileLaws.MAX_LENGTH)
                .sorted()
                .toList();
        }
    }

    private static Path directory(final String resource) throws IOException {
        try {
            return Path.of(Seeds.class.getResource(resource).toURI());
        } catch (final URISyntaxException e) {
            throw new IOException("no such seeds: " + resource, e);
        }
    }
}
