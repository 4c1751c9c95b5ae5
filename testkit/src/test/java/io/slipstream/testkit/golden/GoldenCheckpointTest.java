package io.slipstream.testkit.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.recovery.LogFile;
import io.slipstream.testkit.recovery.MemoryTempDir;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A checkpoint asks for a compaction exactly when it does in the original implementation. */
class GoldenCheckpointTest {
    @TempDir(factory = MemoryTempDir.class)
    private Path directory;
    private LogFile file;

    static List<CheckpointCase> cases() {
        return GoldenFiles.checkpoints();
    }

    @BeforeEach
    void createLogFile() throws IOException {
        file = LogFile.in(directory);
    }

    @Test
    void shouldCoverEveryCase() {
        assertEquals(8, cases().size());
    }

    @ParameterizedTest(name = "checkpoints.json: {0}")
    @MethodSource("cases")
    void shouldAnswerTheSameAndLeaveTheSameFile(final CheckpointCase golden) throws IOException {
        final List<Boolean> due = new ArrayList<>();
        SnapshotLog log = open(golden);
        try {
            for (final Map<String, String> call : golden.calls()) {
                switch (call.get("op")) {
                    case "put" -> log.put(key(call), Hex.parse(call.get("value")), VersionToken.ofHex(call.get("version")));
                    case "delete" -> log.delete(key(call), VersionToken.ofHex(call.get("version")));
                    case "purge" -> log.purge(key(call), VersionToken.ofHex(call.get("version")));
                    case "checkpoint" -> due.add(log.checkpoint(WatchCursor.ofHex(call.get("cursor"))));
                    case "compact" -> log.compact();
                    case "reopen" -> {
                        log.close();
                        log = open(golden);
                    }
                    case "load" -> {
                        log.close();
                        Snapshot.load(file.path());
                        log = open(golden);
                    }
                    default -> throw new IllegalArgumentException("unknown call: " + call);
                }
            }
        } finally {
            log.close();
        }

        assertEquals(golden.due(), due);
        assertEquals(golden.fileLength(), file.bytes().length);
        assertEquals(golden.fileSha256(), Hex.ofSha256(file.bytes()));
    }

    private SnapshotLog open(final CheckpointCase golden) throws IOException {
        return SnapshotLog.open(file.path(),
            new SnapshotLog.Context().segmentLength(4096).compactionThreshold(golden.threshold()));
    }

    private static String key(final Map<String, String> call) {
        return Utf8.decode(Hex.parse(call.get("key")));
    }
}
