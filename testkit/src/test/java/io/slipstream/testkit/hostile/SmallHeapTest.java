package io.slipstream.testkit.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.faults.MemoryDir;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.process.ChildJvm;
import io.slipstream.testkit.recovery.Findings;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hostile files in a JVM with a heap of 64 MiB: docs/recovery.md, section 16. What must not happen is an OutOfMemoryError, a hang, or the
 * death of the JVM; the timeout only tells linear from quadratic, which takes hours at these sizes.
 */
@Timeout(value = 100, threadMode = ThreadMode.SEPARATE_THREAD)
class SmallHeapTest {
    private static final List<String> SMALL_HEAP = List.of("-Xmx64m");
    private static final int MEBIBYTE = 1 << 20;
    private static final int MILLION = 1_000_000;
    private static final int SOME = 200_000;
    private static final int SAMPLES = 1000;
    private static final int NEAR_RECORDS = 4 * MEBIBYTE;

    @TempDir(factory = MemoryDir.class)
    Path directory;

    private static List<String> run(final String what, final Path path) throws IOException {
        return run(what, path, Stream.empty());
    }

    private static List<String> run(final String what, final Path path, final Stream<String> input) throws IOException {
        try (ChildJvm child = ChildJvm.startWith(SMALL_HEAP, HostileVictim.class, what, path)) {
            for (final String line : (Iterable<String>) input::iterator) {
                child.writeLine(line);
            }
            final List<String> lines = child.finish();
            assertEquals("alive", lines.get(lines.size() - 1));
            return lines.subList(0, lines.size() - 1);
        }
    }

    // ---- Length bombs

    private static Map<String, RawRecord> bombs() {
        final Map<String, RawRecord> bombs = new LinkedHashMap<>();
        for (final int length : new int[] {2, 0xFFFF}) {
            bombs.put("put-key-" + length, RawRecord.put("k", "v", 1).keyLength(length));
            bombs.put("delete-key-" + length, RawRecord.delete("k", 1).keyLength(length));
        }
        for (final long length : new long[] {2, 1L << 30, 0x7FFF_FFF7L, 0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFFFL}) {
            bombs.put("put-value-" + length, RawRecord.put("k", "v", 1).valueLength(length));
        }
        for (final int length : new int[] {10, 11, 0xFF}) {
            bombs.put("put-version-" + length, RawRecord.put("k", "v", 1).tokenLength(length));
            bombs.put("delete-version-" + length, RawRecord.delete("k", 1).tokenLength(length));
            bombs.put("cursor-" + length, RawRecord.cursor(1).tokenLength(length));
        }
        return bombs;
    }

    /**
     * Every length field of every kind of record, with a checksum that vouches for the lie, with a wrong one and with none; each with
     * different things behind.
     */
    @Test
    void shouldJudgeLengthsThatAreOnlyClaimed() throws IOException {
        final Map<String, String> expected = new LinkedHashMap<>();
        for (final Map.Entry<String, RawRecord> bomb : bombs().entrySet()) {
            final byte[] vouched = bomb.getValue().toBytes();
            final byte[] wrong = bomb.getValue().brokenCrc().toBytes();
            final byte[] none = Arrays.copyOf(new byte[4], vouched.length);
            System.arraycopy(vouched, 4, none, 4, vouched.length - 4);
            for (final byte[] record : List.of(vouched, wrong, none)) {
                for (final byte[] behind : behinds()) {
                    final byte[] file = new LogBuilder().header().put("a", "1", 1).raw(record).raw(behind).toBytes();
                    final String name = "%04d-%s.log".formatted(expected.size(), bomb.getKey());
                    Files.write(directory.resolve(name), file);
                    expected.put(name, name + "\t" + expectation(file));
                }
            }
        }
        assertEquals(List.copyOf(expected.values()), run("judge", directory));
        System.out.println("SmallHeapTest: " + expected.size() + " length bombs");
    }

    /** Nothing, a record, slack, and much that could be records. */
    private static List<byte[]> behinds() {
        return List.of(new byte[0], RawRecord.cursor(2).toBytes(), new byte[4096], Utf8.encode("\1\2\3".repeat(30_000)));
    }

    private static String expectation(final byte[] file) {
        final ModelVerdict verdict = ModelJudge.judge(file);
        final String refused = verdict.kind() == ModelVerdict.Kind.CORRUPTED ? "CorruptSnapshotException" : "InvalidSnapshotFormatException";
        final String door = verdict.isError() ? refused : "true";
        return Findings.of(verdict) + "\t" + door + "\t" + door + "\t" + door + "\ttrue";
    }

    // ---- Keys that collide

    /** So many keys, made to collide in one kind of table. */
    record Family(String name, int keys, IntFunction<String> key) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Family> families() {
        return Stream.of(
            new Family("all of one String.hashCode", MILLION, number -> letters(number, 20, "Aa", "BB")),
            new Family("the same blocks of 8 bytes in another order, all of one sum and one xor", SOME, SmallHeapTest::permutedBlocks),
            new Family("all alike in their first and last 32 bytes", SOME, number -> "k".repeat(32) + letters(number, 20, "0", "1") + "k".repeat(32)),
            new Family("all alike but for their last bytes", SOME, number -> "k".repeat(60) + Integer.toString(number + 2_000_000, 36)),
            new Family("all alike but for the top bits of their bytes in the first block", SOME, number -> letters(number, 20, "\u0001", "A")));
    }

