package io.slipstream.testkit.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModelLogTest {
    private static final byte[] HEADER = new LogBuilder().header().toBytes();
    private static final byte[] NOT_COMPACT =
        new LogBuilder().header().put("a", "1", 1).put("a", "2", 2).cursor(2).toBytes();

    @Test
    void shouldStartWithTheHeader() {
        assertArrayEquals(HEADER, ModelLog.create().toBytes());
    }

    @Test
    void shouldAppendInOrder() {
        final ModelLog log = ModelLog.create().applyAll(List.of(
            ModelUpdate.put("b", "1", 1), ModelUpdate.purge("b", 2), ModelUpdate.delete("a", 3),
            ModelUpdate.checkpoint(4)));
        assertArrayEquals(
            new LogBuilder().header().put("b", "1", 1).delete("b", 2).delete("a", 3).cursor(4).toBytes(),
            log.toBytes());
    }

    @Test
    void shouldCompactToTheCompactFormAndGoOnFromThere() {
        final ModelLog log = ModelLog.open(NOT_COMPACT, 0);
        log.compact();
        log.apply(ModelUpdate.put("c", "3", 3));
        assertArrayEquals(
            new LogBuilder().header().put("a", "2", 2).cursor(2).put("c", "3", 3).toBytes(), log.toBytes());
    }

    @Test
    void shouldCutSlackAndATornTailAtOpenButRewriteNothing() {
        assertArrayEquals(NOT_COMPACT, ModelLog.open(Damage.withSlack(NOT_COMPACT, 9), 0).toBytes());
        assertArrayEquals(
            NOT_COMPACT, ModelLog.open(Damage.insert(NOT_COMPACT, NOT_COMPACT.length, (byte) 7), 0).toBytes());
    }

    @Test
    void shouldCompleteOnlyTheStartOfAHeader() {
        Damage.everyCut(HEADER).forEach(cut -> {
            assertArrayEquals(HEADER, ModelLog.open(cut.bytes(), 0).toBytes());
            assertThrows(IllegalArgumentException.class, () -> ModelLog.load(cut.bytes()));
        });
        assertThrows(IllegalArgumentException.class, () -> ModelLog.open(new byte[] {'P', 'G', 'X'}, 0));
        assertThrows(IllegalArgumentException.class, () -> ModelLog.open(new byte[5], 0));
    }

    @Test
    void shouldOnlyCutTheSlackOfACompactLogAtLoad() {
        final byte[] unsorted = new LogBuilder().header().put("b", "1", 1).put("a", "2", 2).toBytes();
        assertArrayEquals(unsorted, ModelLog.load(unsorted));
        assertArrayEquals(unsorted, ModelLog.load(Damage.withSlack(unsorted, 100)));
    }

    @Test
    void shouldRewriteATornOrNotCompactLogAtLoad() {
        final byte[] compact = new LogBuilder().header().put("a", "2", 2).cursor(2).toBytes();
        assertArrayEquals(compact, ModelLog.load(NOT_COMPACT));
        assertArrayEquals(compact, ModelLog.load(Damage.insert(compact, compact.length, (byte) 7)));
        assertArrayEquals(HEADER, ModelLog.load(new LogBuilder().header().delete("a", 1).toBytes()));
    }

    @Test
    void shouldRefuseWhatAWriterRefusesAndChangeNothing() {
        final ModelLog log = ModelLog.create();
        assertThrows(IllegalArgumentException.class, () -> log.put(new byte[65_536], Token.none(), Token.none()));
        assertThrows(IllegalArgumentException.class, () -> log.delete(Hex.parse("ff"), Token.none()));
        assertThrows(IllegalArgumentException.class, () -> log.purge(Utf8.encode("a"), new byte[11]));
        assertThrows(IllegalArgumentException.class, () -> log.checkpoint(new byte[11]));
        assertArrayEquals(HEADER, log.toBytes());
        assertTrue(log.state().isEmpty());
    }

    @Test
    void shouldRefuseToContinueADamagedLog() {
        final byte[] damaged =
            new LogBuilder().header().record(RawRecord.put("a", "1", 1).brokenCrc()).cursor(1).toBytes();
        final Exception e = assertThrows(IllegalArgumentException.class, () -> ModelLog.open(damaged, 0));
        assertTrue(e.getMessage().startsWith("refused: CORRUPTED row=9 offset=6"), e.getMessage());
    }

    @Test
    void shouldAskForACompactionOnlyPastTheThreshold() {
        final ModelLog log = ModelLog.create(14);
        assertFalse(log.apply(ModelUpdate.checkpoint(1)));
        assertTrue(log.apply(ModelUpdate.checkpoint(2)));
        log.compact();
        assertFalse(log.apply(ModelUpdate.checkpoint(3)));
    }

    static Stream<CheckpointCase> checkpointCases() {
        return Golden.text("checkpoints.json").lines().filter(line -> line.startsWith("{")).map(CheckpointCase::parse);
    }

    @ParameterizedTest
    @MethodSource("checkpointCases")
    void shouldAskForCompactionsWhenTheReferenceDoes(final CheckpointCase expected) {
        ModelLog log = ModelLog.create(expected.threshold());
        final List<Boolean> due = new ArrayList<>();
        for (final String op : expected.ops()) {
            switch (op) {
                case "reopen" -> log = ModelLog.open(log.toBytes(), expected.threshold());
                case "load" -> log = ModelLog.open(ModelLog.load(log.toBytes()), expected.threshold());
                default -> {
                    final ModelUpdate update = OpsScript.parse(op).get(0);
                    final boolean answer = log.apply(update);
                    if (update instanceof ModelUpdate.Checkpoint) {
                        due.add(answer);
                    }
                }
            }
        }
        assertEquals(expected.due(), due);
        assertEquals(expected.fileSha256(), Hex.ofSha256(log.toBytes()));
    }

    /** One line of {@code checkpoints.json}; each of its operations as a line of a script. */
    record CheckpointCase(String about, long threshold, List<String> ops, List<Boolean> due, String fileSha256) {
        private static final Pattern CASE = Pattern.compile(
            "\\{\"about\":\"(.*)\",\"threshold\":(\\d+),\"ops\":\\[(.*)],\"due\":\\[(.*)],\"errors\":\\[],"
                + "\"file_length\":\\d+,\"file_sha256\":\"(\\w+)\"},?");
        private static final Pattern FIELD = Pattern.compile("\"\\w+\":\"(\\w*)\"");

        static CheckpointCase parse(final String line) {
            final Matcher matcher = CASE.matcher(line);
            if (!matcher.matches()) {
                throw new IllegalArgumentException(line);
            }
            return new CheckpointCase(
                matcher.group(1), Long.parseLong(matcher.group(2)),
                Stream.of(matcher.group(3).split("(?<=}),")).map(CheckpointCase::toScript).toList(),
                Stream.of(matcher.group(4).split(",")).map(Boolean::valueOf).toList(), matcher.group(5));
        }

        private static String toScript(final String op) {
            return String.join("\t", FIELD.matcher(op).results().map(field -> field.group(1)).toList());
        }

        @Override
        public String toString() {
            return about;
        }
    }

    @Test
    void shouldEndInTheLiveStateOfARealFeed() throws IOException {
        final ModelLog log = ModelLog.create();
        try (BufferedReader feed = feed()) {
            feed.lines().map(ModelLogTest::parseFeedLine).forEach(log::apply);
        }
        final ModelVerdict verdict = ModelJudge.judge(log.toBytes());

        assertEquals(8_927 + 2_737, verdict.records());
        final StringBuilder live = new StringBuilder();
        verdict.live().forEach((key, entry) ->
            live.append(Utf8.decode(key)).append('\t').append(Utf8.decode(entry.value())).append('\n'));
        assertEquals(
            new String(Golden.resource("/feeds/agrona-history.final.tsv"), StandardCharsets.UTF_8), live.toString());
    }

    private static BufferedReader feed() throws IOException {
        final byte[] zipped = Golden.resource("/feeds/agrona-history.jsonl.gz");
        return new BufferedReader(new InputStreamReader(
            new GZIPInputStream(new ByteArrayInputStream(zipped)), StandardCharsets.UTF_8));
    }

    /** The feed holds no escapes, and its fields are always in this order. */
    private static ModelUpdate parseFeedLine(final String line) {
        final Matcher matcher = Pattern.compile("\\{\"op\": \"(\\w+)\"(?:, \"key\": \"([^\"]*)\")?"
            + "(?:, \"value\": \"([^\"]*)\")?, \"(?:version|cursor)\": (\\d+)}").matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(line);
        }
        final long number = Long.parseLong(matcher.group(4));
        return switch (matcher.group(1)) {
            case "put" -> ModelUpdate.put(matcher.group(2), matcher.group(3), number);
            case "delete" -> ModelUpdate.delete(matcher.group(2), number);
            case "checkpoint" -> ModelUpdate.checkpoint(number);
            default -> throw new IllegalArgumentException(line);
        };
    }
}
