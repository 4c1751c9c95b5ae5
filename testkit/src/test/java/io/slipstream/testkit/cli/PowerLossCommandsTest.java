package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.storage.FileStorage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.fault.MachineStorage;
import io.slipstream.testkit.model.ModelJudge;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command says the same of what a power cut left: the records before it count, and it is no error. */
class PowerLossCommandsTest {
    private static final String[] KEYS = {"a", "b", "c", "d"};

    @TempDir
    private Path directory;
    private Path log;

    /** Written in an earlier boot: a is forced, b, c and d are not; b is lost. */
    @BeforeEach
    void leaveAHole() throws IOException {
        assumeTrue(FileStorage.INSTANCE.bootId() != null, "this machine does not tell its boot id");
        log = directory.resolve("kv.pgss");
        final SnapshotLog writer = SnapshotLog.open(log, new SnapshotLog.Context().storage(new MachineStorage("an earlier boot")));
        for (final String key : KEYS) {
            writer.put(key, new byte[] {1}, VersionToken.of(1));
            if (key.equals("a")) {
                writer.force();
            }
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            file.seek(ModelJudge.judge(Files.readAllBytes(log)).applied().get(1).offset());
            file.write(new byte[20]);
        }
    }

    @Test
    void shouldVerify() {
        final CliResult result = Cli.run("verify", log).isDone();
        assertTrue(result.out().contains("\"result\":\"some\"") && result.out().contains("\"tail\":\"power-loss\"")
            && result.out().contains("\"survivors\":2") && result.out().contains("\"live\":1"), result.out());
    }

    @Test
    void shouldDump() {
        final CliResult result = Cli.run("dump", log);
        assertEquals(0, result.status());
        assertEquals("{\"op\":\"put\",\"key\":\"a\",\"value_b64\":\"AQ==\",\"version_hex\":\"0000000000000001\"}\n", result.out());
        assertTrue(result.err().contains("power-loss tail ignored"), result.err());
    }

    @Test
    void shouldPrintRecords() {
        final CliResult result = Cli.run("records", log);
        assertEquals(0, result.status(), result.err());
        assertEquals(1, result.out().lines().count());
        assertTrue(result.err().contains("power-loss tail"), result.err());
    }

    @Test
    void shouldLoad() throws IOException {
        final CliResult result = Cli.run("load", log).isDone();
        assertTrue(result.out().contains("\"tail\":\"power-loss\"") && result.out().contains("\"rewritten\":true"), result.out());
        assertArrayEquals(new LogBuilder().header().put(new byte[] {'a'}, new byte[] {1}, new byte[] {0, 0, 0, 0, 0, 0, 0, 1}).toBytes(),
            Files.readAllBytes(log));
    }

    @Test
    void shouldRefuseAReservedNameBeforeItLoadsAnything() throws IOException {
        final Path torn = Files.write(directory.resolve("torn.pgss"), new byte[] {'P', 'G', 'S', 'S', 2, 0, 1});
        Cli.run("load", torn, directory.resolve("kv.lock")).failed(2, "reserved name").printedNothing();
        assertEquals(7, Files.size(torn));
    }
}