    /** One of two syllables for each bit. */
    private static String letters(final int number, final int bits, final String zero, final String one) {
        final StringBuilder key = new StringBuilder();
        for (int bit = 0; bit < bits; bit++) {
            key.append((number >> bit & 1) == 0 ? zero : one);
        }
        return key.toString();
    }

    /** The {@code number}-th order of ten blocks; there are 3,628,800. */
    private static String permutedBlocks(final int number) {
        final List<String> blocks = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            blocks.add("block-0" + i);
        }
        final StringBuilder key = new StringBuilder();
        int rest = number;
        while (!blocks.isEmpty()) {
            key.append(blocks.remove(rest % blocks.size()));
            rest /= blocks.size() + 1;
        }
        return key.toString();
    }

    /** Puts, a tenth of them deleted again, half of those put back. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("families")
    void shouldReplayKeysThatCollide(final Family family) throws IOException {
        final Path log = directory.resolve("kv.log");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(log), MEBIBYTE)) {
            out.write(new LogBuilder().header().toBytes());
            write(out, family, 1, false);
            write(out, family, 10, true);
            write(out, family, 20, false);
        }
        final int live = family.keys() - family.keys() / 10 + family.keys() / 20;
        final long recordBytes = RawRecord.put(Utf8.encode(family.key().apply(1)), new byte[0], Token.none()).toBytes().length;
        final long lastRecord = RawRecord.put(Utf8.encode("one more"), new byte[0], Token.none()).toBytes().length;

        final Stream<String> sample = Stream.iterate(0, number -> number + family.keys() / SAMPLES).limit(SAMPLES).map(family.key()::apply);
        final List<String> lines = run("keys", log, sample);

        // Those looked up are each a twentieth one, so put back.
        assertEquals(List.of("live " + live, "found " + SAMPLES,
            "compacted " + (LogBuilder.HEADER_LENGTH + live * recordBytes + lastRecord)), lines);
    }

    private static void write(final OutputStream out, final Family family, final int step, final boolean deleted) throws IOException {
        for (int number = 0; number < family.keys(); number += step) {
            final byte[] key = Utf8.encode(family.key().apply(number));
            out.write((deleted ? RawRecord.delete(key, Token.none()) : RawRecord.put(key, new byte[0], Token.none())).toBytes());
        }
    }

    // ---- An owned load

    /** 100 MB of values, none of which survives. */
    @Test
    void shouldLoadWithoutHeapForValuesThatAreDeletedAgain() throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(directory.resolve("kv.log")), MEBIBYTE)) {
            out.write(new LogBuilder().header().toBytes());
            for (int i = 0; i < 1000; i++) {
                out.write(RawRecord.put(Utf8.encode("key " + i), new byte[100_000], Token.none()).toBytes());
            }
            for (int i = 0; i < 1000; i++) {
                out.write(RawRecord.delete(Utf8.encode("key " + i), Token.none()).toBytes());
            }
        }
        final List<String> lines = run("search", directory);
        assertTrue(lines.get(0).endsWith("\tfalse"), lines::toString);
    }

    // ---- Near-records

    /** Damage, then 4 MiB in which almost every byte starts something as long as it can be, then one record. */
    @Test
    void shouldSearchMegabytesOfNearRecords() throws IOException {
        for (final NearRecords near : NearRecords.values()) {
            Files.write(directory.resolve(near + ".log"), new LogBuilder().header()
                .record(RawRecord.put("k", "v", 1).brokenCrc()).raw(near.bytes(NEAR_RECORDS)).cursor(Token.of(9)).toBytes());
        }
        final List<String> lines = run("search", directory);
        assertEquals(NearRecords.values().length, lines.size(), lines::toString);
        for (final String line : lines) {
            assertTrue(line.contains("result=corrupted, row=9, offset=6") && line.contains("survivors=1, "), line);
            assertTrue(line.endsWith("CorruptSnapshotException"), line);
        }
    }

    // ---- A file cut short under a running replay

    /**
     * At each read and each mapping of a view, an inspection and a load, at nine lengths; of a sound log, and of one with survivors to
     * search for.
     */
    @Test
    void shouldSurviveALogThatIsCutShortAtAnyStepOfAReplay() throws IOException {
        Files.write(directory.resolve("sound.log"), many(new LogBuilder().header()).slack(9000).toBytes());
        Files.write(directory.resolve("damaged.log"),
            many(many(new LogBuilder().header()).record(RawRecord.put("k", "v", 1).brokenCrc())).toBytes());
        final List<String> lines = run("cut", directory);
        lines.forEach(line -> System.out.println("SmallHeapTest: " + line));
        assertTrue(lines.stream().noneMatch(line -> line.contains("WRONG")), lines::toString);
        for (final String door : List.of("view", "inspection", "load")) {
            for (final String log : List.of("sound.log", "damaged.log")) {
                assertTrue(lines.stream().anyMatch(line -> line.startsWith(log + " " + door + " cut at a READ")), lines::toString);
            }
            assertTrue(lines.stream().anyMatch(line -> line.startsWith("damaged.log " + door + " cut at a MAP: IOException")), lines::toString);
        }
    }

    private static LogBuilder many(final LogBuilder log) {
        for (int i = 0; i < 60; i++) {
            log.put("key-" + i % 25, "x".repeat(3000), i);
        }
        return log;
    }
}
