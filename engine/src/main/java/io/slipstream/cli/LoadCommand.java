package io.slipstream.cli;

import io.slipstream.LogInspection;
import io.slipstream.SnapshotLoader;
import io.slipstream.SnapshotLog;
import io.slipstream.storage.LogPaths;
import picocli.CommandLine.Command;

import java.io.IOException;

@Command(description = {
    "Loads logs as a starting process does, and prints one JSON line for each, as it was found.",
    "Slack is cut off. A log that was not compact, or whose last append had not finished, is rewritten in compact form."
})
final class LoadCommand extends InspectingCommand {
    LoadCommand(final Streams streams) {
        super(streams);
    }

    @Override
    void check(final LogFile file) {
        if (LogPaths.isCompanion(String.valueOf(file.path().getFileName()))) {
            throw new InputException("reserved name: file=" + file.name() + " belongs to the log without that ending");
        }
    }

    @Override
    LogInspection inspect(final LogFile file, final JsonLines lines) throws IOException {
        final SnapshotLoader.Loaded loaded = SnapshotLoader.loadInspected(file.path(), new SnapshotLog.Context());
        lines.inspection(file.name(), loaded.asFound(), loaded.rewritten());
        return loaded.asFound();
    }
}
