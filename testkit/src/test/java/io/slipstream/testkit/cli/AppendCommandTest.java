package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.slipstream.LogInspection;
import io.slipstream.SnapshotLog;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelLog;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AppendCommandTest {
    private static final String MAX_NUMBER = "18446744073709551615";

    @TempDir
    private Path directory;
    private Path log;

    @BeforeEach
    void nameTheLog() {
        log = directory.resolve("kv.pgss");
    }

    private void append(final String... lines) {
        Cli.runWith(String.join("\n", lines) + "\n", "append", log).isDone().printedNothing();
    }

    private void assertLog(final LogBuilder expected) throws IOException {
        assertArrayEquals(expected.toBytes(), Files.readAllBytes(log));
    }

    private static LogBuilder logOf() {
        return new LogBuilder().header();
    }

    @Test
    void shouldAppendEveryKindOfUpdate() throws IOException {
        append(
            "{\"op\":\"put\",\"key\":\"k\",\"value\":\"text\",\"version\":7}",
            "{\"op\":\"delete\",\"key\":\"k\",\"version\":8}",
            "{\"op\":\"purge\",\"key\":\"p\",\"version\":9}",
            "{\"op\":\"checkpoint\",\"cursor\":10}");
        assertLog(logOf().put("k", "text", 7).delete("k", 8).delete("p", 9).cursor(10));
    }

    @Test
    void shouldTakeBytesAsBase64AndTokensAsHex() throws IOException {
        append(
            "{\"op\":\"put\",\"key\":\"k\",\"value_b64\":\"AAH/\",\"version_hex\":\"00010203040506070809\"}",
            "{\"op\":\"delete\",\"key\":\"k\",\"version_hex\":\"Ff\"}",
            "{\"op\":\"checkpoint\",\"cursor_hex\":\"0a\"}");
        assertLog(logOf()
            .put("k", new byte[] {0, 1, -1}, Hex.parse("00010203040506070809"))
            .delete(Utf8.encode("k"), Hex.parse("ff"))
            .cursor(Hex.parse("0a")));
    }

    @Test
    void shouldTakeAbsentTokensAsEmpty() throws IOException {
        append(
            "{\"op\":\"put\",\"key\":\"k\",\"value\":\"\"}",
            "{\"op\":\"delete\",\"key\":\"k\"}",
            "{\"op\":\"checkpoint\"}");
        assertLog(logOf().put("k", new byte[0], Token.none()).delete(Utf8.encode("k"), Token.none()).cursor(Token.none()));
    }

    @Test
    void shouldTakeNumbersUpToTheLargestUnsignedOne() throws IOException {
        append(
            "{\"op\":\"put\",\"key\":\"k\",\"value\":\"v\",\"version\":" + MAX_NUMBER + "}",
            "{\"op\":\"checkpoint\",\"cursor\":0}",
            "{\"op\":\"checkpoint\",\"cursor\":" + MAX_NUMBER + "}");
        assertLog(logOf().put("k", "v", -1).cursor(0).cursor(-1));
    }

    @Test
    void shouldTakeFieldsInAnyOrderAndSpacesAnywhere() throws IOException {
        append(" \t{ \"version\" : 1 , \"value\" : \"v\" , \"key\" : \"k\" , \"op\" : \"put\" } \r");
        assertLog(logOf().put("k", "v", 1));
    }

    @Test
    void shouldTakeAnEmptyKey() throws IOException {
        append("{\"op\":\"put\",\"key\":\"\",\"value\":\"v\",\"version\":1}");
        assertLog(logOf().put("", "v", 1));
    }

    @Test
    void shouldTakeKeysOutsideAsciiAsTheyAreAndEscaped() throws IOException {
        append(
            "{\"op\":\"put\",\"key\":\"ключ\uD83D\uDE00\",\"value\":\"знач\",\"version\":1}",
            "{\"op\":\"put\",\"key\":\"\\uD83D\\uDE00\\u0000\\n\",\"value\":\"\\u20ac\",\"version\":2}");
        assertLog(logOf().put("ключ\uD83D\uDE00", "знач", 1).put("\uD83D\uDE00\0\n", "\u20ac", 2));
    }

    @Test
    void shouldSkipBlankLinesAndTakeALastLineWithoutEnd() throws IOException {
        Cli.runWith("\n \t\r\n{\"op\":\"checkpoint\",\"cursor\":1}\n\n{\"op\":\"checkpoint\",\"cursor\":2}", "append", log).isDone();
        assertLog(logOf().cursor(1).cursor(2));
    }

    @Test
    void shouldCreateALogFromNoUpdates() throws IOException {
        Cli.run("append", log).isDone();
        assertLog(logOf());
    }

    @Test
    void shouldContinueALog() throws IOException {
        append("{\"op\":\"checkpoint\",\"cursor\":1}");
        append("{\"op\":\"checkpoint\",\"cursor\":2}");
        assertLog(logOf().cursor(1).cursor(2));
    }

    @Test
    void shouldCutATornTailOff() throws IOException {
        final byte[] whole = logOf().put("a", "1", 1).put("b", "2", 2).toBytes();
        Files.write(log, Damage.cutAt(whole, whole.length - 1));
        append("{\"op\":\"checkpoint\",\"cursor\":1}");
        assertLog(logOf().put("a", "1", 1).cursor(1));
    }

    @Test
    void shouldReadUpdatesFromAFile() throws IOException {
        final Path updates = directory.resolve("updates.jsonl");
        Files.writeString(updates, "{\"op\":\"checkpoint\",\"cursor\":1}\n");
        Cli.runWith("not read", "append", log, "--input", updates).isDone();
        assertLog(logOf().cursor(1));
    }

    @Test
    void shouldTakeALineOfTensOfMegabytes() throws IOException {
        final byte[] value = new byte[15 << 20];
        value[value.length - 1] = 1;
        append(
            "{\"op\":\"put\",\"key\":\"small\",\"value\":\"v\",\"version\":1}",
            "{\"op\":\"put\",\"key\":\"big\",\"value_b64\":\"" + Base64.getEncoder().encodeToString(value) + "\",\"version\":2}",
            "{\"op\":\"delete\",\"key\":\"small\",\"version\":3}");
        assertLog(logOf().put("small", "v", 1).put("big", value, Token.of(2)).delete("small", 3));
    }

    @Test
    void shouldSplitLinesWhereverReadsEnd() throws IOException {
        final byte[] input = "{\"op\":\"checkpoint\",\"cursor\":1}\n\n{\"op\":\"checkpoint\",\"cursor\":2}\n".getBytes(StandardCharsets.UTF_8);
        Cli.runWith(new InputStream() {
            private int next;

            @Override
            public int read() {
                return next == input.length ? -1 : input[next++];
            }

            @Override
            public int read(final byte[] target, final int offset, final int length) {
                final int b = read();
                if (b < 0) {
                    return -1;
                }
                target[offset] = (byte) b;
                return 1;
            }
        }, "append", log).isDone();
        assertLog(logOf().cursor(1).cursor(2));
    }

    /** What asks for more looks first: every line before must be in the log by then. */
    @Test
    void shouldAppendEachLineBeforeItWaitsForTheNext() {
        Cli.runWith(new InputStream() {
            private long given;

            @Override
            public int read() {
                throw new AssertionError("reads byte by byte");
            }

            @Override
            public int read(final byte[] target, final int offset, final int length) {
                if (given > 0) {
                    assertEquals(given, LogInspection.of(log).records());
                }
                if (given == 3) {
                    return -1;
                }
                given++;
                final byte[] line = ("{\"op\":\"checkpoint\",\"cursor\":" + given + "}\n").getBytes(StandardCharsets.UTF_8);
                System.arraycopy(line, 0, target, offset, line.length);
                return line.length;
            }
        }, "append", log).isDone();
        assertEquals(3, LogInspection.of(log).records());
    }

    @Test
    void shouldCompactWhenACheckpointSaysItIsDue() throws IOException {
        final int threshold = 200;
        final ModelLog model = ModelLog.create(threshold);
        final StringBuilder lines = new StringBuilder();
        int compactions = 0;
        for (int i = 1; i <= 30; i++) {
            lines.append("{\"op\":\"put\",\"key\":\"k\",\"value\":\"v\",\"version\":").append(i).append("}\n");
            lines.append("{\"op\":\"checkpoint\",\"cursor\":").append(i).append("}\n");
            model.put(Utf8.encode("k"), Utf8.encode("v"), Token.of(i));
            if (model.checkpoint(Token.of(i))) {
                model.compact();
                compactions++;
            }
        }
        Cli.runWith(lines.toString(), "append", log, "--compact-threshold", threshold).isDone();
        assertEquals(5, compactions);
        assertArrayEquals(model.toBytes(), Files.readAllBytes(log));
    }

    @Test
    void shouldNotCompactBelowTheDefaultThreshold() throws IOException {
        append("{\"op\":\"checkpoint\",\"cursor\":1}", "{\"op\":\"checkpoint\",\"cursor\":2}");
        assertLog(logOf().cursor(1).cursor(2));
    }

    @Test
    void shouldForceAndCompactWhenALineSaysSo() throws IOException {
        append(
            "{\"op\":\"put\",\"key\":\"k\",\"value\":\"1\",\"version\":1}",
            "{\"op\":\"force\"}",
            "{\"op\":\"put\",\"key\":\"k\",\"value\":\"2\",\"version\":2}",
            "{\"op\":\"compact\"}",
            "{\"op\":\"checkpoint\",\"cursor\":2}");
        assertLog(logOf().put("k", "2", 2).cursor(2));
    }

    @Test
    void shouldGrowBySegmentsOfTheGivenSizeHoweverManyLinesCome() throws IOException {
        final StringBuilder lines = new StringBuilder();
        final LogBuilder expected = logOf();
        for (int i = 0; i < 5_000; i++) {
            lines.append("{\"op\":\"put\",\"key\":\"key-").append(i).append("\",\"value\":\"v\",\"version\":").append(i).append("}\n");
            expected.put("key-" + i, "v", i);
        }
        Cli.runWith(lines.toString(), "append", log, "--segment-size=4096").isDone();
        assertLog(expected);
    }

    static Stream<Arguments> badLines() {
        return Stream.of(
            bad("not JSON", "not a JSON object"),
            bad("{", "not a JSON object"),
            bad("{\"op\":\"put\",\"key\":\"k", "bad JSON"),
            bad("[]", "not a JSON object"),
            bad("7", "not a JSON object"),
            bad("{}", "op is missing"),
            bad("{\"op\":\"checkpoint\"", "bad JSON"),
            bad("{\"op\":\"checkpoint\"}}", "bad JSON"),
            bad("{\"op\":\"checkpoint\"} {}", "something follows"),
            bad("{\"op\":\"checkpoint\"} x", "bad JSON"),
            bad("{\"op\":\"checkpoint\",}", "bad JSON"),
            bad("{'op':'checkpoint'}", "bad JSON"),
            bad("{\"op\":\"checkpoint\"} // all", "bad JSON"),
            bad("{\"op\":\"checkpoint\",\"op\":\"checkpoint\"}", "given twice: op"),
            bad("{\"op\":\"checkpoint\",\"cursor\":1,\"cursor\":1}", "given twice: cursor"),
            bad("{\"op\":\"checkpoint\",\"Cursor\":1}", "unknown field: Cursor"),
            bad("{\"op\":\"put\",\"key\":\"k\",\"value\":\"v\",\"ttl\":{\"a\":[1]}}", "unknown field: ttl"),
            bad("{\"op\":\"PUT\",\"key\":\"k\",\"value\":\"v\"}", "unknown op: PUT"),
            bad("{\"op\":\"\"}", "unknown op"),
            bad("{\"op\":null}", "op must be a string"),
            bad("{\"op\":[\"put\"]}", "op must be a string"),
            bad("{\"op\":\"put\",\"value\":\"v\"}", "key is missing"),
            bad("{\"op\":\"delete\"}", "key is missing"),
            bad("{\"op\":\"purge\",\"version\":1}", "key is missing"),
            bad("{\"op\":\"put\",\"key\":\"k\"}", "value or value_b64 is missing"),
            bad("{\"op\":\"put\",\"key\":7,\"value\":\"v\"}", "key must be a string"),
            bad("{\"op\":\"put\",\"key\":null,\"value\":\"v\"}", "key must be a string"),
            bad("{\"op\":\"put\",\"key\":\"k\",\"value\":7}", "value must be a string"),
            bad("{\"op\":\"put\",\"key\":\"k\",\"value\":null}", "value must be a string"),
            bad("{\"op\":\"put\",\"key\":\"k\",\"value\":{\"a\":1}}", "value must be a string"),
            bad("{\"op\":\"put\",\"key\":\"k\",\"value\":\"v\",\"value_b64\":\"\"}", "value and value_b64 exclude each other"),
            bad("{\"op\":\"put\",\"key\":\"k\",\"value\":\"v\",\"version\":1,\"version_hex\":\"\"}", "version and version_hex exclude each other"),
            bad("{\"op\":\"checkpoint\",\"cursor\":1,\"cursor_hex\":\"\"}", "cursor and cursor_hex exclude each other"),
            bad("{\"op\":\"delete\",\"key\":\"k\",\"value\":\"v\"}", "value does not belong to op delete"),
            bad("{\"op\":\"purge\",\"key\":\"k\",\"value_b64\":\"\"}", "value_b64 does not belong to op purge"),
            bad("{\"op\":\"put\",\"key\":\"k\",\"value\":\"v\",\"cursor\":1}", "cursor does not belong to op put"),
            bad("{\"op\":\"checkpoint\",\"key\":\"k\"}", "key does not belong to op checkpoint"),
            bad("{\"op\":\"force\",\"cursor\":1}", "cursor does not belong to op force"),
            bad("{\"op\":\"compact\",\"version\":1}", "version does not belong to op compact"),
            bad("{\"op\":\"checkpoint\",\"cursor\":-1}", "cursor must be a whole number"),
            bad("{\"op\":\"checkpoint\",\"cursor\":-0}", "cursor must be a whole number"),
            bad("{\"op\":\"checkpoint\",\"cursor\":1.0}", "cursor must be a whole number"),
            bad("{\"op\":\"checkpoint\",\"cursor\":1e3}", "cursor must be a whole number"),
            bad("{\"op\":\"checkpoint\",\"cursor\":\"1\"}", "cursor must be a whole number"),
            bad("{\"op\":\"checkpoint\",\"cursor\":null}", "cursor must be a whole number"),
            bad("{\"op\":\"checkpoint\",\"cursor\":true}", "cursor must be a whole number"),
            bad("{\"op\":\"checkpoint\",\"cursor\":01}", "bad JSON"),
            bad("{\"op\":\"checkpoint\",\"cursor\":18446744073709551616}", "cursor out of range"),
            bad("{\"op\":\"checkpoint\",\"cursor\":" + "9".repeat(2_000) + "}", "bad JSON"),
            bad("{\"op\":\"checkpoint\",\"cursor_hex\":\"0\"}", "cursor_hex: "),
            bad("{\"op\":\"checkpoint\",\"cursor_hex\":\"0g\"}", "cursor_hex: "),
            bad("{\"op\":\"checkpoint\",\"cursor_hex\":\"" + "00".repeat(11) + "\"}", "cursor_hex: token too long: length=11 max=10"),
            bad("{\"op\":\"checkpoint\",\"cursor_hex\":7}", "cursor_hex must be a string"),
            bad("{\"op\":\"delete\",\"key\":\"k\",\"version_hex\":\"" + "00".repeat(11) + "\"}", "version_hex: token too long"),
            bad("{\"op\":\"put\",\"key\":\"k\",\"value_b64\":\"AAA\"}", "value_b64: "),
            bad("{\"op\":\"put\",\"key\":\"k\",\"value_b64\":\"AA-_\"}", "value_b64: "),
            bad("{\"op\":\"put\",\"key\":\"k\",\"value_b64\":\"A AA\"}", "value_b64: "),
            bad("{\"op\":\"put\",\"key\":\"k\",\"value_b64\":\"ключ\"}", "value_b64: "),
            bad("{\"op\":\"put\",\"key\":\"\\ud800\",\"value\":\"v\"}", "unpaired surrogate"),
            bad("{\"op\":\"delete\",\"key\":\"\\udc00x\"}", "unpaired surrogate"),
            bad("{\"op\":\"put\",\"key\":\"k\",\"value\":\"\\ud83dx\"}", "unpaired surrogate"),
            bad("{\"op\":\"put\",\"key\":\"" + "k".repeat(65_536) + "\",\"value\":\"v\"}", "key too long: length=65536 max=65535"),
            bad("{\"op\":\"delete\",\"key\":\"" + "\u20ac".repeat(21_846) + "\"}", "key too long"),
            bad("{\"op\":\"put\",\"key\":\"a\tb\",\"value\":\"v\"}", "bad JSON"),
            bad("\uFEFF{\"op\":\"checkpoint\"}", "not a JSON object"));
    }

    private static Arguments bad(final String line, final String said) {
        return Arguments.of(line, said);
    }

    @ParameterizedTest
    @MethodSource("badLines")
    void shouldKeepEverythingBeforeABadLineAndNameIt(final String line, final String said) throws IOException {
        final String input = "{\"op\":\"put\",\"key\":\"a\",\"value\":\"1\",\"version\":1}\n\n" + line + "\n{\"op\":\"checkpoint\",\"cursor\":1}\n";
        Cli.runWith(input, "append", log).failed(2, "line 3: ", said).printedNothing();
        assertLog(logOf().put("a", "1", 1));
    }

    static Stream<Arguments> linesThatAreNotUtf8() {
        return Stream.of(
            Arguments.of("a byte that starts nothing", "ff"),
            Arguments.of("an overlong form", "c080"),
            Arguments.of("an encoded surrogate", "eda080"),
            Arguments.of("a sequence cut short", "e282"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("linesThatAreNotUtf8")
    void shouldRefuseALineThatIsNotUtf8(final String what, final String hex) throws IOException {
        final byte[] line = Damage.insert(Utf8.encode("{\"op\":\"put\",\"key\":\"k\",\"value\":\"\"}\n"), 31, Hex.parse(hex));
        Cli.runWith(line, "append", log).failed(2, "line 1: not UTF-8");
        assertLog(logOf());
    }

    /** Bytes in which a JSON parser that guesses encodings would see UTF-16 or UTF-32. */
    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
    void shouldNotGuessAnyOtherEncoding(final String encoding) throws IOException {
        final byte[] line = "{\"op\":\"checkpoint\",\"cursor\":1}".getBytes(encoding);
        Cli.runWith(line, "append", log).failed(2, "line 1: not a JSON object");
        assertLog(logOf());
    }

    @Test
    void shouldRefuseADamagedLogAndLeaveItAsItIs() throws IOException {
        final byte[] sound = logOf().put("a", "1", 1).put("b", "2", 2).toBytes();
        final byte[] damaged = Damage.flipBit(sound, 100);
        Files.write(log, damaged);
        Cli.runWith("{\"op\":\"checkpoint\"}", "append", log).failed(1, "corrupted", "offset=6");
        assertArrayEquals(damaged, Files.readAllBytes(log));
    }

    @Test
    void shouldRefuseAFileThatIsNoLog() throws IOException {
        Files.writeString(log, "something else");
        Cli.runWith("{\"op\":\"checkpoint\"}", "append", log).failed(1, "invalid format: wrong magic");
        assertEquals("something else", Files.readString(log));
    }

    @Test
    void shouldSayThatTheLogIsInUse() throws IOException {
        try (SnapshotLog writer = SnapshotLog.open(log)) {
            Cli.run("append", log).failed(3, "log in use", "pid=" + ProcessHandle.current().pid());
            assertEquals(LogBuilder.HEADER_LENGTH, writer.length());
        }
    }

    @Test
    void shouldFailWithAnIoErrorWhereThereIsNoDirectory() {
        Cli.run("append", directory.resolve("absent").resolve("kv.pgss")).failed(3, "no such file or directory");
    }

    @Test
    void shouldRefuseADirectory() {
        Cli.run("append", directory).failed(2, "a directory, not a log");
        assertFalse(Files.exists(directory.resolveSibling(directory.getFileName() + ".lock")));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "--segment-size=4095", "--segment-size=1073741825", "--segment-size=-1", "--segment-size=99999999999", "--segment-size=4k",
        "--compact-threshold=-1", "--compact-threshold=x", "--compact-threshold=9223372036854775808", "--input=absent.jsonl", "--bogus"
    })
    void shouldRefuseABadOptionBeforeItTouchesTheLog(final String option) {
        Cli.run("append", log, option).failed(2);
        assertFalse(Files.exists(log));
    }

    @Test
    void shouldAcceptTheLimitsOfTheOptions() throws IOException {
        for (final String option : List.of("--segment-size=4096", "--compact-threshold=0", "--compact-threshold=9223372036854775807")) {
            Cli.run("append", log, option).isDone();
        }
        assertLog(logOf());
    }
}
