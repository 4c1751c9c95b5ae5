package io.slipstream.testkit.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.LogInspection;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.faults.TwinLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file name without a directory is as good as any path: in a child with a working directory of its own. */
class RelativeNameTest {
    @TempDir
    Path directory;

    /** Opens, appends, compacts, copies, closes, looks and loads, all by the name given. */
    static final class EveryCall {
        private EveryCall() {
        }

        public static void main(final String[] arguments) throws IOException {
            final Path path = Path.of(arguments[0]);
            try (SnapshotLog log = SnapshotLog.open(path)) {
                log.put("a", new byte[] {'1'}, VersionToken.of(1));
                log.put("a", new byte[] {'2'}, VersionToken.of(2));
                log.compact();
                log.checkpoint(2);
                log.copyTo(Path.of("copy"));
            }
            SnapshotView.open(path).close();
            System.out.println(LogInspection.of(path).result());
            try (SnapshotLog log = SnapshotLog.open(path)) {
                log.put("a", new byte[] {'3'}, VersionToken.of(3));
            }
            System.out.println(Snapshot.load(path).isPresent());
        }
    }

    private void checkEveryCall(final String name) throws IOException {
        final byte[] compact = new LogBuilder().header().put("a", "3", 3).cursor(2).toBytes();
        try (ChildJvm child = ChildJvm.startIn(directory, EveryCall.class, name)) {
            assertEquals(List.of("SOME", "true"), child.finish());
        }
        assertArrayEquals(compact, Files.readAllBytes(directory.resolve(name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kv.log", "./kv.log", "sub/kv.log", "sub/../kv.log"})
    void shouldTakeARelativeName(final String name) throws IOException {
        Files.createDirectory(directory.resolve("sub"));
        checkEveryCall(name);
    }

    @Test
    void shouldPutCompanionsBesideTheLog() throws IOException {
        checkEveryCall("kv.log");
        assertEquals(List.of("copy", "kv.log", "kv.log.lock", "kv.log.mark"), TwinLog.namesIn(directory));
    }

    @Test
    void shouldTakeARelativeNameThatIsALink() throws IOException {
        final Path target = Files.createDirectory(directory.resolve("target")).resolve("kv.log");
        Files.createSymbolicLink(directory.resolve("link"), Path.of("target", "kv.log"));
        checkEveryCall("link");
        assertTrue(Files.isSymbolicLink(directory.resolve("link")));
        assertTrue(Files.isRegularFile(target));
    }
}
