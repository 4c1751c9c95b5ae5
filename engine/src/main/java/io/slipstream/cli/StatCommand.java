package io.slipstream.cli;

import io.slipstream.EntryView;
import io.slipstream.LogInspection;
import io.slipstream.SnapshotView;
import io.slipstream.WatchCursor;
import io.slipstream.format.RecordLayout;
import picocli.CommandLine.Command;

import java.io.IOException;
import java.util.Locale;

@Command(description = "Tells what a log holds, for people to read. Changes nothing.")
final class StatCommand extends SingleLogCommand {
    private static final double PERCENT = 100;

    StatCommand(final Streams streams) {
        super(streams);
    }

    @Override
    int run() throws IOException {
        final LogFile log = LogFile.existing(name);
        final LogInspection found = LogInspection.of(log.path());
        if (found.result() == LogInspection.Result.IO) {
            throw new IOException(found.message());
        }
        final TextLines text = new TextLines(streams.out());
        text.line("file          %s", name);
        text.line("length        %,d bytes", found.fileLength());
        text.line("end           %s", end(found));
        text.line("records       %,d in %,d bytes", found.records(), found.logEnd());
        text.line("live entries  %,d", found.live());
        text.line("cursor        %s", cursor(found.cursor()));
        text.line("compact       %s", found.compact() ? "yes" : "no");
        if (found.message() != null) {
            streams.message(found.message());
            return ExitStatus.REFUSED;
        }
        final long live = liveLength(log);
        final long dead = Math.max(0, found.logEnd() - live);
        text.line("live bytes    %,d", live);
        text.line("dead bytes    %,d (%.0f%%)", dead, dead * PERCENT / Math.max(1, found.logEnd()));
        return ExitStatus.DONE;
    }

    private static String end(final LogInspection found) {
        if (found.tail() == null) {
            return "damaged at offset " + found.offset() + ", " + found.survivors() + " sound records behind it";
        }
        return switch (found.tail()) {
            case CLEAN -> "clean";
            case SLACK -> String.format(Locale.ROOT, "%,d bytes of slack: being written, or not closed cleanly", found.fileLength() - found.logEnd());
            case TORN -> String.format(Locale.ROOT, "torn tail of %,d bytes: the last append did not finish", found.dropped());
            case POWER_LOSS -> String.format(Locale.ROOT, "power-loss tail of %,d bytes, %,d sound records in it", found.dropped(), found.survivors());
        };
    }

    private static String cursor(final WatchCursor cursor) {
        if (cursor == null) {
            return "none";
        }
        return cursor.length() == Long.BYTES ? cursor.toHex() + " = " + Long.toUnsignedString(cursor.revision()) : cursor.toHex();
    }

    // What the log would be long in compact form.
    private static long liveLength(final LogFile log) throws IOException {
        try (SnapshotView view = SnapshotView.open(log.path())) {
            final long[] length = {RecordLayout.HEADER_LENGTH};
            view.forEach(entry -> length[0] += length(entry));
            return length[0] + (view.cursor().isEmpty() ? 0 : RecordLayout.cursorLength(view.cursor().length()));
        }
    }

    private static long length(final EntryView entry) {
        return RecordLayout.putLength(entry.key().capacity(), entry.value().capacity(), entry.version().capacity());
    }
}
