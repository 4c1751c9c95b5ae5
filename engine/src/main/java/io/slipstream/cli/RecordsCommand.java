package io.slipstream.cli;

import io.slipstream.format.RecordFlyweight;
import io.slipstream.replay.LogReplay;
import io.slipstream.replay.Verdict;
import io.slipstream.storage.FileChangedException;
import io.slipstream.storage.FileIdentity;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.StorageFile;
import picocli.CommandLine.Command;

import java.io.IOException;
import java.nio.file.Path;

@Command(description = "Prints every record with its offset and length in bytes, in file order. Changes nothing.")
final class RecordsCommand extends SingleLogCommand {
    private static final int MAX_ATTEMPTS = 100;

    private FileIdentity identity;
    private long printedEnd;

    RecordsCommand(final Streams streams) {
        super(streams);
    }

    @Override
    int run() throws IOException {
        final Path log = LogFile.existing(name).path();
        final Verdict verdict;
        try (JsonLines lines = new JsonLines(streams.out())) {
            verdict = replay(log, lines);
        }
        if (verdict.isRefused() && !LogFile.isExcused(log)) {
            throw verdict.toException(log);
        }
        if (verdict.kind() == Verdict.Kind.TORN) {
            streams.message(verdict.message(log));
        } else if (verdict.isRefused()) {
            streams.message(verdict.excused(verdict.survivors()).message(log));
        }
        return ExitStatus.DONE;
    }

    // A writer that closes or compacts the log changes the file under the replay: then again, from where it was if that is the same file.
    private Verdict replay(final Path log, final JsonLines lines) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try (StorageFile file = FileStorage.INSTANCE.openForRead(log)) {
                requireSameFile(file);
                return new LogReplay(file).replay(record -> print(record, file, lines));
            } catch (final FileChangedException e) {
                if (attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void requireSameFile(final StorageFile file) throws IOException {
        if (printedEnd > 0 && !identity.isSameFile(file.identity())) {
            throw new IOException("the log was compacted while it was read: file=" + name + " printed up to offset=" + printedEnd + "; run it again");
        }
        identity = file.identity();
    }

    private void print(final RecordFlyweight record, final StorageFile file, final JsonLines lines) throws IOException {
        if (record.position() < printedEnd) {
            return;
        }
        try {
            lines.record(record, file);
        } catch (final FileChangedException e) {
            throw new IOException(e.getMessage(), e);
        }
        printedEnd = record.position() + record.length();
    }
}
