package io.slipstream.testkit.recovery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.slipstream.KvEntry;
import io.slipstream.Snapshot;
import io.slipstream.VersionToken;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.model.ModelJudge;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The entries of an owned snapshot are made when asked for, and a map all the same. */
class OwnedMapTest {
    private static final int READERS = 8;

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;

    private Snapshot load(final LogBuilder log) throws IOException {
        final Path path = Files.write(directory.resolve("kv.log"), log.toBytes());
        final Snapshot loaded = Snapshot.load(path).orElseThrow();
        Files.delete(path);
        return loaded;
    }

    private Map<String, KvEntry> entries(final String... keys) throws IOException {
        final LogBuilder log = new LogBuilder().header();
        for (final String key : keys) {
            log.put(key, "value of " + key, 7);
        }
        return load(log.cursor(8)).entries();
    }

    private static KvEntry entry(final String key) {
        return new KvEntry(key, ("value of " + key).getBytes(StandardCharsets.UTF_8), VersionToken.of(7));
    }

    @Test
    void shouldFindNothingUnderWhatIsNoKey() throws IOException {
        final Map<String, KvEntry> entries = entries("", "?", "a");
        for (final Object other : new Object[] {null, 7, 'a', new StringBuilder("a"), "\uD800", "a\uDC00", "\uDC00\uD800", "a".repeat(65_536), "b"}) {
            assertNull(entries.get(other), () -> "get " + other);
            assertFalse(entries.containsKey(other), () -> "containsKey " + other);
            assertFalse(entries.keySet().contains(other), () -> "keySet().contains " + other);
        }
        assertNull(Map.<String, KvEntry>copyOf(entries).get("b"));
    }

    @Test
    void shouldFindTheEmptyKeyTheLongestAndOnesBeyondAscii() throws IOException {
        for (final String key : List.of("", "k".repeat(65_535), "\uD83D\uDE00".repeat(16_383), "\u00E4\u20AC", "\0")) {
            assertEquals(entry(key), entries(key, "other").get(key));
        }
    }

    @Test
    void shouldHoldNoOtherEntryThanItsOwn() throws IOException {
        final Map<String, KvEntry> entries = entries("a", "b");
        assertEquals(Set.of(Map.entry("a", entry("a")), Map.entry("b", entry("b"))), entries.entrySet());
        for (final Object other : new Object[] {null, "a", Map.entry("a", entry("b")), Map.entry("c", entry("a")), Map.entry(7, entry("a"))}) {
            assertFalse(entries.entrySet().contains(other), () -> "entry " + other);
        }
        assertFalse(entries.containsValue(entry("c")) || entries.values().contains(null));
    }

    /** One that is changed by whoever asked for it, as must not be done, is still what it was for all others. */
    @Test
    void shouldMakeAnEntryEachTimeItIsAskedFor() throws IOException {
        final Map<String, KvEntry> entries = entries("a", "b");
        final KvEntry first = entries.get("a");
        assertNotSame(first, entries.get("a"));
        assertEquals(first, entries.get("a"));
        first.value()[0] = 0;
        assertEquals(entry("a"), entries.get("a"));
    }

    @Test
    void shouldEndItsIterators() throws IOException {
        final Map<String, KvEntry> entries = entries("b", "a");
        for (final Iterator<?> iterator : List.of(entries.entrySet().iterator(), entries.keySet().iterator(), entries.values().iterator())) {
            iterator.next();
            iterator.next();
            assertFalse(iterator.hasNext());
            assertThrows(NoSuchElementException.class, iterator::next);
        }
    }

    @Test
    void shouldHaveNoEntryWhereThereIsOnlyACursor() throws IOException {
        final Snapshot snapshot = load(new LogBuilder().header().cursor(7));
        assertEquals(Map.of(), snapshot.entries());
        assertNull(snapshot.entries().get("a"));
        assertThrows(NoSuchElementException.class, () -> snapshot.entries().entrySet().iterator().next());
    }

    /** A cursor that was none is not redundant once there is one. */
    @Test
    void shouldGoPastCursorsThatFollowOneAnother() throws IOException {
        final LogBuilder log = new LogBuilder().header().cursor(new byte[0]).put("a", "1", 1).cursor(new byte[0]).cursor(2).put("b", "2", 2);
        OwnedMap.assertLike(ModelJudge.judge(log.toBytes()).state(), load(log), "cursors");
    }

    private static Map<String, Consumer<Map<String, KvEntry>>> changes() {
        final Map<String, Consumer<Map<String, KvEntry>>> changes = new LinkedHashMap<>();
        changes.put("put", map -> map.put("a", entry("a")));
        changes.put("putAll", map -> map.putAll(Map.of("c", entry("c"))));
        changes.put("putIfAbsent", map -> map.putIfAbsent("c", entry("c")));
        changes.put("remove", map -> map.remove("a"));
        changes.put("remove of what is absent", map -> map.remove("c"));
        changes.put("clear", Map::clear);
        changes.put("compute", map -> map.compute("a", (key, entry) -> null));
        changes.put("merge", map -> map.merge("a", entry("a"), (one, other) -> null));
        changes.put("replaceAll", map -> map.replaceAll((key, entry) -> entry));
        changes.put("keySet().remove", map -> map.keySet().remove("a"));
        changes.put("keySet().clear", map -> map.keySet().clear());
        changes.put("keySet().removeIf", map -> map.keySet().removeIf(key -> true));
        changes.put("keySet().iterator().remove", map -> removeFirst(map.keySet().iterator()));
        changes.put("values().remove", map -> map.values().remove(entry("a")));
        changes.put("values().removeIf", map -> map.values().removeIf(entry -> true));
        changes.put("values().iterator().remove", map -> removeFirst(map.values().iterator()));
        changes.put("entrySet().removeIf", map -> map.entrySet().removeIf(entry -> true));
        changes.put("entrySet().iterator().remove", map -> removeFirst(map.entrySet().iterator()));
        changes.put("setValue", map -> map.entrySet().iterator().next().setValue(entry("a")));
        return changes;
    }

