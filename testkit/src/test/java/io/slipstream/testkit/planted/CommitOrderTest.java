package io.slipstream.testkit.planted;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.slipstream.testkit.planted.PatchedEngine.Outcome;
import io.slipstream.testkit.recovery.MemoryTempDir;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link CommitOrderCheck}, on an engine that tells of its fences and is otherwise as it is. */
class CommitOrderTest {
    @TempDir(factory = MemoryTempDir.class)
    private Path directory;

    @Test
    void shouldLeaveAnUncommittedAppendOrAWholeRecordAtEveryMoment() throws IOException {
        try (PatchedEngine engine = PatchedEngine.compile(List.of(FenceLog.HOOKS), directory)) {
            final Outcome outcome = engine.run("planted.CommitOrderCheck");
            assertEquals(List.of(), outcome.failures(), outcome::output);
            assertEquals(List.of(), outcome.blocked(), outcome::output);
            assertEquals(9, outcome.tests());
        }
    }
}
