package io.slipstream.testkit.process;

import io.slipstream.MaintenanceMode;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A child that appends a {@link Feed} until it is killed. Arguments: log, ack file, seed, first update, segment length, updates
 * between two rests (0: none), mode of maintenance. In a rest it compacts, or closes and reopens, or closes, loads and reopens. With maintenance beside it,
 * it asks for a force now and then. Says {@code open} once it is.
 */
final class KillVictim {
    private static final int KINDS_OF_REST = 4;
    private static final int COMPACTION_FLOOR = 20_000;
    private static final int UPDATES_BETWEEN_FORCES = 500;

    private final Path path;
    private final SnapshotLog.Context context;
    private SnapshotLog log;

    private KillVictim(final Path path, final int segmentLength, final MaintenanceMode maintenance) {
        this.path = path;
        this.context = new SnapshotLog.Context().segmentLength(segmentLength).maintenance(maintenance).compactionFloor(COMPACTION_FLOOR);
    }

    public static void main(final String[] arguments) throws IOException {
        ParentWatch.dieWithParent();
        final KillVictim victim = new KillVictim(Path.of(arguments[0]), Integer.parseInt(arguments[4]), MaintenanceMode.valueOf(arguments[6]));
        victim.appendForEver(Acks.map(Path.of(arguments[1])), new Feed(Long.parseLong(arguments[2])),
            Long.parseLong(arguments[3]), Integer.parseInt(arguments[5]));
    }

    private void appendForEver(final Acks acks, final Feed feed, final long first, final int restEvery) throws IOException {
        log = SnapshotLog.open(path, context);
        System.out.println("open");
        for (long i = first; ; i++) {
            feed.appendTo(log, i);
            acks.set(Acks.Slot.RETURNED, i);
            if (context.maintenance() != MaintenanceMode.INLINE && i % UPDATES_BETWEEN_FORCES == 0) {
                log.requestForce();
            }
            if (restEvery > 0 && i % restEvery == 0) {
                rest(i / restEvery);
            }
        }
    }

    private void rest(final long number) throws IOException {
        if (number % KINDS_OF_REST > 1) {
            log.close();
            if (number % KINDS_OF_REST == 2) {
                Snapshot.load(path, context);
            }
            log = SnapshotLog.open(path, context);
        } else {
            log.compact();
        }
    }
}
