package io.slipstream.testkit.process;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.testkit.bytes.Utf8;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A child that appends, compacts, closes and reopens a log for a number of rounds. Arguments: log, rounds. Says {@code open}
 * once there is a log, and at the end {@code done M}, M being the last update.
 *
 * <p>Update u is a checkpoint if u is divisible by 10, and otherwise a put of one of 18 keys, with revision u. So the
 * greatest revision that a reader sees tells which update was the last, and with it everything else the reader must see.
 */
final class Churner {
    private static final int PERIOD = 20;
    private static final int CHECKPOINT_EVERY = 10;
    private static final int UPDATES_BEFORE_COMPACTION = 150;
    private static final int UPDATES_BEHIND_COMPACTION = 37;

    private Churner() {
    }

    static boolean isCheckpoint(final long update) {
        return update % CHECKPOINT_EVERY == 0;
    }

    static String key(final long update) {
        return "key-" + update % PERIOD;
    }

    /** No byte of it is zero, and some are longer than others. */
    static String value(final long update) {
        return ("value-" + update + " ").repeat(1 + (int) (update % 17));
    }

    /** The live entries after update {@code last}: key and revision. */
    static Map<String, Long> entriesAfter(final long last) {
        final Map<String, Long> entries = new TreeMap<>();
        for (long update = Math.max(1, last - PERIOD + 1); update <= last; update++) {
            if (!isCheckpoint(update)) {
                entries.put(key(update), update);
            }
        }
        return entries;
    }

    /** The cursor after update {@code last}; 0 for none. */
    static long cursorAfter(final long last) {
        return last - last % CHECKPOINT_EVERY;
    }

    public static void main(final String[] arguments) throws IOException {
        final Path path = Path.of(arguments[0]);
        final int rounds = Integer.parseInt(arguments[1]);
        long update = 0;
        for (int round = 0; round < rounds; round++) {
            try (SnapshotLog log = SnapshotLog.open(path,
                new SnapshotLog.Context().segmentLength(SnapshotLog.Context.MIN_SEGMENT_LENGTH))) {
                if (round == 0) {
                    System.out.println("open");
                }
                update = append(log, update, UPDATES_BEFORE_COMPACTION);
                log.compact();
                update = append(log, update, UPDATES_BEHIND_COMPACTION);
            }
        }
        System.out.println("done " + update);
    }

    private static long append(final SnapshotLog log, final long before, final int count) throws IOException {
        for (long update = before + 1; update <= before + count; update++) {
            if (isCheckpoint(update)) {
                log.checkpoint(update);
            } else {
                log.put(key(update), Utf8.encode(value(update)), VersionToken.of(update));
            }
        }
        return before + count;
    }
}
