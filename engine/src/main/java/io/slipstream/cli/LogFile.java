package io.slipstream.cli;

import io.slipstream.LogInspection;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.LogPaths;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A file of the command line.
 *
 * @param name as it was named
 * @param path where that leads
 */
record LogFile(String name, Path path) {
    /** The file that an argument names. */
    static LogFile named(final String name) {
        if (name.isEmpty()) {
            throw new InputException("a file name is empty");
        }
        try {
            return new LogFile(name, Path.of(name));
        } catch (final InvalidPathException e) {
            throw new InputException("not a file name: " + e.getMessage(), e);
        }
    }

    /** The log that an argument names, for a command that needs one. */
    static LogFile existing(final String name) throws IOException {
        final LogFile file = writable(name);
        if (FileStorage.INSTANCE.identity(file.path) == null) {
            throw new NoLogException(name);
        }
        return file;
    }

    /** The log that an argument names, whether or not there is one yet. */
    static LogFile writable(final String name) {
        final LogFile file = named(name);
        if (Files.isDirectory(file.path)) {
            throw new InputException("a directory, not a log: file=" + name);
        }
        return file;
    }

    /** Whether the damage at the end of a log is what a power cut left, as its mark shows. */
    static boolean isExcused(final Path log) {
        return LogInspection.of(log).tail() == LogInspection.Tail.POWER_LOSS;
    }

    /** Whether this stands for the logs in it. */
    boolean isDirectory() {
        return Files.isDirectory(path);
    }

    /**
     * The logs in this directory, sorted by the bytes of their names. Not those in directories below, and none of the files that a log has
     * beside it.
     */
    List<LogFile> logs() throws IOException {
        final List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            for (final Path entry : entries) {
                if (Files.isRegularFile(entry) && !LogPaths.isCompanion(entry.getFileName().toString())) {
                    found.add(entry);
                }
            }
        } catch (final DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(found);
        return found.stream().map(entry -> new LogFile(entry.toString(), entry)).toList();
    }
}
