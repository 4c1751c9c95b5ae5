package io.slipstream.testkit.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.slipstream.KvUpdate;
import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.golden.GoldenFiles.Written;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.recovery.LogFile;
import io.slipstream.testkit.recovery.MemoryTempDir;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same calls write the same bytes as in the original implementation, by whatever method they are made. */
class GoldenScriptTest {
    private static final SnapshotLog.Context CONTEXT = new SnapshotLog.Context().segmentLength(4096);

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;
    private LogFile file;

    static List<Written> written() {
        return GoldenFiles.written();
    }

    /** A way to make the calls of a script. */
    @FunctionalInterface
    private interface Pen {
        void write(SnapshotLog log, ModelUpdate call) throws IOException;
    }

    @BeforeEach
    void createLogFile() throws IOException {
        file = LogFile.in(directory);
    }

    @Test
    void shouldCoverEveryScript() {
        assertEquals(27, written().size());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("written")
    void shouldWriteTheSameBytes(final Written golden) throws IOException {
        writeAll(golden, GoldenScriptTest::call);
        file.assertCleaned(golden.bytes(), "plain calls");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("written")
    void shouldWriteTheSameBytesFromUpdates(final Written golden) throws IOException {
        writeAll(golden, GoldenScriptTest::append);
        file.assertCleaned(golden.bytes(), "updates");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("written")
    void shouldWriteTheSameBytesFromBuffers(final Written golden) throws IOException {
        writeAll(golden, GoldenScriptTest::callWithBuffers);
        file.assertCleaned(golden.bytes(), "buffers");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("written")
    void shouldWriteTheSameBytesIfReopenedBeforeEveryCall(final Written golden) throws IOException {
        SnapshotLog.open(file.path(), CONTEXT).close();
        for (final ModelUpdate call : golden.calls()) {
            try (SnapshotLog log = SnapshotLog.open(file.path(), CONTEXT)) {
                call(log, call);
            }
        }
        assertArrayEquals(golden.bytes(), file.bytes());
    }

    private void writeAll(final Written golden, final Pen pen) throws IOException {
        try (SnapshotLog log = SnapshotLog.open(file.path(), CONTEXT)) {
            for (final ModelUpdate call : golden.calls()) {
                pen.write(log, call);
            }
        }
    }

    private static void call(final SnapshotLog log, final ModelUpdate call) throws IOException {
        if (call instanceof ModelUpdate.Put put) {
            log.put(Utf8.decode(put.key()), put.value(), VersionToken.of(put.version()));
        } else if (call instanceof ModelUpdate.Delete delete) {
            log.delete(Utf8.decode(delete.key()), VersionToken.of(delete.version()));
        } else if (call instanceof ModelUpdate.Purge purge) {
            log.purge(Utf8.decode(purge.key()), VersionToken.of(purge.version()));
        } else if (call instanceof ModelUpdate.Checkpoint checkpoint) {
            log.checkpoint(WatchCursor.of(checkpoint.cursor()));
        } else {
            log.compact();
        }
    }

    private static void append(final SnapshotLog log, final ModelUpdate call) throws IOException {
        if (call instanceof ModelUpdate.Put put) {
            log.append(new KvUpdate.Put(Utf8.decode(put.key()), put.value(), VersionToken.of(put.version())));
        } else if (call instanceof ModelUpdate.Delete delete) {
            log.append(new KvUpdate.Delete(Utf8.decode(delete.key()), VersionToken.of(delete.version())));
        } else if (call instanceof ModelUpdate.Purge purge) {
            log.append(new KvUpdate.Purge(Utf8.decode(purge.key()), VersionToken.of(purge.version())));
        } else {
            call(log, call);
        }
    }

    /** By the methods that take buffers, where the token is one of theirs: a revision of 8 bytes. */
    private static void callWithBuffers(final SnapshotLog log, final ModelUpdate call) throws IOException {
        if (call instanceof ModelUpdate.Put put && isRevision(put.version())) {
            log.put(shifted(put.key()), 3, put.key().length, shifted(put.value()), 3, put.value().length,
                VersionToken.of(put.version()).revision());
        } else if (call instanceof ModelUpdate.Delete delete && isRevision(delete.version())) {
            log.delete(shifted(delete.key()), 3, delete.key().length, VersionToken.of(delete.version()).revision());
        } else if (call instanceof ModelUpdate.Purge purge && isRevision(purge.version())) {
            log.purge(shifted(purge.key()), 3, purge.key().length, VersionToken.of(purge.version()).revision());
        } else if (call instanceof ModelUpdate.Checkpoint checkpoint && isRevision(checkpoint.cursor())) {
            log.checkpoint(WatchCursor.of(checkpoint.cursor()).revision());
        } else {
            call(log, call);
        }
    }

    private static boolean isRevision(final byte[] token) {
        return token.length == Long.BYTES;
    }

    /** The bytes at index 3 of a buffer that holds others around them. */
    private static DirectBuffer shifted(final byte[] bytes) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[bytes.length + 6]);
        buffer.setMemory(0, buffer.capacity(), (byte) 0xFF);
        buffer.putBytes(3, bytes);
        return buffer;
    }
}
