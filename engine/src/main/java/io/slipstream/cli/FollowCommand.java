package io.slipstream.cli;

import io.slipstream.errors.CorruptSnapshotException;
import io.slipstream.errors.InvalidSnapshotFormatException;
import io.slipstream.format.RecordFlyweight;
import io.slipstream.replay.LogFollower;
import io.slipstream.storage.FileChangedException;
import io.slipstream.storage.FileStorage;
import picocli.CommandLine.Command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

@Command(description = {
    "Prints the records of a log, and goes on as another process appends more. Changes nothing. Ends when it is killed.",
    "{\"event\":\"rotated\"} tells that the log was compacted; the records of the new file follow, from its start."
})
final class FollowCommand extends SingleLogCommand {
    private static final long MIN_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MAX_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long EXCUSED_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    FollowCommand(final Streams streams) {
        super(streams);
    }

    @Override
    int run() throws IOException {
        final Path log = LogFile.existing(name).path();
        try (LogFollower follower = new LogFollower(FileStorage.INSTANCE, log);
                JsonLines lines = new JsonLines(streams.out())) {
            follow(log, follower, lines);
        }
        return ExitStatus.DONE;
    }

    // What a power cut left behind the records stays there until a writer opens the log: wait for it.
    private static boolean poll(final Path log, final LogFollower follower, final LogFollower.Listener printer) throws IOException {
        try {
            return follower.poll(printer);
        } catch (final CorruptSnapshotException | InvalidSnapshotFormatException e) {
            if (!LogFile.isExcused(log)) {
                throw e;
            }
            LockSupport.parkNanos(EXCUSED_PARK_NANOS);
            return false;
        }
    }

    // Ends by an interrupt, or by what is thrown: damage, or nobody who reads.
    private static void follow(final Path log, final LogFollower follower, final JsonLines lines) throws IOException {
        final LogFollower.Listener printer = new LogFollower.Listener() {
            @Override
            public void onRecord(final RecordFlyweight record) throws IOException {
                try {
                    lines.record(record, follower.source());
                } catch (final FileChangedException e) {
                    throw new IOException(e.getMessage(), e); // half a line is printed: nothing can follow it
                }
            }

            @Override
            public void onRotated() throws IOException {
                lines.event("rotated");
            }
        };
        long parkNanos = MIN_PARK_NANOS;
        while (!Thread.interrupted()) {
            if (poll(log, follower, printer)) {
                lines.flush();
                parkNanos = MIN_PARK_NANOS;
            } else {
                LockSupport.parkNanos(parkNanos);
                parkNanos = Math.min(MAX_PARK_NANOS, parkNanos * 2);
            }
        }
    }
}
