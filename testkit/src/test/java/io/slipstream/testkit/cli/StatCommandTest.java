package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.model.ModelJudge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatCommandTest {
    private static final LogBuilder LOG = new LogBuilder().header().put("a", "1", 1).put("a", "2", 2).put("b", "3", 3).cursor(3);

    @TempDir
    private Path directory;

    private Path write(final byte[] bytes) throws IOException {
        return Files.write(directory.resolve("kv.pgss"), bytes);
    }

    @Test
    void shouldTellWhatALogHolds() throws IOException {
        final Path log = write(LOG.toBytes());
        final int live = ModelJudge.judge(LOG.toBytes()).state().compactForm().length;
        assertEquals(
            List.of(
                "file          " + log,
                "length        86 bytes",
                "end           clean",
                "records       4 in 86 bytes",
                "live entries  2",
                "cursor        0000000000000003 = 3",
                "compact       no",
                "live bytes    " + live,
                "dead bytes    22 (26%)"),
            Cli.run("stat", log).isDone().lines());
    }

    @Test
    void shouldChangeNothing() throws IOException {
        final byte[] bytes = Damage.withSlack(LOG.toBytes(), 5_000);
        final Path log = write(bytes);
        Cli.run("stat", log).isDone();
        assertArrayEquals(bytes, Files.readAllBytes(log));
        assertEquals(List.of("kv.pgss"), names());
    }

    private List<String> names() {
        return List.of(directory.toFile().list());
    }

    @Test
    void shouldTellSlack() throws IOException {
        assertSays(write(Damage.withSlack(LOG.toBytes(), 5_000)), "end           5,000 bytes of slack");
    }

    @Test
    void shouldTellATornTail() throws IOException {
        assertSays(write(Damage.cutAt(LOG.toBytes(), 85)), "end           torn tail of 13 bytes");
    }

    @Test
    void shouldTellThatThereIsNoCursor() throws IOException {
        assertSays(write(new LogBuilder().header().put("a", "1", 1).toBytes()), "cursor        none");
    }

    @Test
    void shouldShowACursorThatIsNoNumberAsItIs() throws IOException {
        assertSays(write(new LogBuilder().header().cursor(Hex.parse("00ff")).toBytes()), "cursor        00ff\n");
    }

    private static void assertSays(final Path log, final String words) {
        final String out = Cli.run("stat", log).isDone().out();
        assertTrue(out.contains(words), out);
    }

    @Test
    void shouldTellWhatPrecedesDamageAndFail() throws IOException {
        final byte[] damaged = Damage.flipBit(LOG.toBytes(), (LOG.offsetOf(1) + 7L) * Byte.SIZE);
        final CliResult result = Cli.run("stat", write(damaged)).failed(1, "corrupted log");
        assertTrue(result.out().contains("end           damaged at offset 28, 2 sound records behind it"), result.out());
        assertTrue(result.out().contains("records       1 in 28 bytes"), result.out());
    }

    @Test
    void shouldFailWhereThereIsNoLog() {
        Cli.run("stat", directory.resolve("absent")).failed(1, "no such log").printedNothing();
    }

    @Test
    void shouldFailWithAnIoErrorWhereALogCannotBeRead() throws IOException {
        Cli.run("stat", Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"))).failed(3).printedNothing();
    }
}
