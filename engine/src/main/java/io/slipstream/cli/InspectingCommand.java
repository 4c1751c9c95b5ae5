package io.slipstream.cli;

import io.slipstream.LogInspection;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A command that prints one line about each of many files, whatever they are like, and one exit status for all. */
abstract class InspectingCommand extends LogCommand {
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "A log, or a directory: the logs in it, sorted by name.")
    private List<String> names;

    private boolean anyUnread;

    InspectingCommand(final Streams streams) {
        super(streams);
    }

    /** Inspects one file and prints its line. */
    abstract LogInspection inspect(LogFile file, JsonLines lines) throws IOException;

    /** Looks at a name before anything is done with any. */
    void check(final LogFile file) {
    }

    @Override
    final int run() throws IOException {
        boolean anyRefused = false;
        try (JsonLines lines = new JsonLines(streams.out())) {
            final List<LogFile> files = files();
            files.forEach(this::check);
            for (final LogFile file : files) {
                final LogInspection.Result result = inspect(file, lines).result();
                lines.flush();
                anyRefused |= result == LogInspection.Result.CORRUPTED || result == LogInspection.Result.INVALID;
                anyUnread |= result == LogInspection.Result.IO;
            }
        }
        if (anyRefused) {
            return ExitStatus.REFUSED;
        }
        return anyUnread ? ExitStatus.IO : ExitStatus.DONE;
    }

    private List<LogFile> files() {
        final List<LogFile> files = new ArrayList<>();
        for (final String name : names) {
            final LogFile file = LogFile.named(name);
            if (file.isDirectory()) {
                addLogs(file, files);
            } else {
                files.add(file);
            }
        }
        return files;
    }

    private void addLogs(final LogFile directory, final List<LogFile> files) {
        try {
            files.addAll(directory.logs());
        } catch (final IOException e) {
            streams.message("cannot list directory: " + ExitStatus.describe(e));
            anyUnread = true;
        }
    }
}
