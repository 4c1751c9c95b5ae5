package io.slipstream.testkit.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.EntryView;
import io.slipstream.KvUpdate;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.recovery.LogFile;
import io.slipstream.testkit.recovery.MemoryTempDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What may be written and what is refused, at the exact edges: docs/format.md, "Limits". Whatever is refused is refused before
 * a byte of it is written.
 */
class LimitsTest {
    private static final int MAX_KEY_LENGTH = 65_535;
    private static final byte[] VALUE = Utf8.encode("value");
    private static final VersionToken VERSION = VersionToken.of(7);

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;
    private LogFile file;

    /** A key by what is special about it. */
    record Key(String name, String text) {
        byte[] bytes() {
            return Utf8.encode(text);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** A call on a writer. */
    @FunctionalInterface
    private interface Call {
        void on(SnapshotLog log) throws IOException;
    }

    /** Exactly 65,535 bytes of UTF-8. */
    static Stream<Key> longestKeys() {
        return Stream.of(
            new Key("1 byte a character", "k".repeat(65_535)),
            new Key("2 bytes a character, then 1", "é".repeat(32_767) + "k"),
            new Key("1 byte, then 2 bytes a character", "k" + "é".repeat(32_767)),
            new Key("3 bytes a character", "日".repeat(21_845)),
            new Key("4 bytes a character, then 3", "😀".repeat(16_383) + "日"),
            new Key("3 bytes, then 4 bytes a character", "日" + "😀".repeat(16_383)));
    }

    /** More than 65,535 bytes of UTF-8, most by a single byte. */
    static Stream<Key> tooLongKeys() {
        return Stream.of(
            new Key("1 byte a character", "k".repeat(65_536)),
            new Key("2 bytes a character", "é".repeat(32_768)),
            new Key("2 bytes across the edge", "k".repeat(65_534) + "é"),
            new Key("3 bytes a character, then 1", "日".repeat(21_845) + "k"),
            new Key("3 bytes across the edge", "k".repeat(65_533) + "日"),
            new Key("3 bytes across the edge by two", "k".repeat(65_534) + "日"),
            new Key("4 bytes a character", "😀".repeat(16_384)),
            new Key("4 bytes across the edge by one", "k".repeat(65_532) + "😀"),
            new Key("4 bytes across the edge by three", "k".repeat(65_534) + "😀"),
            new Key("a million bytes", "k".repeat(1_000_000)),
            new Key("fewer than 65,536 characters", "日".repeat(30_000)));
    }

    static Stream<Key> keysWithUnpairedSurrogates() {
        return Stream.of(
            new Key("a high one alone", "\uD800"),
            new Key("a low one alone", "\uDC00"),
            new Key("a high one at the end", "key\uDBFF"),
            new Key("a low one at the start", "\uDFFFkey"),
            new Key("a high one before a letter", "\uD83Dx"),
            new Key("two high ones", "\uD83D\uD83D\uDE00"),
            new Key("two low ones", "\uD83D\uDE00\uDE00"),
            new Key("the pair the wrong way round", "\uDE00\uD83D"),
            new Key("behind 65,535 bytes", "k".repeat(65_535) + "\uD800"),
            new Key("in the last three of 65,535 bytes", "k".repeat(65_532) + "\uD800"),
            new Key("in a key that is too long", "k".repeat(70_000) + "\uD800"));
    }

    @BeforeEach
    void createLogFile() throws IOException {
        file = LogFile.in(directory);
    }

    // ---- Keys that are long enough

    @ParameterizedTest(name = "{0}")
    @MethodSource("longestKeys")
    void shouldTakeAKeyOf65535Bytes(final Key key) throws IOException {
        assertEquals(MAX_KEY_LENGTH, key.bytes().length);
        try (SnapshotLog log = open()) {
            log.put(key.text(), VALUE, VERSION);
            log.delete(key.text(), VERSION);
            log.purge(key.text(), VERSION);
            log.append(new KvUpdate.Put(key.text(), VALUE, VERSION));
        }
        assertArrayEquals(allFour(key.bytes()), file.bytes());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("longestKeys")
    void shouldTakeAKeyOf65535BytesFromABuffer(final Key key) throws IOException {
        final UnsafeBuffer buffer = new UnsafeBuffer(key.bytes());
        try (SnapshotLog log = open()) {
            log.put(buffer, 0, MAX_KEY_LENGTH, new UnsafeBuffer(VALUE), 0, VALUE.length, 7);
            log.delete(buffer, 0, MAX_KEY_LENGTH, 7);
            log.purge(buffer, 0, MAX_KEY_LENGTH, 7);
            log.put(buffer, 0, MAX_KEY_LENGTH, new UnsafeBuffer(VALUE), 0, VALUE.length, 7);
        }
        assertArrayEquals(allFour(key.bytes()), file.bytes());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("longestKeys")
    void shouldReadAKeyOf65535BytesBack(final Key key) throws IOException {
        file.holds(new LogBuilder().header().put(key.bytes(), VALUE, Token.of(7)));

        assertEquals(Set.of(key.text()), Snapshot.load(file.path()).orElseThrow().entries().keySet());
        try (SnapshotView view = SnapshotView.open(file.path())) {
            assertEquals(key.text(), view.entry(key.text()).key());
            assertTrue(view.lookup(new UnsafeBuffer(key.bytes()), 0, MAX_KEY_LENGTH, new EntryView()));
        }
    }

    private static byte[] allFour(final byte[] key) {
        return new LogBuilder().header()
            .put(key, VALUE, Token.of(7)).delete(key, Token.of(7)).delete(key, Token.of(7)).put(key, VALUE, Token.of(7))
            .toBytes();
    }

    // ---- Keys that are too long

    @ParameterizedTest(name = "{0}")
    @MethodSource("tooLongKeys")
    void shouldRefuseAKeyOverTheLimitAndSayItsLength(final Key key) throws IOException {
        for (final Call call : callsWith(key.text())) {
            final String message = refusal(call);
            assertTrue(message.contains("key too long: length=" + key.bytes().length + " max=65535"), message);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tooLongKeys")
    void shouldRefuseAKeyOverTheLimitFromABuffer(final Key key) throws IOException {
        for (final Call call : callsWith(key.bytes())) {
            final String message = refusal(call);
            assertTrue(message.contains("key too long: length=" + key.bytes().length + " max=65535"), message);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tooLongKeys")
    void shouldFindNoKeyOverTheLimit(final Key key) throws IOException {
        file.holds(new LogBuilder().header()
            .put("k".repeat(MAX_KEY_LENGTH), VALUE, Token.of(7)).put("", VALUE, Token.of(7)));
        assertFindsNothing(key.text());
        assertFindsNothing(key.bytes());
    }

    // ---- Unpaired surrogates

    @ParameterizedTest(name = "{0}")
    @MethodSource("keysWithUnpairedSurrogates")
    void shouldRefuseAKeyWithAnUnpairedSurrogate(final Key key) throws IOException {
        for (final Call call : callsWith(key.text())) {
            final String message = refusal(call);
            assertTrue(message.contains("unpaired surrogate"), message);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keysWithUnpairedSurrogates")
    void shouldNotTakeAnUnpairedSurrogateForAQuestionMark(final Key key) throws IOException {
        final LogBuilder log = new LogBuilder().header();
        if (key.text().length() < MAX_KEY_LENGTH) {
            log.put(key.text().replaceAll("[\uD800-\uDFFF]", "?"), VALUE, Token.of(7));
        }
        file.holds(log.put("?", VALUE, Token.of(7)));
        assertFindsNothing(key.text());
    }

    // ---- What is no UTF-8

    @ParameterizedTest
    @ValueSource(strings = {
        "80", "bf", "c0", "c080", "c1bf", "c2", "c241", "df", "e0", "e080", "e08080", "e09fbf", "e0a0", "e1", "e180", "e18041",
        "eda080", "edbfbf", "f0808080", "f08fbfbf", "f09080", "f0908041", "f4908080", "f5808080", "f8888080", "fe", "ff", "6b80",
        "6bff6b", "6bc3", "e697a5e697", "eda0bdedb880", "6b6b6b6b6b6b6b6bff", "6b6b6b6b6b6b6b6b6b6b6b6b6b6b6bc3"})
    void shouldRefuseAKeyFromABufferThatIsNotUtf8(final String hex) throws IOException {
        assertFalse(Utf8.isValid(Hex.parse(hex)));
        for (final Call call : callsWith(Hex.parse(hex))) {
            final String message = refusal(call);
            assertTrue(message.contains("key is not UTF-8"), message);
        }
    }

    @Test
    void shouldJudgeEveryKeyOfUpToTwoBytesAsTheModelDoes() throws IOException {
        try (SnapshotLog log = open()) {
            final long before = log.length();
            IntStream.range(0, 0x1_0100).mapToObj(LimitsTest::shortKey).forEach(key -> {
                final UnsafeBuffer buffer = new UnsafeBuffer(key);
                if (Utf8.isValid(key)) {
                    log.delete(buffer, 0, key.length, 1);
                } else {
                    assertThrows(IllegalArgumentException.class, () -> log.delete(buffer, 0, key.length, 1), Hex.of(key));
                }
            });
            final long accepted = IntStream.range(0, 0x1_0100).mapToObj(LimitsTest::shortKey).filter(Utf8::isValid)
                .mapToLong(key -> 8 + key.length + 8).sum();
            assertEquals(before + accepted, log.length());
        }
    }

    private static byte[] shortKey(final int number) {
        return number < 0x100
            ? new byte[] {(byte) number}
            : new byte[] {(byte) (number - 0x100 >> 8), (byte) (number - 0x100)};
    }

    // ---- Ranges outside a buffer

    @ParameterizedTest
    @ValueSource(strings = {"-1 1", "0 -1", "0 4", "3 1", "4 0", "2147483647 1"})
    void shouldRefuseARangeOutsideTheBuffer(final String range) throws IOException {
        final int offset = Integer.parseInt(range.split(" ")[0]);
        final int length = Integer.parseInt(range.split(" ")[1]);
        final UnsafeBuffer three = new UnsafeBuffer(new byte[] {'k', 'k', 'k'});
        final List<Call> calls = List.of(
            log -> log.put(three, offset, length, three, 0, 3, 1),
            log -> log.put(three, 0, 3, three, offset, length, 1),
            log -> log.delete(three, offset, length, 1),
            log -> log.purge(three, offset, length, 1));
        for (final Call call : calls) {
            assertWritesNothing(IndexOutOfBoundsException.class, call);
        }
    }

    @Test
    void shouldTakeAnEmptyRangeAtTheEndOfABuffer() throws IOException {
        final UnsafeBuffer three = new UnsafeBuffer(new byte[] {'k', 'k', 'k'});
        try (SnapshotLog log = open()) {
            log.put(three, 3, 0, three, 3, 0, 1);
        }
        assertArrayEquals(new LogBuilder().header().put("", "", 1).toBytes(), file.bytes());
    }

    // ---- Records

    @Test
    void shouldRefuseARecordThatFitsNoMapping() throws IOException {
        // The buffer says it is that long; nobody gets to read it.
        final UnsafeBuffer endless = new UnsafeBuffer(1L, Integer.MAX_VALUE);
        final int tooLong = Integer.MAX_VALUE - 4095 - 20;
        final UnsafeBuffer key = new UnsafeBuffer(new byte[] {'k'});
        for (final int valueLength : new int[] {tooLong, Integer.MAX_VALUE}) {
            final String message = refusal(log -> log.put(key, 0, 1, endless, 0, valueLength, 1));
            assertTrue(message.contains("record too long: length=" + (valueLength + 21L) + " max=2147479552"), message);
        }
    }

    // ---- Values and tokens

    @Test
    void shouldKeepAnEmptyValueUnderAnEmptyKey() throws IOException {
        try (SnapshotLog log = open()) {
            log.put("", new byte[0], VersionToken.unknown());
        }
        assertArrayEquals(new LogBuilder().header().put("", new byte[0], Token.none()).toBytes(), file.bytes());
        try (SnapshotView view = SnapshotView.open(file.path())) {
            assertEquals(0, view.entry("").value().length);
            assertEquals(VersionToken.unknown(), view.entry("").version());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void shouldTakeATokenOfUpToTenBytes(final int length) throws IOException {
        final byte[] token = new byte[length];
        Arrays.fill(token, (byte) 0xFE);
        try (SnapshotLog log = open()) {
            log.put("k", VALUE, VersionToken.of(token));
            log.delete("k", VersionToken.ofHex(Hex.of(token)));
            log.checkpoint(WatchCursor.of(token));
            log.checkpoint(WatchCursor.ofHex(Hex.of(token)));
        }
        assertArrayEquals(
            new LogBuilder().header().put("k", VALUE, token).delete(Utf8.encode("k"), token).cursor(token).cursor(token)
                .toBytes(),
            file.bytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {11, 12, 255, 256})
    void shouldRefuseATokenOverTenBytes(final int length) {
        final byte[] token = new byte[length];
        final String hex = Hex.of(token);
        final String expected = "token too long: length=" + length + " max=10";

        assertEquals(expected, assertThrows(IllegalArgumentException.class, () -> VersionToken.of(token)).getMessage());
        assertEquals(expected, assertThrows(IllegalArgumentException.class, () -> WatchCursor.of(token)).getMessage());
        assertEquals(expected, assertThrows(IllegalArgumentException.class, () -> VersionToken.ofHex(hex)).getMessage());
        assertEquals(expected, assertThrows(IllegalArgumentException.class, () -> WatchCursor.ofHex(hex)).getMessage());
    }

    // ---- Nothing is written

    private String refusal(final Call call) throws IOException {
        return assertWritesNothing(IllegalArgumentException.class, call).getMessage();
    }

    /** The refused call leaves the live file as it was, byte for byte, and the log takes the next call. */
    private <T extends Throwable> T assertWritesNothing(final Class<T> type, final Call call) throws IOException {
        final T refusal;
        try (SnapshotLog log = open()) {
            log.put("before", VALUE, VERSION);
            final long length = log.length();
            final byte[] before = file.bytes();

            refusal = assertThrows(type, () -> call.on(log));

            assertArrayEquals(before, file.bytes());
            assertEquals(length, log.length());
            log.delete("before", VERSION);
        }
        assertArrayEquals(
            new LogBuilder().header().put("before", "value", 7).delete("before", 7).toBytes(), file.bytes());
        Files.delete(file.path());
        return refusal;
    }

    private void assertFindsNothing(final String key) throws IOException {
        try (SnapshotView view = SnapshotView.open(file.path())) {
            assertNull(view.entry(key));
            assertFalse(view.lookup(key, new EntryView()));
        }
    }

    private void assertFindsNothing(final byte[] key) throws IOException {
        try (SnapshotView view = SnapshotView.open(file.path())) {
            assertFalse(view.lookup(new UnsafeBuffer(key), 0, key.length, new EntryView()));
        }
    }

    private static List<Call> callsWith(final String key) {
        return List.of(
            log -> log.put(key, VALUE, VERSION),
            log -> log.delete(key, VERSION),
            log -> log.purge(key, VERSION),
            log -> log.append(new KvUpdate.Put(key, VALUE, VERSION)),
            log -> log.append(new KvUpdate.Delete(key, VERSION)),
            log -> log.append(new KvUpdate.Purge(key, VERSION)));
    }

    private static List<Call> callsWith(final byte[] key) {
        final UnsafeBuffer buffer = new UnsafeBuffer(key);
        return List.of(
            log -> log.put(buffer, 0, key.length, new UnsafeBuffer(VALUE), 0, VALUE.length, 7),
            log -> log.delete(buffer, 0, key.length, 7),
            log -> log.purge(buffer, 0, key.length, 7));
    }

    private SnapshotLog open() throws IOException {
        return SnapshotLog.open(file.path(), new SnapshotLog.Context().segmentLength(4096));
    }
}
