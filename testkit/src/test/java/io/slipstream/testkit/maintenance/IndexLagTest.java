package io.slipstream.testkit.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.faults.MaintainedLog;
import io.slipstream.testkit.faults.MemoryDir;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An index that is behind the writer: what is said of it, and when. Each record is longer than what maintenance shows the index in one go, so each invocation
 * shows one.
 */
class IndexLagTest {
    private static final int VALUE_LENGTH = 300_000;
    private static final int TOO_FAR_BEHIND = 30; // records, more than 8 MiB
    private static final int FARTHER_BEHIND = 230; // more than 64 MiB
    private static final int LOOKS = 16;
    private static final int LONG = 60;
    private static final long NEVER = Long.MAX_VALUE;

    @TempDir(factory = MemoryDir.class)
    Path directory;

    private MaintainedLog log;
    private int puts;

    private void open(final long compactionFloor, final int behind) throws IOException {
        log = MaintainedLog.create(directory, new FaultyStorage(), new SnapshotLog.Context().compactionFloor(compactionFloor));
        put(behind);
    }

    private void put(final int count) {
        for (int i = 0; i < count; i++) {
            log.log().put("key", new byte[VALUE_LENGTH], VersionToken.of(++puts));
        }
    }

    // Just as much is appended as the index is shown, second after second.
    private void keepBehind(final int seconds) {
        for (int i = 0; i < seconds; i++) {
            put(1);
            log.maintain(1).pass(MaintainedLog.SECOND);
        }
    }

    private void assertSaidOnce() {
        assertEquals(1, log.reported().size(), () -> log.reported().toString());
        final String said = log.reported().get(0).getMessage();
        assertTrue(said.contains("the index cannot keep up"), said);
    }

    private void assertSilent() {
        assertTrue(log.reported().isEmpty(), () -> log.reported().toString());
    }

    @Test
    void shouldSayThatItCannotKeepUpWhereItComesNoNearerAndACompactionIsDue() throws IOException {
        open(0, TOO_FAR_BEHIND);
        keepBehind(LOOKS);
        assertSilent();
        keepBehind(LONG);
        assertSaidOnce();
        assertEquals(0, log.log().stats().compactions());
        log.close();
    }

    @Test
    void shouldSayThatItCannotKeepUpWhereItComesNoNearerAndACompactionWasAskedFor() throws IOException {
        open(NEVER, TOO_FAR_BEHIND);
        log.log().requestCompaction();
        keepBehind(LONG);
        assertSaidOnce();
        log.close();
    }

    @Test
    void shouldSayThatItCannotKeepUpWhereItIsVeryFarBehindAndComesNoNearer() throws IOException {
        open(NEVER, FARTHER_BEHIND);
        keepBehind(LOOKS + 2);
        assertSaidOnce();
        log.close();
    }

    @Test
    void shouldSayItAgainAfterAWhile() throws IOException {
        open(0, TOO_FAR_BEHIND);
        keepBehind(LOOKS + 2);
        log.pass(LONG * MaintainedLog.SECOND);
        keepBehind(LOOKS + 8);
        assertEquals(2, log.reported().size(), () -> log.reported().toString());
        log.close();
    }

    @Test
    void shouldSayNothingWhereNoCompactionIsWanted() throws IOException {
        open(NEVER, TOO_FAR_BEHIND);
        keepBehind(LONG);
        assertSilent();
        log.close();
    }

    @Test
    void shouldSayNothingOfALongLogAsLongAsItComesNearer() throws IOException {
        open(0, 2 * TOO_FAR_BEHIND);
        for (int i = 0; i < LONG; i += LOOKS) {
            keepBehind(LOOKS - 1);
            log.maintain(1);
        }
        assertSilent();
        assertEquals(0, log.log().stats().compactions());
        log.close();
    }

    @Test
    void shouldCompactOnceTheWriterLetsItComeNear() throws IOException {
        open(0, TOO_FAR_BEHIND);
        keepBehind(LONG);
        assertSaidOnce();
        log.maintain(TOO_FAR_BEHIND).maintainUntil("JOINING");
        put(1);
        log.maintainUntil("PUBLISHED");
        put(1);
        log.maintain(1);
        assertEquals(1, log.log().stats().compactions());
        assertSaidOnce();
        log.close();
    }
}
