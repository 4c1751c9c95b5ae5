package io.slipstream.testkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.fault.ForwardingFile;
import io.slipstream.testkit.fault.ForwardingStorage;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.process.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A close from another thread in the middle of an append: in a child, since what must not happen is the death of the JVM. */
class CloseRaceTest {
    private static final int ROUNDS = 300;

    @TempDir
    Path directory;

    @Test
    void shouldSurviveACloseFromAnotherThreadInTheMiddleOfAppends() throws IOException {
        final long seed = System.nanoTime();
        System.out.println("CloseRaceTest: seed=" + seed);
        final Path path = directory.resolve("kv.log");
        try (ChildJvm child = ChildJvm.start(CloseRaceVictim.class, path, ROUNDS, seed)) {
            assertEquals(List.of("survived"), child.finish());
        }
        final ModelVerdict verdict = ModelJudge.judge(Files.readAllBytes(path));
        assertFalse(verdict.isError(), verdict::toString);
    }

    /** The log grows after its file's length was asked for, and before that is compared. */
    @Test
    void shouldNotTakeAGrowthMeanwhileForACut() throws IOException {
        final byte[] value = new byte[1 << 21]; // longer than any first segment
        final AtomicReference<SnapshotLog> growing = new AtomicReference<>();
        final ForwardingStorage storage = new ForwardingStorage(FileStorage.INSTANCE) {
            @Override
            protected StorageFile wrap(final Path opened, final StorageFile file) {
                return new ForwardingFile(file) {
                    @Override
                    public long length() throws IOException {
                        final long length = super.length();
                        final SnapshotLog log = growing.getAndSet(null);
                        if (log != null) {
                            log.put("large", value, VersionToken.of(2));
                        }
                        return length;
                    }
                };
            }
        };
        final SnapshotLog.Context context = new SnapshotLog.Context().storage(storage).segmentLength(SnapshotLog.Context.MIN_SEGMENT_LENGTH);
        try (SnapshotLog log = SnapshotLog.open(directory.resolve("kv.log"), context)) {
            log.put("small", new byte[1], VersionToken.of(1));
            growing.set(log);
            log.force();
            assertNull(growing.get());
            assertEquals(1, log.stats().growths());
        }
    }
}
