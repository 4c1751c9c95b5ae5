package io.slipstream.cli;

import io.slipstream.LogInspection;
import io.slipstream.RecoveryReport;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.WatchCursor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

@Command(description = {
    "Kills a writer in the middle of a real feed, opens what it left, goes on from the cursor, compacts, and checks the end against git.",
    "Works in a temporary directory, which it removes."
})
final class DemoCommand extends LogCommand {
    private static final double NANOS_PER_MS = 1e6;
    private static final UpdateFeed.Listener NOBODY = (lineNumber, lineLength) -> { };

    @Option(names = "--kill-at", paramLabel = "LINE", description = "Kills the writer when it has appended this many lines. Default: half of them.")
    private Integer killAt;

    @Option(names = "--keep", description = "Keeps the temporary directory.")
    private boolean keep;

    private final TextLines text;

    DemoCommand(final Streams streams) {
        super(streams);
        text = new TextLines(streams.out());
    }

    @Override
    int run() throws IOException, InterruptedException {
        final DemoFeed feed = DemoFeed.bundled();
        final int line = killAt == null ? feed.length() / 2 : killAt;
        if (line < 1 || line >= feed.length()) {
            throw new InputException("--kill-at out of range: line=" + line + " min=1 max=" + (feed.length() - 1));
        }
        final Path directory = Files.createTempDirectory("slipstream-demo-");
        try {
            play(feed, line, directory);
            if (keep) {
                text.line("kept       %s", directory);
            }
            text.line("OK");
            return ExitStatus.DONE;
        } catch (final BrokenPromiseException e) {
            text.line("FAILED: %s", e.getMessage());
            return ExitStatus.REFUSED;
        } finally {
            if (!keep) {
                delete(directory);
            }
        }
    }

    private void play(final DemoFeed feed, final int line, final Path directory) throws IOException, InterruptedException {
        final Path path = directory.resolve("agrona.pgss");
        text.line("feed       history of the Agrona repository: %,d updates and %,d checkpoints, a line each",
                feed.length() - feed.checkpoints(), feed.checkpoints());
        final long acknowledged = killWriter(feed, line, path);
        final long started = System.nanoTime();
        try (SnapshotLog log = SnapshotLog.open(path, new SnapshotLog.Context().recoveredView(true))) {
            final SnapshotView view = log.recoveredView();
            text.line("reopen     ready in %.1f ms: %,d records, %,d live entries, cursor %s", (System.nanoTime() - started) / NANOS_PER_MS,
                    log.recovery().records(), view.length(), number(view.cursor()));
            text.line("tail       %s", tail(log.recovery()));
            checkSurvivors(feed, acknowledged, log, directory.resolve("undisturbed.pgss"));
            resume(feed, log);
            compact(log);
        }
        checkEnd(feed, path);
    }

    private long killWriter(final DemoFeed feed, final int line, final Path path) throws IOException, InterruptedException {
        try (WriterProcess writer = WriterProcess.start(path)) {
            text.line("writer     process %d: append %s", writer.pid(), path);
            final int sent = line + (feed.length() - line) / 2;
            final long acknowledged = writer.feedAndKill(feed.lines(0, sent), line);
            text.line("kill -9    when line %,d was appended and more were on their way; exit status %d", line, writer.exitStatus());
            text.line("left       %,d lines acknowledged by then, a file of %,d bytes", acknowledged, Files.size(path));
            return acknowledged;
        }
    }

    // One line of the feed is one record. So the state must be that of a log that took the same lines and was not disturbed.
    private void checkSurvivors(final DemoFeed feed, final long acknowledged, final SnapshotLog log, final Path undisturbed) throws IOException {
        final int survived = Math.toIntExact(log.recovery().records());
        require(survived >= acknowledged, "acknowledged lines were lost: survived=" + survived + " acknowledged=" + acknowledged);
        try (SnapshotLog other = SnapshotLog.open(undisturbed)) {
            new UpdateFeed(feed.lines(0, survived)).appendTo(other, NOBODY);
        }
        require(Objects.equals(LogInspection.of(log.path()).compactSha256(), LogInspection.of(undisturbed).compactSha256()),
                "the state is not that of the first " + survived + " lines");
        text.line("check      every acknowledged line is there; the state is exactly that of the first %,d lines", survived);
    }

    private void resume(final DemoFeed feed, final SnapshotLog log) throws IOException {
        final int next = feed.lineAfter(log.recoveredView().cursor());
        text.line("resume     from line %,d, the one after the cursor's checkpoint; %,d lines come again, which does no harm", next + 1,
                log.recovery().records() - next);
        new UpdateFeed(feed.lines(next, feed.length())).appendTo(log, NOBODY);
    }

    private void compact(final SnapshotLog log) throws IOException {
        final long before = log.length();
        log.compact();
        text.line("compact    %,d bytes to %,d in %.1f ms", before, log.length(), log.stats().lastCompactionNanos() / NANOS_PER_MS);
    }

    private void checkEnd(final DemoFeed feed, final Path path) throws IOException {
        final LogInspection found = LogInspection.of(path);
        require(found.tail() == LogInspection.Tail.CLEAN && found.compact(), "the closed log is not clean and compact: " + found);
        final Map<String, String> entries = new HashMap<>();
        try (SnapshotView view = SnapshotView.open(path)) {
            view.toOwned().entries().forEach((key, entry) -> entries.put(key, new String(entry.value(), StandardCharsets.UTF_8)));
            require(view.cursor().equals(feed.lastCursor()), "the cursor is not the last one: " + view.cursor());
        }
        require(entries.equals(feed.listing()), "the live entries are not what git lists: live=" + entries.size() + " listed=" + feed.listing().size());
        text.line("check      %,d live entries, each as 'git ls-tree' lists it; cursor %s", entries.size(), number(feed.lastCursor()));
    }

    private static String number(final WatchCursor cursor) {
        return cursor.isEmpty() ? "none" : Long.toUnsignedString(cursor.revision());
    }

    private static String tail(final RecoveryReport report) {
        return report.isClean()
                ? "zeros that were never used: nothing to drop"
                : "an append that was cut off in the middle: " + report.droppedLength() + " bytes dropped (row " + report.rule() + ")";
    }

    private static void require(final boolean kept, final String otherwise) {
        if (!kept) {
            throw new BrokenPromiseException(otherwise);
        }
    }

    private static void delete(final Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (final Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    /** The demo showed the opposite of what it is for. */
    private static final class BrokenPromiseException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BrokenPromiseException(final String message) {
            super(message);
        }
    }
}
