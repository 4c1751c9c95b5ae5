package io.slipstream.testkit.planted;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.MappedRegion;
import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.planted.FenceLog.Store;
import io.slipstream.testkit.recovery.MemoryTempDir;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commit order of docs/recovery.md, on an engine whose fences can be seen. What may be in the file when the process dies in the middle of an
 * append: all stores before the last fence, and any of those behind it, for what no fence divides may be done in any order. Whatever it is, the
 * model must find the records before, and row 1 or 8 behind them, or the record whole.
 *
 * <p>Its name keeps it from being run on an ordinary engine, which tells of no fence: {@link CommitOrderTest} and {@link PlantedBugsTest} run it.
 */
class CommitOrderCheck {
    private static final int SEGMENT_LENGTH = 4096;
    private static final int MAX_PIECES = 11;
    private static final int MAX_CUTS = 4;

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;
    private Path path;
    private SnapshotLog log;
    private byte[] committed;
    private final List<ModelUpdate> issued = new ArrayList<>();
    private int states;

    /** A call on a writer. */
    @FunctionalInterface
    private interface Append {
        void to(SnapshotLog log) throws IOException;
    }

    @BeforeEach
    void open() throws IOException {
        path = directory.toRealPath().resolve("kv.log");
        log = SnapshotLog.open(path, new SnapshotLog.Context().storage(recording(FileStorage.INSTANCE)).segmentLength(SEGMENT_LENGTH));
        committed = Files.readAllBytes(path);
        FenceLog.take();
    }

    @AfterEach
    void close() throws IOException {
        log.close();
        FenceLog.take();
    }

    @Test
    void shouldLeaveAnUncommittedPut() throws IOException {
        assertSafe(put("key", "value", Token.of(7)));
        assertSafe(put("", "", Token.none()));
        assertSafe(put("k".repeat(300), "v".repeat(500), new byte[] {9, 8, 7, 6, 5, 4, 3, 2, 1, 9}));
        assertSafe(put("\0\0\0\0\0\0", "\1", new byte[] {1}));
        assertSafe(put("key", "\0\0\0\0\0\0\0\0\0\0\0\0\0x", Token.of(-1)));
        assertStates(80);
    }

    @Test
    void shouldLeaveAnUncommittedPutFromBuffers() throws IOException {
        final UnsafeBuffer key = new UnsafeBuffer(Utf8.encode("a key"));
        final UnsafeBuffer value = new UnsafeBuffer(Utf8.encode("a value in a buffer"));
        assertSafe(
            target -> target.put(key, 2, 3, value, 2, 17, 5),
            new ModelUpdate.Put(Utf8.encode("key"), Utf8.encode("value in a buffer"), Token.of(5)));
        assertStates(15);
    }

    /** Records of every length from the shortest to beyond the longest that is built apart, so that each follows a shorter and a longer one. */
    @Test
    void shouldLeaveAnUncommittedPutFromBuffersOfAnyLength() throws IOException {
        final byte[] longValue = Utf8.encode("v".repeat(300));
        for (int i = 0; i < 300; i += 12) {
            final int valueLength = i % 24 == 0 ? i : 300 - i;
            final int keyLength = i % 40;
            final UnsafeBuffer key = new UnsafeBuffer(Utf8.encode("k".repeat(keyLength)));
            final UnsafeBuffer value = new UnsafeBuffer(longValue);
            assertSafe(
                target -> target.put(key, 0, keyLength, value, 0, valueLength, 6),
                new ModelUpdate.Put(key.byteArray(), Arrays.copyOf(longValue, valueLength), Token.of(6)));
        }
        assertStates(300);
    }

    @Test
    void shouldLeaveAnUncommittedDelete() throws IOException {
        assertSafe(delete("key", Token.of(8)));
        assertSafe(delete("", Token.none()));
        assertSafe(delete("k".repeat(300), new byte[] {1, 2, 3}));
        assertStates(30);
    }

    @Test
    void shouldLeaveAnUncommittedCursor() throws IOException {
        assertSafe(cursor(Token.of(9)));
        assertSafe(cursor(Token.none()));
        assertSafe(cursor(new byte[] {9, 8, 7, 6, 5, 4, 3, 2, 1, 9}));
        assertStates(20);
    }

    @Test
    void shouldLeaveAnUncommittedRecordWhereTheLogGrowsForIt() throws IOException {
        for (int i = 0; i < 14; i++) {
            assertSafe(put("key-" + i, "v".repeat(700 + 13 * i), Token.of(i)));
            assertSafe(cursor(Token.of(i)));
        }
        assertTrue(log.stats().growths() > 0, "the log did not grow");
        assertStates(200);
    }

