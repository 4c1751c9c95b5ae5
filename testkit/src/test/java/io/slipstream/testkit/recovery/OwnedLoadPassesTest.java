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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An owned load that needs to rewrite its log reads it twice. */
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

    /** A program that takes no lock replaces the log between the two: what is returned must be what the file was cleaned to, or nothing. */
    @Test
    void shouldReturnWhatTheFileHoldsAfterwards() throws IOException {
        final Path path = log("kv.log", "a", "a");
        final Path other = log("other.log", "b", "b", "c");
        final int[] opens = {0};
        final ForwardingStorage storage = new ForwardingStorage(FileStorage.INSTANCE) {
            @Override
            public StorageFile openForRead(final Path opened) throws IOException {
                if (opened.equals(path.toRealPath()) && ++opens[0] == 2) {
                    Files.copy(other, path, StandardCopyOption.REPLACE_EXISTING);
                }
                return super.openForRead(opened);
            }
        };
        final Snapshot returned = Snapshot.load(path, new SnapshotLog.Context().storage(storage)).orElseThrow();
        assertEquals(2, opens[0]);
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
