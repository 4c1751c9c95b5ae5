package io.slipstream.index;

import io.slipstream.storage.FileStorage;
import io.slipstream.storage.LogBytes;
import io.slipstream.storage.StorageFile;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class KeyOrderTest {
    private static final long PLENTY = 1 << 30;

    @TempDir
    private Path directory;

    private final TreeMap<byte[], Long> expected = new TreeMap<>(Arrays::compareUnsigned);
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private KeyTableBuilder table;
    private KeyOrder order;
    private KeyBatch batch;

    private void begin(final long maxCarriedBytes) {
        final KeyHash hash = new KeyHash();
        table = new KeyTableBuilder(null, hash, 64, maxCarriedBytes);
        table.giveEveryKeyAnEntry();
        batch = new KeyBatch(hash, 1 << 11);
        order = new KeyOrder(table);
        bytes.writeBytes(new byte[6]);
    }

    private void apply(final String key, final boolean isDelete) {
        final byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        final long position = bytes.size();
        bytes.writeBytes(new byte[] {0, 0, 0, 0, 1, (byte) keyBytes.length, (byte) (keyBytes.length >>> Byte.SIZE)});
        bytes.writeBytes(keyBytes);
        batch.add(position, isDelete, new UnsafeBuffer(keyBytes), 0, keyBytes.length);
        if (isDelete) {
            expected.remove(keyBytes);
        } else {
            expected.put(keyBytes, position);
        }
        if (batch.isFull()) {
            resolve();
        }
    }

    private void resolve() {
        try {
            final Path file = Files.write(directory.resolve("log"), bytes.toByteArray());
            try (StorageFile log = FileStorage.INSTANCE.openForRead(file)) {
                table.lookIn(LogBytes.map(log, log.length()));
            }
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
        table.apply(batch);
        batch.clear();
    }

    private int sort() {
        resolve();
        order.begin();
        int steps = 1;
        while (!order.step()) {
            steps++;
        }
        return steps;
    }

    private void assertInOrder() {
        final List<Long> found = new ArrayList<>();
        for (int i = 0; i < order.length(); i++) {
            found.add(table.position(order.entry(i)));
        }
        assertEquals(List.copyOf(expected.values()), found);
    }

    private void change(final Random random, final int count, final int keys, final int deletesIn) {
        for (int i = 0; i < count; i++) {
            final int number = random.nextInt(keys);
            apply("k".repeat(number % 11 == 0 ? 300 : number % 20) + number % 3 + "\0".repeat(number % 4) + number, random.nextInt(deletesIn) == 0);
        }
    }

    @Test
    void shouldBeInOrderAgainAfterAnyChanges() {
        for (final long maxCarriedBytes : new long[] {PLENTY, 0, 20_000}) {
            expected.clear();
            bytes.reset();
            begin(maxCarriedBytes);
            final Random random = new Random(maxCarriedBytes);
            sort();
            assertInOrder();
            for (final int changes : new int[] {1, 0, 5, 1_000, 3, 3_000, 0, 10, 6_000, 100, 1}) {
                change(random, changes, 4_000, 4);
                sort();
                assertInOrder();
            }
        }
    }

    @Test
    void shouldNotSortAgainWhatWasOnlyUpdated() {
        begin(PLENTY);
        final Random random = new Random(5);
        for (int i = 0; i < 50_000; i++) {
            apply(Integer.toString(i), false);
        }
        final int all = sort();
        for (int i = 0; i < 50_000; i++) {
            apply(Integer.toString(random.nextInt(50_000)), false);
        }
        final int again = sort();
        assertInOrder();
        assertTrue(again <= 4, () -> "steps=" + again + ", the first time " + all);
    }

    @Test
    void shouldFindThePlaceOfKeysBelowAndAboveAllOthers() {
        begin(PLENTY);
        for (final String key : new String[] {"m", "n", "o", "p"}) {
            apply(key, false);
        }
        sort();
        for (final String key : new String[] {"", "\0", "a", "mm", "z", "zz", "p\0"}) {
            apply(key, false);
        }
        sort();
        assertInOrder();
    }

    @Test
    void shouldForgetKeysThatAreGone() {
        begin(PLENTY);
        change(new Random(7), 3_000, 2_000, Integer.MAX_VALUE);
        sort();
        new ArrayList<>(expected.keySet()).forEach(key -> apply(new String(key, StandardCharsets.UTF_8), true));
        sort();
        assertInOrder();
        assertEquals(0, order.length());
        apply("again", false);
        sort();
        assertInOrder();
    }

    /** So many keys come and go that the table moves the entries of those that stay. */
    @Test
    void shouldSortAnewOnceEntriesWereMoved() {
        begin(PLENTY);
        change(new Random(8), 3_000, 2_000, Integer.MAX_VALUE);
        sort();
        for (int i = 0; i < 60_000; i++) {
            apply("gone/" + i, false);
            apply("gone/" + i, true);
        }
        sort();
        assertTrue(table.moves() > 0);
        assertInOrder();
    }

    @Test
    void shouldBeginAnewAfterItWasLeftInTheMiddle() {
        begin(PLENTY);
        change(new Random(9), 20_000, 15_000, 4);
        resolve();
        order.begin();
        for (int i = 0; i < 3; i++) {
            order.step();
        }
        change(new Random(10), 500, 15_000, 4);
        sort();
        assertInOrder();
    }

    @Test
    void shouldBeginAnewWhereverItWasLeft() {
        for (int left = 1; left < 8; left++) {
            expected.clear();
            bytes.reset();
            begin(PLENTY);
            change(new Random(11), 40_000, 30_000, Integer.MAX_VALUE);
            resolve();
            order.begin();
            for (int i = 0; i < left; i++) {
                order.step();
            }
            change(new Random(12), 500, 30_000, 2);
            sort();
            assertInOrder();
        }
    }

    @Test
    void shouldTakeMoreStepsWhereKeysDifferLate() {
        begin(PLENTY);
        applyToEachLetter(0, 10);
        sort();
        applyToEachLetter(10, 11);
        final int steps = sort();
        assertInOrder();
        assertTrue(steps >= 26, () -> "steps=" + steps);
    }

    // The new keys of different letters are soon sorted, but to place each among those of its letter takes long.
    private void applyToEachLetter(final int fromNumber, final int toNumber) {
        for (char letter = 'a'; letter <= 'z'; letter++) {
            for (int number = fromNumber; number < toNumber; number++) {
                apply(String.valueOf(letter).repeat(20_000) + number, false);
            }
        }
    }
}
