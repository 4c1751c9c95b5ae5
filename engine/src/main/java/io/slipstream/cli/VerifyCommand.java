package io.slipstream.cli;

import io.slipstream.LogInspection;
import picocli.CommandLine.Command;

import java.io.IOException;

@Command(description = "Checks logs and prints one JSON line for each. Changes nothing.")
final class VerifyCommand extends InspectingCommand {
    VerifyCommand(final Streams streams) {
        super(streams);
    }

    @Override
    LogInspection inspect(final LogFile file, final JsonLines lines) throws IOException {
        final LogInspection found = LogInspection.of(file.path());
        lines.inspection(file.name(), found, null);
        return found;
    }
}
