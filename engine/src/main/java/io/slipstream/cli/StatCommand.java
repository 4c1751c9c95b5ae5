package io.slipstream.cli;

import io.slipstream.EntryView;
import io.slipstream.LogInspection;
import io.slipstream.SnapshotView;
import io.slipstream.WatchCursor;
import io.slipstream.format.RecordLayout;
import io.slipstream.mark.Mark;
import io.slipstream.mark.MarkFile;
import io.slipstream.storage.FileIdentity;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.KernelLocks;
import io.slipstream.storage.LogPaths;
import picocli.CommandLine.Command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.OptionalLong;

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
        final LogPaths paths = new LogPaths(FileStorage.INSTANCE.resolve(log.path()));
        final OptionalLong writer = KernelLocks.holderOf(paths.lock());
        text.line("forced        %s", forced(paths));
        text.line("in use        %s", writer.isPresent() ? "by process " + writer.getAsLong() : "by nobody that is seen");
        text.line("compaction    %s", compaction(paths, writer.isPresent()));
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
            case TORN -> String.format(Locale.ROOT, "torn tail of %,d bytes: the last append did not finish; the next writer or load drops it",
                    found.dropped());
            case POWER_LOSS -> String.format(Locale.ROOT, "power-loss tail of %,d bytes, %,d sound records in it; the next writer or load drops it",
                    found.dropped(), found.survivors());
        };
    }

    // What the mark beside the log claims.
    private static String forced(final LogPaths paths) throws IOException {
        final FileIdentity log = FileStorage.INSTANCE.identity(paths.log());
        final Mark mark = log == null ? null : MarkFile.readIfPossible(FileStorage.INSTANCE, paths, log);
        if (mark == null) {
            return "nothing known: no mark is about this file";
        }
        final String position = mark.forcedPosition() == Mark.NOTHING_KNOWN ? "nothing known"
                : String.format(Locale.ROOT, "%,d bytes", mark.forcedPosition());
        return position + (mark.isClean() ? ", closed cleanly" : "")
                + (mark.isForceFailed() ? ", a force failed: the next writer rewrites the log" : "");
    }

    private static String compaction(final LogPaths paths, final boolean inUse) throws IOException {
        final long length;
        try {
            length = Files.size(paths.compact());
        } catch (final NoSuchFileException e) {
            return "none";
        }
        final String format = inUse ? "%,d bytes written so far" : "%,d bytes left by one that died; the next writer removes them";
        return String.format(Locale.ROOT, format, length);
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
