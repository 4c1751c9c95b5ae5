package io.slipstream.index;

import com.sun.management.ThreadMXBean;
import io.slipstream.storage.LogBytes;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class KeyTableBuilderTest {
    private static final long PLENTY = 1 << 30;
    private static final long NARROW = KeyTable.positionMask(0);
    private static final int READ_AHEAD = 128;

    @TempDir
    private Path directory;

    @Test
    void shouldFindWhatAMapFinds() throws IOException {
        assertFindsWhatAMapFinds(random(3, 4_000, 30_000), new KeyHash(), READ_AHEAD, PLENTY, NARROW);
    }

    @Test
    void shouldFindItOneByOne() throws IOException {
        assertFindsWhatAMapFinds(random(4, 900, 6_000), new KeyHash(), 1, PLENTY, NARROW);
    }

    @Test
    void shouldFindItWithoutCarryingKeys() throws IOException {
        assertFindsWhatAMapFinds(random(5, 900, 6_000), new KeyHash(), READ_AHEAD, 0, NARROW);
    }

    @Test
    void shouldFindItOnceTheArenaHasItsFill() throws IOException {
        assertFindsWhatAMapFinds(random(6, 900, 6_000), new KeyHash(), READ_AHEAD, 10_000, NARROW);
    }

    /** All keys have one hash: every one is compared with every one before it. */
    @Test
    void shouldTellKeysApartByTheirBytesAlone() throws IOException {
        assertFindsWhatAMapFinds(random(7, 300, 2_000), new KeyHash(0, 0), READ_AHEAD, PLENTY, NARROW);
        assertFindsWhatAMapFinds(random(8, 300, 2_000), new KeyHash(0, 0), READ_AHEAD, 0, NARROW);
    }

    /** As in a log of 2^60 bytes: 4 bits of the hash are left beside a position. */
    @Test
    void shouldFindItWherePositionsReachIntoTheBitsOfTheHomes() throws IOException {
        assertFindsWhatAMapFinds(random(9, 900, 6_000), new KeyHash(), READ_AHEAD, PLENTY, (1L << 60) - 1);
    }

    @Test
    void shouldFindAscendingKeysAndWhatFollowsThem() throws IOException {
        for (final int steps : new int[] {0, 1, 50, 1_000, 6_000}) {
            final MadeLog log = random(10, 900, steps, ascending(2_000));
            assertFindsWhatAMapFinds(log, new KeyHash(), READ_AHEAD, PLENTY, NARROW);
            assertFindsWhatAMapFinds(log, new KeyHash(), READ_AHEAD, 0, NARROW);
            assertFindsWhatAMapFinds(log, new KeyHash(), 1, PLENTY, (1L << 40) - 1);
            assertFindsWhatAMapFinds(log, new KeyHash(), READ_AHEAD, PLENTY, (1L << 60) - 1);
        }
    }

    @Test
    void shouldTellAscendingKeysApartByTheirBytesAlone() throws IOException {
        assertFindsWhatAMapFinds(random(11, 300, 2_000, ascending(700)), new KeyHash(0, 0), READ_AHEAD, PLENTY, NARROW);
    }

    @Test
    void shouldTellKeysApartThatZerosEnd() throws IOException {
        final MadeLog log = new MadeLog().put("").put("\0").put("k").put("k\0").put("k\0\0\0\0\0\0\0").put("k\0\0\0\0\0\0\0\0");
        assertFindsWhatAMapFinds(log, new KeyHash(), READ_AHEAD, PLENTY, NARROW);
        assertFindsWhatAMapFinds(log.put("k\0").put("k\0\0").put("k").put("").delete("\0"), new KeyHash(), READ_AHEAD, PLENTY, NARROW);
    }

    @Test
    void shouldFindTheSecondPutOfTheKeyThatWasHighest() throws IOException {
        assertFindsWhatAMapFinds(new MadeLog().put("a").put("b").put("b"), new KeyHash(), READ_AHEAD, PLENTY, NARROW);
        assertFindsWhatAMapFinds(new MadeLog().put("a").put("b").put("b"), new KeyHash(), 1, PLENTY, NARROW);
    }

    @Test
    void shouldFindWhatWasDeletedAsTheHighestKey() throws IOException {
        assertFindsWhatAMapFinds(new MadeLog().put("a").delete("b").put("c"), new KeyHash(), READ_AHEAD, PLENTY, NARROW);
        assertFindsWhatAMapFinds(new MadeLog().put("a").put("b").delete("b").put("c"), new KeyHash(), 1, PLENTY, NARROW);
    }

    @Test
    void shouldFindLongKeysAmongAscendingOnes() throws IOException {
        final String longKey = "b".repeat(KeyBatch.MAX_CARRIED_LENGTH + 50);
        assertFindsWhatAMapFinds(new MadeLog().put("a").put(longKey).put("c").put(longKey), new KeyHash(), READ_AHEAD, PLENTY, NARROW);
        assertFindsWhatAMapFinds(new MadeLog().put(longKey).put("c").put(longKey), new KeyHash(), 1, PLENTY, NARROW);
    }

    @Test
    void shouldFindAscendingKeysOnceTheMemoryOfOthersIsGivenBack() throws IOException {
        final MadeLog log = ascending(200);
        for (int i = 0; i < 8_000; i++) {
            log.put("a".repeat(40) + i).delete("a".repeat(40) + i);
        }
        assertFindsWhatAMapFinds(log, new KeyHash(), READ_AHEAD, PLENTY, NARROW);
    }

    @Test
    void shouldKeepPositionsOfAscendingKeysBeyondTwoGiB() {
        final long[] positions = {6, Integer.MAX_VALUE, 1L << 31, (1L << 32) + 6, 1L << 40};
        final KeyHash hash = new KeyHash();
        final KeyTableBuilder table = new KeyTableBuilder(null, hash, 1, PLENTY);
        final KeyBatch batch = new KeyBatch(hash, 1024);
        for (int i = 0; i < positions.length; i++) {
            batch.add(positions[i], false, new UnsafeBuffer(new byte[] {(byte) i}), 0, 1);
        }
        table.apply(batch);
        assertArrayEquals(positions, table.build(KeyTable.positionMask(1L << 41)).positions());
    }

    @Test
    void shouldGiveBackTheMemoryOfKeysThatCameAndWent() throws IOException {
        final KeyHash hash = new KeyHash();
        final LogBytes bytes = new MadeLog().mapped(directory.resolve("log"));
        final KeyTableBuilder table = new KeyTableBuilder(bytes, hash, READ_AHEAD, PLENTY);
        final KeyBatch batch = new KeyBatch(hash, 1024);
        final UnsafeBuffer key = new UnsafeBuffer(new byte[Integer.BYTES]);
        for (int i = 0; i < 200_000; i++) {
            key.putInt(0, i);
            batch.add(2L * i + 1, false, key, 0, Integer.BYTES);
            if (i % 1_000 != 0) {
                batch.add(2L * i + 2, true, key, 0, Integer.BYTES);
            }
            table.apply(batch);
            batch.clear();
        }
        assertEquals(200, table.length());
        assertTrue(table.arenaBytes() <= 4 << 18, () -> "bytes=" + table.arenaBytes()); // all 200,000 entries take 3.2 MB
    }

    /** A table that was large once is tidied again and again only where that pays. */
    @Test
    void shouldNotTakeMoreMemoryARecordOnceManyKeysAreGone() {
        final Churn churn = new Churn();
        for (int i = 0; i < 200_000; i++) {
            churn.add(i, false);
        }
        for (int i = 0; i < 200_000; i++) {
            churn.add(i, true);
        }
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        for (int i = 200_000; i < 700_000; i++) {
            churn.add(i, false);
            churn.add(i, true);
        }
        final long bytes = (threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before) / 1_000_000;
        assertTrue(bytes <= 64, () -> "bytes a record=" + bytes);
    }

    private static final class Churn {
        private final KeyHash hash = new KeyHash();
        private final KeyTableBuilder table = new KeyTableBuilder(null, hash, READ_AHEAD, PLENTY);
        private final KeyBatch batch = new KeyBatch(hash, 1 << 11);
        private final UnsafeBuffer key = new UnsafeBuffer(new byte[Long.BYTES]);
        private long position;

        Churn() {
            add(-1, false); // the highest key: those below it are not compared in the log, which is not there
        }

        void add(final long number, final boolean isDelete) {
            key.putLong(0, number);
            batch.add(++position, isDelete, key, 0, Long.BYTES);
            if (batch.isFull()) {
                table.apply(batch);
                batch.clear();
            }
        }
    }

    private void assertFindsWhatAMapFinds(
            final MadeLog log,
            final KeyHash hash,
            final int readAhead,
            final long maxCarriedBytes,
            final long positionMask) throws IOException {
        final LogBytes bytes = log.mapped(directory.resolve("log"));
        try (LiveSetBuilder builder = new LiveSetBuilder(bytes, hash, null, readAhead, maxCarriedBytes)) {
            log.showTo(builder);
            builder.onEnd();
            log.assertEqualTo(builder.build(positionMask));
        }
        bytes.release();
    }

    /** Keys of 1 to 600 bytes, many of them of one length and with a long beginning in common. */
    private static MadeLog random(final long seed, final int keys, final int steps) {
        return random(seed, keys, steps, new MadeLog());
    }

    private static MadeLog random(final long seed, final int keys, final int steps, final MadeLog log) {
        final Random random = new Random(seed);
        for (int i = 0; i < steps; i++) {
            final int number = random.nextInt(keys);
            final String key = key(number);
            if (random.nextInt(5) == 0) {
                log.delete(key);
            } else {
                log.put(key);
            }
        }
        return log;
    }

    private static MadeLog ascending(final int keys) {
        final MadeLog log = new MadeLog();
        IntStream.range(0, keys).mapToObj(KeyTableBuilderTest::key).filter(key -> key.length() <= KeyBatch.MAX_CARRIED_LENGTH).sorted().forEach(log::put);
        return log;
    }

    private static String key(final int number) {
        return "k".repeat(number % 7 == 0 ? 590 : number % 50) + number;
    }
}
