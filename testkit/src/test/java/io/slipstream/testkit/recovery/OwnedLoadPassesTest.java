package io.slipstream.testkit.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.fault.ForwardingFile;
import io.slipstream.testkit.fault.ForwardingStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An owned load reads its log once, also where it rewrites it. */
class OwnedLoadPassesTest {
    @TempDir
    private Path directory;

    private Path log(final String name, final String... keys) throws IOException {
        final Path path = directory.resolve(name);
        try (SnapshotLog log = SnapshotLog.open(path)) {
            for (final String key : keys) {
                log.put(key, key.getBytes(StandardCharsets.UTF_8), VersionToken.of(1L));
            }
        }
        return path;
    }

    /** So no program that takes no lock can have it return one state and leave another. */
    @Test
    void shouldReadALogThatItRewritesOnce() throws IOException {
        final Path path = log("kv.log", "a", "a");
        final int[] opens = {0};
        final ForwardingStorage storage = new ForwardingStorage(FileStorage.INSTANCE) {
            @Override
            public StorageFile openForRead(final Path opened) throws IOException {
                opens[0] += opened.equals(path.toRealPath()) ? 1 : 0;
                return super.openForRead(opened);
            }
        };
        final Snapshot returned = Snapshot.load(path, new SnapshotLog.Context().storage(storage)).orElseThrow();
        assertEquals(1, opens[0]);
        assertEquals(Snapshot.load(path).orElseThrow(), returned);
    }

    /** The file must be closed where its length cannot be asked for. */
    @Test
    void shouldCloseTheFileIfItsLengthCannotBeAskedFor() throws IOException {
        final Path path = log("kv.log", "a");
        final int[] open = {0};
        final ForwardingStorage storage = new ForwardingStorage(FileStorage.INSTANCE) {
            @Override
            protected StorageFile wrap(final Path opened, final StorageFile file) {
                open[0]++;
                return new ForwardingFile(file) {
                    @Override
                    public long length() throws IOException {
                        throw new IOException("EIO");
                    }

                    @Override
                    public void close() throws IOException {
                        open[0]--;
                        super.close();
                    }
                };
            }
        };
        assertThrows(IOException.class, () -> Snapshot.load(path, new SnapshotLog.Context().storage(storage)));
        assertEquals(0, open[0]);
    }
}
