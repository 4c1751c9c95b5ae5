package io.slipstream.testkit.bench;

import io.slipstream.SnapshotLog;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;

/**
 * One put of a 172-byte record from separate buffers into a segment that stays in the cache ({@link HotStorage}), and what its parts cost.
 * {@link #put} is the whole public call, with its growths. Beside it: the floor (a record that is ready, copied and summed), the way it was done
 * at first, with each change alone ({@link HandPut}, without the checks of the public call), and the two ways to sum a record.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
public class PutBenchmark {
    private static final int SEGMENT_LENGTH = 1 << 18;
    private static final int RECORD_LENGTH = 172;
    private static final int SUMMED_LENGTH = RECORD_LENGTH - 4;
    private static final int WINDOW_LENGTH = 256;

    private final Workload workload = new Workload(1_000_000);
    private final UnsafeBuffer segment = new UnsafeBuffer(BufferUtil.allocateDirectAligned(SEGMENT_LENGTH, 64));
    private final HandPut first = new HandPut(segment, HandPut.Way.FIRST);
    private final HandPut keyInLongs = new HandPut(segment, HandPut.Way.KEY_IN_LONGS);
    private final HandPut sumLast = new HandPut(segment, HandPut.Way.SUM_LAST);
    private final HandPut both = new HandPut(segment, HandPut.Way.BOTH);
    private final byte[] ready = new byte[RECORD_LENGTH];
    private final ByteBuffer window = BufferUtil.allocateDirectAligned(WINDOW_LENGTH, 64);
    private final CRC32 crc = new CRC32();
    private Path directory;
    private SnapshotLog log;
    private long revision;
    private int index;

    @Setup
    public void open() throws IOException {
        directory = Workload.directory();
        log = SnapshotLog.open(directory.resolve("kv.log"), new SnapshotLog.Context().storage(new HotStorage()).segmentLength(SEGMENT_LENGTH));
        workload.value.getBytes(0, ready, 0, Workload.VALUE_LENGTH);
    }

    @TearDown
    public void delete() throws IOException {
        Workload.delete(directory);
    }

    @Benchmark
    public void put() {
        log.put(workload.key, 0, Workload.KEY_LENGTH, workload.value, 0, Workload.VALUE_LENGTH, ++revision);
    }

    @Benchmark
    public int putAsAtFirst() {
        return first.put(workload.key, Workload.KEY_LENGTH, workload.value, Workload.VALUE_LENGTH, ++revision);
    }

    @Benchmark
    public int putAsAtFirstButKeyInLongs() {
        return keyInLongs.put(workload.key, Workload.KEY_LENGTH, workload.value, Workload.VALUE_LENGTH, ++revision);
    }

    @Benchmark
    public int putAsAtFirstButSumLast() {
        return sumLast.put(workload.key, Workload.KEY_LENGTH, workload.value, Workload.VALUE_LENGTH, ++revision);
    }

    @Benchmark
    public int putAsAtFirstButBoth() {
        return both.put(workload.key, Workload.KEY_LENGTH, workload.value, Workload.VALUE_LENGTH, ++revision);
    }

    @Benchmark
    public int readyRecord() {
        if (RECORD_LENGTH > segment.capacity() - index) {
            index = 0;
        }
        segment.putBytes(index + 4, ready, 4, SUMMED_LENGTH);
        crc.reset();
        crc.update(ready, 4, SUMMED_LENGTH);
        segment.putInt(index, (int) crc.getValue(), ByteOrder.LITTLE_ENDIAN);
        index += RECORD_LENGTH;
        return index;
    }

    @Benchmark
    public long sumOfRecord() {
        crc.reset();
        crc.update(ready, 4, SUMMED_LENGTH);
        return crc.getValue();
    }

    @Benchmark
    public long sumOfWindow() {
        crc.reset();
        window.rewind();
        crc.update(window);
        return crc.getValue();
    }
}
