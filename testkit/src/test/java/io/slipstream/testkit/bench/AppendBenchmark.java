package io.slipstream.testkit.bench;

import io.slipstream.SnapshotLog;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;

/**
 * W, as far as its writer's thread sees it: an update of a random key from separate buffers, a checkpoint every 100, into a segment that is ready;
 * beside the two loops a team writes by hand, in the same format and with the same checksum. Fair in that all write the same bytes to the same
 * file system and none forces; the buffered stream is flushed at each checkpoint and loses up to 100 updates when the process dies, one write a
 * record loses none.
 * {@link #harness} only makes the keys: what it takes is in every other figure, and is to be taken off. Into a fresh segment much of an append is
 * memory: {@link PutBenchmark} is about the rest.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 8)
@Measurement(iterations = 15)
@Fork(3)
public class AppendBenchmark {
    private static final int UPDATES = 500_000;
    private static final int RECORD_LENGTH = 172;
    private static final int KEY_LAST = Workload.KEY_LENGTH - 1;

    private final Workload workload = new Workload(1_000_000);
    private final byte[] keyBytes = workload.key.byteArray();
    private final byte[] valueBytes = workload.value.byteArray();
    private final ByteBuffer record = ByteBuffer.allocateDirect(RECORD_LENGTH);
    private final byte[] scratch = new byte[RECORD_LENGTH];
    private final CRC32 crc = new CRC32();
    private Path directory;
    private SnapshotLog log;
    private OutputStream stream;
    private DataOutputStream data;
    private FileChannel channel;

    @Setup(Level.Iteration)
    public void open() throws IOException {
        directory = Workload.directory();
        final Path path = directory.resolve("kv.log");
        final SnapshotLog.Context context = new SnapshotLog.Context().segmentLength(1 << 28);
        // A log as long as what is appended: its next segment holds it all.
        try (SnapshotLog first = SnapshotLog.open(path, context)) {
            workload.append(first, UPDATES + UPDATES / 10);
        }
        log = SnapshotLog.open(path, context);
        stream = Files.newOutputStream(directory.resolve("stream"));
        data = new DataOutputStream(new BufferedOutputStream(stream, 1 << 16));
        channel = FileChannel.open(directory.resolve("channel"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
        log.close();
        data.close();
        channel.close();
        Workload.delete(directory);
    }

    @Benchmark
    @OperationsPerInvocation(UPDATES)
    public long slipstream() throws IOException {
        for (int i = 0; i < UPDATES; i++) {
            workload.toRandomKey();
            log.put(workload.key, 0, Workload.KEY_LENGTH, workload.value, 0, Workload.VALUE_LENGTH, i);
            if (isCheckpoint(i)) {
                log.checkpoint(i);
            }
        }
        return log.length();
    }

    private static boolean isCheckpoint(final int update) {
        return update % Workload.CHECKPOINT_INTERVAL == 0;
    }

    @Benchmark
    @OperationsPerInvocation(UPDATES)
    public long harness() {
        long sum = 0;
        for (int i = 0; i < UPDATES; i++) {
            workload.toRandomKey();
            sum += keyBytes[KEY_LAST];
            if (isCheckpoint(i)) {
                sum += i;
            }
        }
        return sum;
    }

    private int encode(final long revision) {
        final ByteBuffer buffer = ByteBuffer.wrap(scratch).order(ByteOrder.LITTLE_ENDIAN);
        buffer.position(4);
        buffer.put((byte) 1).putShort((short) keyBytes.length).put(keyBytes).putInt(valueBytes.length).put(valueBytes).put((byte) Long.BYTES);
        return finish(buffer, revision);
    }

    private int encodeCursor(final long revision) {
        final ByteBuffer buffer = ByteBuffer.wrap(scratch).order(ByteOrder.LITTLE_ENDIAN);
        buffer.position(4);
        buffer.put((byte) 3).put((byte) Long.BYTES);
        return finish(buffer, revision);
    }

    private int finish(final ByteBuffer buffer, final long revision) {
        buffer.putLong(Long.reverseBytes(revision));
        crc.reset();
        crc.update(scratch, 4, buffer.position() - 4);
        buffer.putInt(0, (int) crc.getValue());
        return buffer.position();
    }

    @Benchmark
    @OperationsPerInvocation(UPDATES)
    public void bufferedStream() throws IOException {
        for (int i = 0; i < UPDATES; i++) {
            workload.toRandomKey();
            data.write(scratch, 0, encode(i));
            if (isCheckpoint(i)) {
                data.write(scratch, 0, encodeCursor(i));
                data.flush();
            }
        }
        data.flush();
    }

    @Benchmark
    @OperationsPerInvocation(UPDATES)
    public void oneWriteEach() throws IOException {
        for (int i = 0; i < UPDATES; i++) {
            workload.toRandomKey();
            write(encode(i));
            if (isCheckpoint(i)) {
                write(encodeCursor(i));
            }
        }
    }

    private void write(final int length) throws IOException {
        record.clear().put(scratch, 0, length).flip();
        while (record.hasRemaining()) {
            channel.write(record);
        }
    }
}
