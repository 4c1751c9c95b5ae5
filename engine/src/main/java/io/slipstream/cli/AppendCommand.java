package io.slipstream.cli;

import io.slipstream.SnapshotLog;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

@Command(description = {
    "Appends updates to a log, each line as it arrives. Creates the log if there is none.",
    "",
    "{\"op\":\"put\",\"key\":\"k\",\"value\":\"text\",\"version\":7}    value_b64, version_hex for bytes",
    "{\"op\":\"delete\",\"key\":\"k\",\"version\":8}               also purge",
    "{\"op\":\"checkpoint\",\"cursor\":8}                     cursor_hex for bytes",
    "{\"op\":\"force\"}, {\"op\":\"compact\"}",
    "",
    "A bad line ends it with its number; everything before that line is kept.",
    ""
})
final class AppendCommand extends SingleLogCommand {
    @Option(names = "--compact-threshold", paramLabel = "BYTES",
            description = "A checkpoint compacts when more than this was appended since the last time. Default: 10485760.")
    private long compactionThreshold = SnapshotLog.Context.DEFAULT_COMPACTION_THRESHOLD;

    @Option(names = "--segment-size", paramLabel = "BYTES",
            description = "The log grows by at most this much at once: 4096 to 1073741824. Default: 67108864.")
    private int segmentLength = SnapshotLog.Context.DEFAULT_SEGMENT_LENGTH;

    @Option(names = "--input", paramLabel = "UPDATES", description = "Reads this file instead of standard input.")
    private String input;

    @Option(names = "--acknowledge", hidden = true, description = "Prints the number of each line once it is appended.")
    private boolean acknowledge;

    AppendCommand(final Streams streams) {
        super(streams);
    }

    @Override
    int run() throws IOException {
        final LogFile file = LogFile.writable(name);
        final SnapshotLog.Context context = context();
        try (InputStream in = openInput();
                SnapshotLog log = SnapshotLog.open(file.path(), context);
                Progress progress = new Progress(streams)) {
            new UpdateFeed(in).appendTo(log, acknowledge ? this::acknowledge : progress::onAppended);
        }
        return ExitStatus.DONE;
    }

    private SnapshotLog.Context context() {
        try {
            return new SnapshotLog.Context().compactionThreshold(compactionThreshold).segmentLength(segmentLength);
        } catch (final IllegalArgumentException e) {
            throw new InputException(e.getMessage(), e);
        }
    }

    private InputStream openInput() throws IOException {
        if (input == null) {
            return streams.in();
        }
        try {
            return new FileInputStream(LogFile.named(input).path().toFile());
        } catch (final FileNotFoundException e) {
            throw new InputException("cannot read updates: " + e.getMessage(), e);
        }
    }

    private void acknowledge(final long lineNumber, final int lineLength) throws IOException {
        streams.out().write((lineNumber + "\n").getBytes(StandardCharsets.US_ASCII));
        streams.out().flush();
    }
}