    private static void removeFirst(final Iterator<?> iterator) {
        iterator.next();
        iterator.remove();
    }

    @TestFactory
    Stream<DynamicTest> shouldRefuseEveryChange() throws IOException {
        final Map<String, KvEntry> entries = entries("a", "b");
        return changes().entrySet().stream().map(change -> dynamicTest(change.getKey(), () -> {
            assertThrows(UnsupportedOperationException.class, () -> change.getValue().accept(entries));
            assertEquals(Map.of("a", entry("a"), "b", entry("b")), entries);
        }));
    }

    @Test
    void shouldShowEachEntryOnceInAParallelStream() throws IOException {
        final LogBuilder log = new LogBuilder().header();
        IntStream.range(0, 10_000).forEach(i -> log.put("key/" + i, "value", i));
        final Map<String, KvEntry> entries = load(log).entries();
        assertEquals(10_000L * 9_999 / 2, entries.values().parallelStream().mapToLong(entry -> entry.version().revision()).sum());
        assertEquals(10_000, entries.entrySet().parallelStream().map(Map.Entry::getKey).distinct().count());
    }

    /** Long enough for several arrays of every length there is. */
    @Test
    void shouldKeepManyRecordsOfAllLengths() throws IOException {
        final Random random = new Random(42);
        final LogBuilder log = new LogBuilder().header();
        for (int i = 0; i < 4_000; i++) {
            log.put("key-" + (10_000 + i), "v".repeat((int) Math.pow(2, random.nextDouble() * 16)), i);
        }
        log.put("key-2", "v".repeat(3 << 20), 1).put("key-3", "", 2);
        OwnedMap.assertLike(ModelJudge.judge(log.toBytes()).state(), load(log), "ascending");
        log.put("key-10007", "another", 3);
        OwnedMap.assertLike(ModelJudge.judge(log.toBytes()).state(), load(log), "rewritten");
    }

    /** The window of the scanner is 128 KiB: a record that is longer by a byte is not seen whole at once. */
    @Test
    void shouldKeepRecordsOfAboutTheLengthThatIsReadAtOnce() throws IOException {
        final int window = 1 << 17;
        for (int length = window - 30; length <= window + 10; length++) {
            final LogBuilder log = new LogBuilder().header().put("a", "v".repeat(length - 100), 1).put("b", "v".repeat(length), 2).put("c", "", 3);
            OwnedMap.assertLike(ModelJudge.judge(log.toBytes()).state(), load(log), "length " + length);
        }
    }

    @Test
    void shouldHandOutALongValueWhole() throws IOException {
        final byte[] value = new byte[(1 << 20) + 3];
        new Random(1).nextBytes(value);
        final Map<String, KvEntry> entries = load(new LogBuilder().header().put("a", value, new byte[] {1, 2, 3}).put("b", "small", 1)).entries();
        assertArrayEquals(value, entries.get("a").value());
        assertEquals(VersionToken.of(new byte[] {1, 2, 3}), entries.get("a").version());
        assertEquals("small", new String(entries.get("b").value(), StandardCharsets.UTF_8));
    }

    /** The first look-ups of all readers come at once: whoever does not see the others' work to its end misses keys. */
    @Test
    void shouldAnswerReadersThatBeginTogether() throws Exception {
        final LogBuilder log = new LogBuilder().header();
        IntStream.range(0, 20_000).forEach(i -> log.put("key/" + (100_000 + i), "value " + i, i));
        final ExecutorService readers = Executors.newFixedThreadPool(READERS);
        try {
            for (int round = 0; round < 20; round++) {
                final Snapshot snapshot = load(log);
                final CyclicBarrier begin = new CyclicBarrier(READERS);
                final List<Future<Integer>> missed = new ArrayList<>();
                for (int reader = 0; reader < READERS; reader++) {
                    final int first = reader * 2_500;
                    missed.add(readers.submit(() -> {
                        begin.await(10, TimeUnit.SECONDS);
                        return missed(snapshot, first);
                    }));
                }
                for (final Future<Integer> reader : missed) {
                    assertEquals(0, reader.get());
                }
            }
        } finally {
            readers.shutdownNow();
        }
    }

    private static int missed(final Snapshot snapshot, final int first) {
        int missed = 0;
        for (int i = 0; i < 20_000; i++) {
            final int number = (first + i) % 20_000;
            final KvEntry entry = snapshot.entries().get("key/" + (100_000 + number));
            missed += entry != null && entry.version().revision() == number ? 0 : 1;
        }
        return missed;
    }
}
