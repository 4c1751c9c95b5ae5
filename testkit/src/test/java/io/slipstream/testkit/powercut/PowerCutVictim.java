package io.slipstream.testkit.powercut;

import io.slipstream.MaintenanceMode;
import io.slipstream.RecoveryReport;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.errors.SnapshotDamageException;
import io.slipstream.storage.Storage;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.MachineStorage;
import io.slipstream.testkit.process.Acks;
import io.slipstream.testkit.process.Feed;
import io.slipstream.testkit.process.ParentWatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * A writer on a file system whose power will be cut. Arguments: log, ack file, seed, boot id, segment length, number of the
 * storage operation at which to stand still (0: none), whether segments are filled page by page, mode of maintenance.
 *
 * <p>Says {@code opened TAIL: REPORT} or {@code refused MESSAGE}, waits to be told how many updates the log holds, and then
 * appends, forces, compacts, closes, loads and opens as the seed tells until it fails or is killed. Where it is to stand still it
 * says {@code standing at OPERATION}; maintenance beside it may stand still while it goes on.
 */
final class PowerCutVictim {
    private static final int MAX_BURST = 200;
    private static final int MAX_PAUSE_NANOS = 3_000_000;
    private static final int COMPACTION_FLOOR = 20_000;

    private final Path path;
    private final Acks acks;
    private final Feed feed;
    private final Random random;
    private final SnapshotLog.Context context;
    private long returned;
    private SnapshotLog log;

    // The last force that was asked for: its ticket, and how many updates it covers; -1 if there is none, or it is done.
    private long ticket;
    private long requested = -1;

    private PowerCutVictim(
        final Path path, final Acks acks, final long seed, final SnapshotLog.Context context) {
        this.path = path;
        this.acks = acks;
        this.feed = new Feed(seed);
        this.random = new Random(seed);
        this.context = context;
    }

    public static void main(final String[] arguments) throws IOException {
        final Acks acks = Acks.map(Path.of(arguments[1]));
        final FaultyStorage disk = new FaultyStorage(machine(arguments[3], Boolean.parseBoolean(arguments[6])));
        final int standAt = Integer.parseInt(arguments[5]);
        if (standAt > 0) {
            disk.atNth(standAt, Moment.BEFORE, () -> standStill(acks, disk));
        }
        final PowerCutVictim victim = new PowerCutVictim(Path.of(arguments[0]), acks, Long.parseLong(arguments[2]),
            new SnapshotLog.Context().storage(disk).segmentLength(Integer.parseInt(arguments[4]))
                .maintenance(MaintenanceMode.valueOf(arguments[7])).compactionFloor(COMPACTION_FLOOR));
        if (victim.open()) {
            final BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            final long kept = Long.parseLong(input.readLine());
            ParentWatch.dieWithParent();
            victim.work(kept);
        }
    }

    private static Storage machine(final String bootId, final boolean pageWise) {
        final Storage machine = new MachineStorage(bootId);
        return pageWise ? new PageWiseStorage(machine) : machine;
    }

    private static void standStill(final Acks acks, final FaultyStorage disk) {
        System.out.println("standing at " + disk.operations().get(disk.operations().size() - 1));
        acks.set(Acks.Slot.STANDING, 1);
        ParentWatch.dieWithParent();
        while (true) {
            LockSupport.park();
        }
    }

    private boolean open() throws IOException {
        try {
            log = SnapshotLog.open(path, context);
        } catch (final SnapshotDamageException e) {
            System.out.println("refused " + e.getMessage());
            return false;
        }
        final RecoveryReport found = log.recovery();
        System.out.println("opened " + found.tail() + ": " + found);
        return true;
    }

    private void work(final long kept) throws IOException {
        returned = kept;
        while (true) {
            final int what = random.nextInt(40);
            if (what < 34) {
                append(1 + random.nextInt(MAX_BURST));
            } else if (what < 36) {
                log.force();
                acks.set(Acks.Slot.FORCED, returned);
                requested = -1;
            } else if (what < 38) {
                ticket = log.requestForce();
                requested = returned;
            } else if (what < 39) {
                log.compact();
                acks.set(Acks.Slot.FORCED, returned);
                requested = -1;
            } else {
                reopen();
            }
            if (requested >= 0 && log.isForced(ticket)) {
                acks.set(Acks.Slot.FORCED, requested);
                requested = -1;
            }
            acks.set(Acks.Slot.FORCED_LENGTH, log.stats().forcedLength());
            acks.set(Acks.Slot.LENGTH, log.length());
            LockSupport.parkNanos(random.nextInt(MAX_PAUSE_NANOS));
        }
    }

    private void append(final int count) throws IOException {
        for (int i = 0; i < count; i++) {
            feed.appendTo(log, returned + 1);
            acks.set(Acks.Slot.RETURNED, ++returned);
        }
    }

    private void reopen() throws IOException {
        log.close();
        acks.set(Acks.Slot.FORCED, returned);
        requested = -1;
        if (random.nextBoolean()) {
            Snapshot.load(path, context);
        }
        log = SnapshotLog.open(path, context);
    }
}
