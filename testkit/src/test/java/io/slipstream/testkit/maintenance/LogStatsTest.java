package io.slipstream.testkit.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.slipstream.LogStats;
import io.slipstream.MaintenanceMode;
import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation.Kind;
import io.slipstream.testkit.faults.MemoryDir;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the figures of a log count. */
class LogStatsTest {
    @TempDir(factory = MemoryDir.class)
    Path directory;

    @ParameterizedTest
    @EnumSource(MaintenanceMode.class)
    void shouldCountACompactionThatFailed(final MaintenanceMode mode) throws IOException {
        final FaultyStorage storage = new FaultyStorage();
        final SnapshotLog.Context context = new SnapshotLog.Context().storage(storage).maintenance(mode).errorHandler(failure -> { });
        try (SnapshotLog log = SnapshotLog.open(directory.resolve("kv.log"), context)) {
            log.put("a", new byte[100], VersionToken.of(1));
            storage.failNth(Kind.RENAME, 1, Moment.BEFORE);
            assertThrows(IOException.class, log::compact);
            final LogStats stats = log.stats();
            assertEquals(1, stats.failedCompactions());
            assertEquals(0, stats.compactions());
        }
    }
}
