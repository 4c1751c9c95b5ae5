package io.slipstream.testkit.peers;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How long this thread was ready to run and did not, because another thread had the processor; and how often a page of memory was missing. As the
 * kernel counts, since the last reading. Made and read by one thread; allocates nothing.
 */
final class RunDelay implements AutoCloseable {
    private static final Path SCHEDULE = Path.of("/proc/thread-self/schedstat");
    private static final Path STATE = Path.of("/proc/thread-self/stat");
    private static final int BUFFER_LENGTH = 1024;
    private static final int DELAY_FIELD = 2;
    private static final int FAULTS_FIELD = 10;

    private final RandomAccessFile schedule;
    private final RandomAccessFile state;
    private final byte[] buffer = new byte[BUFFER_LENGTH];
    private long delayNs;
    private long faults;

    RunDelay() throws IOException {
        schedule = open(SCHEDULE);
        state = open(STATE);
        faultsSince();
        sinceNs();
    }

    // The file speaks of the thread that opened it.
    private static RandomAccessFile open(final Path file) throws IOException {
        return Files.isReadable(file) ? new RandomAccessFile(file.toString(), "r") : null;
    }

    /** Nanoseconds since the last call; 0 where the kernel does not tell. */
    long sinceNs() throws IOException {
        final long before = delayNs;
        delayNs = field(schedule, DELAY_FIELD);
        return delayNs - before;
    }

    /** Page faults since the last call. */
    long faultsSince() throws IOException {
        final long before = faults;
        faults = field(state, FAULTS_FIELD);
        return faults - before;
    }

    private long field(final RandomAccessFile file, final int number) throws IOException {
        if (file == null) {
            return 0;
        }
        file.seek(0);
        final int length = file.read(buffer);
        int at = 0;
        for (int field = 1; field < number; field++) {
            while (at < length && buffer[at] != ' ') {
                at++;
            }
            at++;
        }
        long value = 0;
        for (; at < length && buffer[at] >= '0' && buffer[at] <= '9'; at++) {
            value = 10 * value + buffer[at] - '0';
        }
        return value;
    }

    @Override
    public void close() throws IOException {
        if (schedule != null) {
            schedule.close();
        }
        if (state != null) {
            state.close();
        }
    }
}