    @Test
    void shouldLeaveAnUncommittedRecordThatIsWrittenInPieces() throws IOException {
        final byte[] value = new byte[3 * (1 << 16) + 100];
        Arrays.fill(value, (byte) 'v');
        assertSafe(put("before", "1", Token.of(1)));
        assertSafe(
            target -> target.put("key", value, VersionToken.of(2)),
            new ModelUpdate.Put(Utf8.encode("key"), value, Token.of(2)));
        assertSafe(put("behind", "3", Token.of(3)));
        assertStates(60);
    }

    /** The caller's buffer fails half way: what was stored of its record is taken back, and is none at any moment of that. */
    @Test
    void shouldLeaveNothingOfARecordThatCouldNotBeRead() throws IOException {
        final int valueLength = 3 * (1 << 16);
        final UnsafeBuffer key = new UnsafeBuffer(Utf8.encode("a longer key"));
        assertSafe(put("before", "1", Token.of(1)));
        final long before = log.length();
        assertSafe(target -> assertThrows(FailingBuffer.Failure.class,
            () -> target.put(key, 0, key.capacity(), new FailingBuffer(valueLength), 0, valueLength, 2)));
        assertEquals(before, log.length());
        assertSafe(put("behind", "3", Token.of(3)));
        assertStates(30);
    }

    /** Nothing divides two calls but what the engine does: the next record must not begin before the crc of this one is stored. */
    @Test
    void shouldNotBeginARecordBeforeTheOneBeforeIsCommitted() throws IOException {
        final Appended first = put("key", "value", Token.of(1));
        final Appended second = delete("key", Token.of(2));
        final Appended third = cursor(Token.of(3));
        assertSafe(target -> {
            first.append().to(target);
            second.append().to(target);
            third.append().to(target);
        }, first.update(), second.update(), third.update());
        assertStates(40);
    }

    private static Appended put(final String key, final String value, final byte[] token) {
        return new Appended(log -> log.put(key, Utf8.encode(value), VersionToken.of(token)),
            new ModelUpdate.Put(Utf8.encode(key), Utf8.encode(value), token));
    }

    private static Appended delete(final String key, final byte[] token) {
        return new Appended(log -> log.delete(key, VersionToken.of(token)), new ModelUpdate.Delete(Utf8.encode(key), token));
    }

    private static Appended cursor(final byte[] token) {
        return new Appended(log -> log.checkpoint(WatchCursor.of(token)), new ModelUpdate.Checkpoint(token));
    }

    private record Appended(Append append, ModelUpdate update) {
    }

    private void assertSafe(final Appended appended) throws IOException {
        assertSafe(appended.append(), appended.update());
    }

    /** Appends these updates, and judges everything that may be in the file if the process dies meanwhile. */
    private void assertSafe(final Append append, final ModelUpdate... updates) throws IOException {
        append.to(log);
        final List<List<Store>> groups = FenceLog.take();
        final byte[] after = Files.readAllBytes(path);
        // The log grows by zeros before anything is stored.
        committed = Arrays.copyOf(committed, after.length);
        for (final List<Store> group : groups) {
            judgeEveryState(pieces(group), updates.length);
        }
        assertArrayEquals(after, committed, "a store was not seen");
        issued.addAll(List.of(updates));
        final ModelVerdict verdict = ModelJudge.judge(committed);
        assertEquals(issued, verdict.updates(), verdict::toString);
    }

    private void judgeEveryState(final List<Store> stores, final int updates) {
        for (int subset = 0; subset < 1 << stores.size(); subset++) {
            final byte[] image = committed.clone();
            for (int i = 0; i < stores.size(); i++) {
                if ((subset & 1 << i) != 0) {
                    apply(stores.get(i), image);
                }
            }
            judge(image, updates, stores, subset);
        }
        stores.forEach(store -> apply(store, committed));
    }

    private void judge(final byte[] image, final int updates, final List<Store> stores, final int subset) {
        final ModelVerdict verdict = ModelJudge.judge(image);
        final int more = verdict.records() - issued.size();
        final boolean isSafe = !verdict.isError() && more >= 0
            && (more <= updates && verdict.row() == 1 || more < Math.max(1, updates) && verdict.row() == 8);
        assertTrue(isSafe, () -> "killed with stores " + Integer.toBinaryString(subset) + " of " + describe(stores) + ": " + verdict);
        states++;
    }

    private static String describe(final List<Store> stores) {
        return stores.stream().map(store -> store.position() + "+" + store.bytes().length).toList().toString();
    }

    private static void apply(final Store store, final byte[] image) {
        System.arraycopy(store.bytes(), 0, image, (int) store.position(), store.bytes().length);
    }

