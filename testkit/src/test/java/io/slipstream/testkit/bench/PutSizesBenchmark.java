package io.slipstream.testkit.bench;

import io.slipstream.SnapshotLog;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * One put, over key and value lengths: there must be no cliff. The segment is used over and over ({@link HotStorage}), so what is seen is the
 * append, and not the memory; it holds several of the longest records. Lengths lie on both sides of the places where the way of a record
 * changes: 16 and 32 bytes of key, 256 bytes of record, 128 KiB, 64 KiB pieces.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class PutSizesBenchmark {
    private static final int SEGMENT_LENGTH = 4 << 20;

    /** Key length/value length. */
    @Param({"0/0", "1/0", "7/128", "8/128", "15/128", "16/128", "17/128", "24/0", "24/1", "24/15", "24/16", "24/17", "24/100", "24/127",
        "24/128", "24/129", "24/211", "24/212", "24/213", "24/216", "24/400", "24/1000", "24/4096", "24/65535", "24/65536", "24/131028",
        "24/131029", "24/131100", "24/196608", "24/1000000", "31/128", "32/128", "33/128", "40/128", "100/128", "255/128", "1000/128", "4096/128", "65535/128", "65535/65536"})
    public String lengths;

    private UnsafeBuffer key;
    private UnsafeBuffer value;
    private Path directory;
    private SnapshotLog log;
    private long revision;

    @Setup
    public void open() throws IOException {
        final int slash = lengths.indexOf('/');
        key = new UnsafeBuffer(new byte[Integer.parseInt(lengths.substring(0, slash))]);
        key.setMemory(0, key.capacity(), (byte) 'k');
        value = new UnsafeBuffer(new byte[Integer.parseInt(lengths.substring(slash + 1))]);
        value.setMemory(0, value.capacity(), (byte) 'v');
        directory = Workload.directory();
        log = SnapshotLog.open(directory.resolve("kv.log"), new SnapshotLog.Context().storage(new HotStorage()).segmentLength(SEGMENT_LENGTH));
    }

    @TearDown
    public void delete() throws IOException {
        Workload.delete(directory);
    }

    @Benchmark
    public void put() {
        log.put(key, 0, key.capacity(), value, 0, value.capacity(), ++revision);
    }
}
