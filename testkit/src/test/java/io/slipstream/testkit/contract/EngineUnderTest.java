package io.slipstream.testkit.contract;

import io.slipstream.MaintenanceMode;
import io.slipstream.RecoveryReport;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.errors.CorruptSnapshotException;
import io.slipstream.errors.LogInUseException;
import io.slipstream.errors.SnapshotDamageException;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.recovery.EngineState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** The engine, as the contract sees it. */
final class EngineUnderTest implements LogUnderTest {
    private final MaintenanceMode maintenance;

    EngineUnderTest(final MaintenanceMode maintenance) {
        this.maintenance = maintenance;
    }

    @Override
    public OpenLog open(final Path log, final long compactionThreshold) throws IOException {
        return new EngineLog(SnapshotLog.open(log, new SnapshotLog.Context().segmentLength(SnapshotLog.Context.MIN_SEGMENT_LENGTH)
            .compactionThreshold(compactionThreshold).maintenance(maintenance)));
    }

    @Override
    public Optional<ModelState> load(final Path log) throws IOException {
        final Optional<Snapshot> snapshot = Snapshot.load(log);
        return snapshot.isEmpty() ? Optional.empty() : Optional.of(EngineState.of(snapshot));
    }

    @Override
    public Optional<Refusal> refusal(final Throwable thrown) {
        if (thrown instanceof SnapshotDamageException damage) {
            final Reason reason = damage instanceof CorruptSnapshotException ? Reason.CORRUPTED : Reason.INVALID;
            return Optional.of(new Refusal(reason, damage.rule(), damage.offset()));
        }
        return thrown instanceof LogInUseException ? Optional.of(new Refusal(Reason.IN_USE, ROW_NOT_TOLD, 0)) : Optional.empty();
    }

    @Override
    public Optional<Set<String>> staleKeys(final Path log, final Set<String> currentKeys) throws IOException {
        return Optional.of(Snapshot.load(log).orElseThrow().staleKeys(currentKeys));
    }

    private static final class EngineLog implements OpenLog {
        private final SnapshotLog log;

        EngineLog(final SnapshotLog log) {
            this.log = log;
        }

        @Override
        public Found found() {
            final RecoveryReport report = log.recovery();
            return new Found(report.position(), report.droppedLength(), report.rule());
        }

        @Override
        public void put(final String key, final byte[] value, final byte[] version) {
            log.put(key, value, VersionToken.of(version));
        }

        @Override
        public void delete(final String key, final byte[] version) {
            log.delete(key, VersionToken.of(version));
        }

        @Override
        public void purge(final String key, final byte[] version) {
            log.purge(key, VersionToken.of(version));
        }

        @Override
        public boolean checkpoint(final byte[] cursor) throws IOException {
            return log.checkpoint(WatchCursor.of(cursor));
        }

        @Override
        public void force() throws IOException {
            log.force();
        }

        @Override
        public void compact() throws IOException {
            log.compact();
        }

        @Override
        public ModelState state() throws IOException {
            try (SnapshotView view = log.view()) {
                return EngineState.of(view);
            }
        }

        @Override
        public void close() throws IOException {
            log.close();
        }
    }
}
