package io.slipstream.cli;

import io.slipstream.RecoveryReport;
import io.slipstream.SnapshotView;
import picocli.CommandLine.Command;

import java.io.IOException;
import java.io.UncheckedIOException;

@Command(description = "Prints the live entries, sorted by key, and the cursor, as lines that 'append' reads. Changes nothing.")
final class DumpCommand extends SingleLogCommand {
    DumpCommand(final Streams streams) {
        super(streams);
    }

    @Override
    int run() throws IOException {
        final LogFile log = LogFile.existing(name);
        try (SnapshotView view = SnapshotView.open(log.path());
                JsonLines lines = new JsonLines(streams.out())) {
            view.forEach(entry -> {
                try {
                    lines.entry(entry);
                } catch (final IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            if (!view.cursor().isEmpty()) {
                lines.checkpoint(view.cursor());
            }
            if (!view.recovery().isClean()) {
                streams.message((view.recovery().tail() == RecoveryReport.Tail.TORN ? "torn" : "power-loss") + " tail ignored: file=" + name + " offset=" + view.recovery().position() + " length="
                        + view.recovery().droppedLength() + " (docs/recovery.md, row " + view.recovery().rule() + ")");
            }
        }
        return ExitStatus.DONE;
    }
}
