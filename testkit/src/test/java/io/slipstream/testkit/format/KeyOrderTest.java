package io.slipstream.testkit.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.slipstream.LogInspection;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.recovery.EngineState;
import io.slipstream.testkit.recovery.LogFile;
import io.slipstream.testkit.recovery.MemoryTempDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys are sorted as unsigned UTF-8 bytes, a prefix before what it is a prefix of. Source: docs/format.md, "Compact form". */
class KeyOrderTest {
    private static final String U_E000 = "\uE000";
    private static final String U_FFFF = "\uFFFF";
    private static final String U_10000 = "\uD800\uDC00";
    private static final String U_10FFFF = "\uDBFF\uDFFF";

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;
    private LogFile log;

    /** Keys in their order. */
    record Keys(String name, List<String> inOrder) {
        List<String> shuffled() {
            final List<String> shuffled = new ArrayList<>(inOrder);
            Collections.reverse(shuffled);
            Collections.swap(shuffled, 0, shuffled.size() / 2);
            return shuffled;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Keys> keys() {
        final String shared = "k".repeat(65_530);
        return Stream.of(
            new Keys("above and below the surrogates",
                List.of("", "a", "\u007F", "\u0080", "\u07FF", "\u0800", "\uD7FF", U_E000, "\uFFFD", U_FFFF, U_10000, "😀",
                    U_10FFFF)),
            new Keys("supplementary characters behind a shared prefix",
                List.of("key", "key" + U_E000, "key" + U_E000 + U_10000, "key" + U_FFFF, "key" + U_FFFF + U_10000,
                    "key" + U_10000, "key" + U_10000 + U_E000, "key" + U_10000 + U_10000)),
            new Keys("prefixes of one another",
                List.of("a", "aa", "aaa", "aaaaaaa", "aaaaaaaa", "aaaaaaaaa", "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaa", "b")),
            new Keys("zeros at the end",
                List.of("", "\0", "\0\0", "\0\0\0\0\0\0\0", "\0\0\0\0\0\0\0\0", "\0\0\0\0\0\0\0\0\0", "\0\1", "\1", "a", "a\0",
                    "a\0\0", "a\0\0\0\0\0\0", "a\0\0\0\0\0\0\0", "a\0\0\0\0\0\0\0\0", "a\0\0\0\0\0\0\0\1", "a\0b", "a\1")),
            new Keys("told apart by the last of 65,535 bytes",
                List.of(shared, shared + "\0", shared + "\0\0\0\0\0", shared + "\0\0\0\0b", shared + "a", shared + "aaaaa",
                    shared + "é")),
            new Keys("told apart by one byte on either side of eight",
                List.of("1234567", "1234567\0", "12345678", "12345678\0", "123456780", "12345679", "1234567é")));
    }

    @BeforeEach
    void createLogFile() throws IOException {
        log = LogFile.in(directory);
    }

    @Test
    void shouldNotBeTheOrderOfJavasStrings() {
        assertEquals(1, Integer.signum(U_E000.compareTo(U_10000)));
        assertEquals(List.of(U_E000, U_10000),
            new ModelState().put(Utf8.encode(U_10000), new byte[0], new byte[0])
                .put(Utf8.encode(U_E000), new byte[0], new byte[0]).keys());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keys")
    void shouldBeTheOrderInWhichAViewShowsTheEntries(final Keys keys) throws IOException {
        log.holds(written(keys.shuffled()));
        final List<String> shown = new ArrayList<>();
        try (SnapshotView view = SnapshotView.open(log.path())) {
            view.forEach(entry -> shown.add(Utf8.decode(EngineState.copy(entry.key()))));
        }
        assertEquals(keys.inOrder(), shown);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keys")
    void shouldBeTheOrderThatCompactionWrites(final Keys keys) throws IOException {
        try (SnapshotLog writer = SnapshotLog.open(log.path(), new SnapshotLog.Context().segmentLength(4096))) {
            for (final String key : keys.shuffled()) {
                writer.put(key, new byte[0], VersionToken.unknown());
            }
            writer.compact();
        }
        assertArrayEquals(written(keys.inOrder()).toBytes(), log.bytes());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keys")
    void shouldBeTheOrderThatALoadWrites(final Keys keys) throws IOException {
        log.holds(written(keys.shuffled()).raw((byte) 1));
        Snapshot.load(log.path());
        assertArrayEquals(written(keys.inOrder()).toBytes(), log.bytes());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keys")
    void shouldBeTheOrderThatACopyHas(final Keys keys) throws IOException {
        log.holds(written(keys.shuffled()));
        final LogFile copy = LogFile.in(Files.createDirectory(directory.resolve("copy")));
        try (SnapshotView view = SnapshotView.open(log.path())) {
            view.copyTo(copy.path());
        }
        assertArrayEquals(written(keys.inOrder()).toBytes(), copy.bytes());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keys")
    void shouldBeTheOrderThatTheDigestIsOf(final Keys keys) throws IOException {
        log.holds(written(keys.shuffled()));
        assertEquals(
            Hex.ofSha256(written(keys.inOrder()).toBytes()),
            LogInspection.of(log.path()).compactSha256());
    }

    private static LogBuilder written(final List<String> keys) {
        final LogBuilder file = new LogBuilder().header();
        keys.forEach(key -> file.put(key, new byte[0], new byte[0]));
        return file;
    }
}
