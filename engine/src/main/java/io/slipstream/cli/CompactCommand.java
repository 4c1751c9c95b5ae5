package io.slipstream.cli;

import io.slipstream.SnapshotLog;
import picocli.CommandLine.Command;

import java.io.IOException;

@Command(description = "Rewrites a log in compact form: only what is live, sorted by key.")
final class CompactCommand extends SingleLogCommand {
    CompactCommand(final Streams streams) {
        super(streams);
    }

    @Override
    int run() throws IOException {
        try (SnapshotLog log = SnapshotLog.open(LogFile.existing(name).path())) {
            log.compact();
        }
        return ExitStatus.DONE;
    }
}
