package io.slipstream.cli;

import io.slipstream.LogRepair;
import io.slipstream.SnapshotLog;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;

@Command(description = {
    "Makes a refused log usable again: keeps the records before the damage. The original is kept beside the log.",
    "Changes nothing in a log that is not refused."
})
final class RepairCommand extends SingleLogCommand {
    @Option(names = "--skip-damage", description = "Also keeps the chain of records behind the damage that reaches the end, and drops the cursor.")
    private boolean skipDamage;

    RepairCommand(final Streams streams) {
        super(streams);
    }

    @Override
    int run() throws IOException {
        final LogRepair.Report report = LogRepair.repair(LogFile.existing(name).path(), new SnapshotLog.Context(), skipDamage);
        final TextLines text = new TextLines(streams.out());
        if (report.damage() == null) {
            text.line("nothing to repair: %,d records, %,d bytes, file unchanged", report.records(), report.position());
            return ExitStatus.DONE;
        }
        text.line("damage    %s", report.damage());
        text.line("kept      %,d records before offset %,d", report.records(), report.position());
        if (report.chainRecords() > 0) {
            text.line("kept      %,d records from offset %,d on", report.chainRecords(), report.chainPosition());
        } else if (skipDamage) {
            text.line("kept      nothing behind the damage: no chain of records there reaches the end");
        }
        text.line("not kept  %,d bytes", report.droppedLength());
        if (report.cursorDropped()) {
            text.line("not kept  the cursor, which may claim what the damage lost: list the source anew");
        }
        text.line("original  %s", report.original());
        return ExitStatus.DONE;
    }
}