    // A copy may be done in pieces; a number is stored at once.
    private static List<Store> pieces(final List<Store> group) {
        for (int cuts = MAX_CUTS; cuts > 1; cuts--) {
            final int wanted = cuts;
            final List<Store> pieces = group.stream().flatMap(store -> cut(store, wanted).stream()).toList();
            if (pieces.size() <= MAX_PIECES) {
                return pieces;
            }
        }
        assertTrue(group.size() <= MAX_PIECES, () -> "too many stores without a fence: " + describe(group));
        return group;
    }

    private static List<Store> cut(final Store store, final int cuts) {
        final int length = store.bytes().length;
        if (length <= Long.BYTES) {
            return List.of(store);
        }
        final List<Store> pieces = new ArrayList<>();
        for (int i = 0; i < cuts; i++) {
            final int from = length * i / cuts;
            pieces.add(new Store(store.position() + from, Arrays.copyOfRange(store.bytes(), from, length * (i + 1) / cuts)));
        }
        return pieces;
    }

    private void assertStates(final int atLeast) {
        assertTrue(FenceLog.fences() > 0, "the engine tells of no fence");
        assertTrue(states >= atLeast, "states=" + states);
        System.out.println("states=" + states);
    }

    // ---- The file whose stores are seen

    private static Storage recording(final Storage disk) {
        return proxy(Storage.class, disk, "openForWrite", "create");
    }

    // Hands everything on; the results of some methods are proxies again, and a mapping is one that records.
    private static <T> T proxy(final Class<T> type, final T target, final String... wrapped) {
        return type.cast(Proxy.newProxyInstance(CommitOrderCheck.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            try {
                final Object result = method.invoke(target, args);
                if (result instanceof StorageFile file && Arrays.asList(wrapped).contains(method.getName())) {
                    return proxy(StorageFile.class, file);
                }
                return result instanceof MappedRegion region && args[2].equals(true) ? new RecordingRegion(region) : result;
            } catch (final InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    private static final class RecordingRegion implements MappedRegion {
        private final MappedRegion region;
        private final RecordingBuffer buffer;

        RecordingRegion(final MappedRegion region) {
            this.region = region;
            this.buffer = new RecordingBuffer(region);
        }

        @Override
        public long position() {
            return region.position();
        }

        @Override
        public UnsafeBuffer buffer() {
            return buffer;
        }

        @Override
        public void force(final int offset, final int length) throws IOException {
            region.force(offset, length);
        }

        @Override
        public void release() {
            region.release();
        }
    }

    /** Knows the stores that an appender makes; that another kind went by is seen at the end of every append. */
    private static final class RecordingBuffer extends UnsafeBuffer {
        private final long position;

        RecordingBuffer(final MappedRegion region) {
            super(region.buffer());
            this.position = region.position();
        }

        private void stored(final int index, final int length) {
            final byte[] bytes = new byte[length];
            getBytes(index, bytes);
            FenceLog.stored(position + index, bytes);
        }

        // The byte that is there already changes nothing, and a fresh segment gets one for each of its pages.
        @Override
        public void putByte(final int index, final byte value) {
            if (value != getByte(index)) {
                super.putByte(index, value);
                stored(index, Byte.BYTES);
            }
        }

        @Override
        public void putShort(final int index, final short value, final ByteOrder byteOrder) {
            super.putShort(index, value, byteOrder);
            stored(index, Short.BYTES);
        }

        @Override
        public void putInt(final int index, final int value, final ByteOrder byteOrder) {
            super.putInt(index, value, byteOrder);
            stored(index, Integer.BYTES);
        }

        @Override
        public void putBytes(final int index, final byte[] source, final int offset, final int length) {
            super.putBytes(index, source, offset, length);
            stored(index, length);
        }

        @Override
        public void putBytes(final int index, final DirectBuffer source, final int sourceIndex, final int length) {
            super.putBytes(index, source, sourceIndex, length);
            stored(index, length);
        }

        @Override
        public void setMemory(final int index, final int length, final byte value) {
            super.setMemory(index, length, value);
            stored(index, length);
        }
    }

    /** A value of which only the beginning can be read. */
    private static final class FailingBuffer extends UnsafeBuffer {
        /** It could not. */
        static final class Failure extends RuntimeException {
            private static final long serialVersionUID = 1L;
        }

        FailingBuffer(final int length) {
            super(new byte[length]);
            setMemory(0, length, (byte) 'v');
        }

        @Override
        public void getBytes(final int index, final byte[] target, final int offset, final int length) {
            if (index > 0) {
                throw new Failure();
            }
            super.getBytes(index, target, offset, length);
        }

        @Override
        public void getBytes(final int index, final MutableDirectBuffer target, final int offset, final int length) {
            throw new Failure();
        }
    }
}
