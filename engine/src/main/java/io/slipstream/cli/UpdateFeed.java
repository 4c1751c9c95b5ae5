package io.slipstream.cli;

import io.slipstream.SnapshotLog;

import java.io.IOException;
import java.io.InputStream;

/** Appends lines of updates to a log, each as soon as it arrived. Blank lines say nothing. Single thread. */
final class UpdateFeed {
    private final LineReader lines;
    private final UpdateParser parser = new UpdateParser();

    UpdateFeed(final InputStream in) {
        lines = new LineReader(in);
    }

    /** Is told after each line that it was appended. */
    @FunctionalInterface
    interface Listener {
        void onAppended(long lineNumber, int lineLength) throws IOException;
    }

    /**
     * Appends everything up to the end of the stream.
     *
     * @throws InputException with the number of the first line that is not as it must be; everything before it was appended
     */
    void appendTo(final SnapshotLog log, final Listener listener) throws IOException {
        while (lines.next()) {
            if (!UpdateParser.isBlank(lines.buffer(), lines.offset(), lines.length())) {
                append(log);
            }
            listener.onAppended(lines.lineNumber(), lines.length());
        }
    }

    private void append(final SnapshotLog log) throws IOException {
        try {
            parser.parse(lines.buffer(), lines.offset(), lines.length()).applyTo(log);
        } catch (final InputException | IllegalArgumentException e) {
            throw new InputException("line " + lines.lineNumber() + ": " + e.getMessage() + "; the lines before it were appended", e);
        }
    }
}
