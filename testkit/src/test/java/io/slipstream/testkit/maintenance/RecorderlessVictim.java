package io.slipstream.testkit.maintenance;

import io.slipstream.MaintenanceMode;
import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A child that opens a log in each mode, appends beyond a segment, forces and compacts. Says whether this JVM has a flight recorder, then
 * {@code done}. Argument: an unused path.
 */
final class RecorderlessVictim {
    private static final int VALUE_LENGTH = 100_000;

    private RecorderlessVictim() {
    }

    public static void main(final String[] arguments) throws IOException {
        System.out.println(ModuleLayer.boot().findModule("jdk.jfr").isPresent() ? "with a recorder" : "without a recorder");
        for (final MaintenanceMode mode : MaintenanceMode.values()) {
            use(Path.of(arguments[0] + mode), new SnapshotLog.Context().segmentLength(SnapshotLog.Context.MIN_SEGMENT_LENGTH).maintenance(mode));
        }
        System.out.println("done");
    }

    private static void use(final Path path, final SnapshotLog.Context context) throws IOException {
        try (SnapshotLog log = SnapshotLog.open(path, context)) {
            log.put("a", new byte[VALUE_LENGTH], VersionToken.of(1));
            log.put("a", new byte[VALUE_LENGTH], VersionToken.of(2));
            log.force();
            log.compact();
            log.put("a", new byte[VALUE_LENGTH], VersionToken.of(3));
            if (log.stats().growths() == 0 || log.stats().forces() == 0 || log.stats().compactions() != 1) {
                throw new IllegalStateException(log.stats().toString());
            }
        }
    }
}
