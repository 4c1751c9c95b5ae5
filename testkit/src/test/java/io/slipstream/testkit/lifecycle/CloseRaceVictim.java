package io.slipstream.testkit.lifecycle;

import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Random;

/**
 * A child whose writer is closed by one thread while another appends, again and again. Ends with a failure if the appender
 * sees what no append documents, if the log does not open again, or if a record is missing whose append had returned before
 * the close began. Arguments: log, rounds, seed.
 *
 * <p>One exception is let pass: a close cuts the file, and an append in the middle of which that happens stores behind the
 * end of the file, which is an {@link InternalError}; on JDK 17 it comes late, out of whatever the thread does next. Appends
 * are for one thread, and this breaks the rule; what is shown is that the log and the JVM live.
 */
final class CloseRaceVictim {
    private static final int KEYS = 100;

    private final byte[] value = new byte[100];
    private SnapshotLog log;
    private volatile long acknowledged;

    private CloseRaceVictim() {
    }

    public static void main(final String[] arguments) throws IOException {
        final Random random = new Random(Long.parseLong(arguments[2]));
        final CloseRaceVictim victim = new CloseRaceVictim();
        for (int round = 0; round < Integer.parseInt(arguments[1]); round++) {
            victim.race(Path.of(arguments[0]), random);
        }
        System.out.println("survived");
    }

    private void race(final Path path, final Random random) throws IOException {
        log = SnapshotLog.open(path,
            new SnapshotLog.Context().segmentLength(random.nextBoolean() ? SnapshotLog.Context.MIN_SEGMENT_LENGTH : 1 << 20));
        final long closeBehind = acknowledged + random.nextInt(3_000);
        final Thread appender = new Thread(() -> append(acknowledged + 1, random.nextInt(4) == 0));
        appender.setDaemon(true);
        appender.setUncaughtExceptionHandler((thread, thrown) -> requireDocumented(thrown));
        appender.start();
        while (acknowledged < closeBehind && appender.isAlive()) {
            Thread.onSpinWait();
        }
        final long promised = acknowledged;
        log.close();
        while (appender.isAlive()) {
            Thread.onSpinWait();
        }
        log.close();
        acknowledged = requireAtLeast(promised, path);
    }

    private static long requireAtLeast(final long promised, final Path path) throws IOException {
        try (SnapshotLog reopened = SnapshotLog.open(path); SnapshotView view = reopened.view()) {
            final long[] last = {0};
            view.forEach(entry -> last[0] = Math.max(last[0], entry.revision()));
            if (last[0] < promised) {
                throw new IllegalStateException("lost: promised=" + promised + " found=" + last[0]);
            }
            return last[0];
        }
    }

    private void append(final long first, final boolean compacting) {
        for (long i = first; ; i++) {
            log.put("key-" + i % KEYS, value, VersionToken.of(i));
            acknowledged = i;
            if (compacting && i % 500 == 0) {
                compact();
            }
        }
    }

    private void compact() {
        try {
            log.compact();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void requireDocumented(final Throwable thrown) {
        if (!(thrown instanceof IllegalStateException || thrown instanceof UncheckedIOException
            || thrown instanceof InternalError)) {
            thrown.printStackTrace();
            Runtime.getRuntime().halt(2);
        }
    }
}
