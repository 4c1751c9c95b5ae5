package io.slipstream.testkit.bench;

import io.slipstream.SnapshotLog;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** W: updates of uniformly random keys, 24-byte keys, 128-byte values, a checkpoint every 100. Record: 172 bytes. */
final class Workload {
    static final int KEY_LENGTH = 24;
    static final int VALUE_LENGTH = 128;
    static final int CHECKPOINT_INTERVAL = 100;

    private static final int NUMBER_OFFSET = 16;
    private static final int NUMBER_DIGITS = 8;

    final UnsafeBuffer key = new UnsafeBuffer(new byte[KEY_LENGTH]);
    final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_LENGTH]);
    private final SplittableRandom random = new SplittableRandom(42);
    private final int keys;

    Workload(final int keys) {
        this.keys = keys;
        key.putStringWithoutLengthAscii(0, "route/backend/");
        key.setMemory(NUMBER_OFFSET - 2, 2, (byte) '/');
        random.longs(VALUE_LENGTH / Long.BYTES).forEach(new LongConsumer() {
            private int at;

            @Override
            public void accept(final long bits) {
                value.putLong(at, bits, ByteOrder.LITTLE_ENDIAN);
                at += Long.BYTES;
            }
        });
    }

    void toKey(final int number) {
        key.putNaturalPaddedIntAscii(NUMBER_OFFSET, NUMBER_DIGITS, number);
    }

    void toRandomKey() {
        toKey(random.nextInt(keys));
    }

    void append(final SnapshotLog log, final int updates) throws IOException {
        for (int i = 1; i <= updates; i++) {
            toRandomKey();
            log.put(key, 0, KEY_LENGTH, value, 0, VALUE_LENGTH, i);
            if (i % CHECKPOINT_INTERVAL == 0) {
                log.checkpoint(i);
            }
        }
    }

    /** Every key once. */
    void appendAllKeys(final SnapshotLog log) {
        for (int i = 0; i < keys; i++) {
            toKey(i);
            log.put(key, 0, KEY_LENGTH, value, 0, VALUE_LENGTH, i);
        }
    }

    /** A new directory where benchmarks work: -Dslipstream.bench.directory, else the shared memory file system where there is one. */
    static Path directory() throws IOException {
        final String named = System.getProperty("slipstream.bench.directory");
        final Path memory = Path.of("/dev/shm");
        if (named != null) {
            return Files.createTempDirectory(Path.of(named), "slipstream-bench");
        }
        return Files.isWritable(memory) ? Files.createTempDirectory(memory, "slipstream-bench") : Files.createTempDirectory("slipstream-bench");
    }

    static void delete(final Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
