package io.slipstream.testkit.process;

import io.slipstream.SnapshotLog;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A child that appends a {@link Feed} until it is killed. Arguments: log, ack file, seed, first update, segment length,
 * updates between two compactions (0: none).
 *
 * <p>The ack file is mapped: its one long says which update was the last whose call has returned. An aligned store of 8
 * bytes is not torn by a kill, and is in the page cache as soon as it is done, as the log's own bytes are.
 */
final class KillVictim {
    private KillVictim() {
    }

    /** Maps an ack file; index 0 holds the last update acknowledged. */
    static MappedByteBuffer mapAcks(final Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
        }
    }

    public static void main(final String[] arguments) throws IOException {
        final MappedByteBuffer acks = mapAcks(Path.of(arguments[1]));
        final Feed feed = new Feed(Long.parseLong(arguments[2]));
        final int compactEvery = Integer.parseInt(arguments[5]);
        final SnapshotLog log = SnapshotLog.open(Path.of(arguments[0]),
            new SnapshotLog.Context().segmentLength(Integer.parseInt(arguments[4])));
        for (long i = Long.parseLong(arguments[3]); ; i++) {
            feed.appendTo(log, i);
            acks.putLong(0, i);
            if (compactEvery > 0 && i % compactEvery == 0) {
                log.compact();
            }
        }
    }
}
