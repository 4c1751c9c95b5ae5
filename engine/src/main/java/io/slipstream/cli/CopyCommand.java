package io.slipstream.cli;

import io.slipstream.SnapshotView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;

@Command(description = "Writes a consistent compact copy of a log, also of one that is being written. Changes nothing in the log.")
final class CopyCommand extends SingleLogCommand {
    @Parameters(paramLabel = "TO", index = "1", description = "The copy. Must not exist.")
    private String target;

    CopyCommand(final Streams streams) {
        super(streams);
    }

    @Override
    int run() throws IOException {
        final LogFile copy = LogFile.writable(target);
        try (SnapshotView view = SnapshotView.open(LogFile.existing(name).path())) {
            view.copyTo(copy.path());
        } catch (final FileAlreadyExistsException e) {
            throw new InputException("the target exists: file=" + target + "; a copy never replaces a file", e);
        }
        return ExitStatus.DONE;
    }
}
