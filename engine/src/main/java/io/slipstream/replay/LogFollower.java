package io.slipstream.replay;

import io.slipstream.storage.ByteSource;
import io.slipstream.storage.FileChangedException;
import io.slipstream.storage.FileIdentity;
import io.slipstream.storage.FirstFailure;
import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

import static io.slipstream.format.RecordLayout.HEADER_LENGTH;

/**
 * Reads records as another process appends them, and goes on in the new file when the log is compacted. Takes no lock, changes nothing.
 *
 * <p>Single thread.
 */
public final class LogFollower implements AutoCloseable {
    /*
     * At the end of what is there stands either nothing yet, zeros, or an append in progress, or damage. Only what stays the same over two
     * looks is judged; a verdict that refuses it is thrown, any other means: wait.
     */
    private static final int PEEK_LENGTH = 16;

    private final Storage storage;
    private final Path path;
    private final RecordScanner scanner = new RecordScanner();
    private final byte[] peek = new byte[PEEK_LENGTH];
    private StorageFile file;
    private long position;
    private boolean judged;

    /** A follower of the log at {@code path}, from its first record on. */
    public LogFollower(final Storage storage, final Path path) throws IOException {
        this.storage = storage;
        this.path = path;
        open();
    }

    /** Is shown what happens to the log. */
    public interface Listener extends RecordHandler {
        /** The log was compacted: the records of the new file follow, from its start. */
        void onRotated() throws IOException;
    }

    private void open() throws IOException {
        final StorageFile opened = storage.openForRead(path);
        try {
            final Verdict header = new TailJudge(opened).judgeHeader();
            if (header != null) {
                throw header.toException(path);
            }
        } catch (final IOException | RuntimeException | Error e) {
            FirstFailure.close(e, opened);
            throw e;
        }
        if (file != null) {
            file.close();
        }
        file = opened;
        position = HEADER_LENGTH;
        judged = false;
    }

    /** The bytes of the file that the records shown lie in. */
    public ByteSource source() {
        return file;
    }

    /**
     * Shows what was appended since the last call.
     *
     * @return whether there was anything
     * @throws IOException if the log is damaged, which names the place, or the disk fails
     */
    public boolean poll(final Listener listener) throws IOException {
        try {
            return pollOnce(listener);
        } catch (final FileChangedException e) {
            // A writer cut slack, or a torn tail, off under a read. What was shown must still be there.
            if (file.length() < position) {
                throw e;
            }
            return false;
        }
    }

    private boolean pollOnce(final Listener listener) throws IOException {
        if (read(listener)) {
            return true;
        }
        final FileIdentity current = storage.identity(path);
        if (current != null && !file.identity().isSameFile(current)) {
            // The last records of the old file may have been appended after the read above and before the rotation.
            read(listener);
            rotate(listener);
            return true;
        }
        if (!judged || !isNothingYet()) {
            refuseDamage();
            judged = true;
        }
        return false;
    }

    private void rotate(final Listener listener) throws IOException {
        try {
            open();
        } catch (final NoSuchFileException e) {
            return;
        }
        listener.onRotated();
    }

    private boolean read(final Listener listener) throws IOException {
        final long length = file.length();
        if (length < position) {
            throw new FileChangedException("the file was cut short behind what was followed: file=" + path + " length=" + length
                    + " followed=" + position);
        }
        scanner.reset(file, length);
        final long before = position;
        while (scanner.scan(position) == RecordScanner.VALID) {
            listener.onRecord(scanner.record(position));
            position += scanner.recordLength();
        }
        return position > before;
    }

    private boolean isNothingYet() throws IOException {
        final int count = (int) Math.min(PEEK_LENGTH, file.length() - position);
        int found = 0;
        if (count > 0) {
            file.copy(position, peek, 0, count);
            for (int i = 0; i < count; i++) {
                found |= peek[i];
            }
        }
        return found == 0;
    }

    private void refuseDamage() throws IOException {
        final TailJudge judge = new TailJudge(file);
        final Verdict verdict = judge.judge(position);
        if (verdict != null && verdict.isRefused() && judge.isStill(verdict)) {
            throw verdict.toException(path);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
