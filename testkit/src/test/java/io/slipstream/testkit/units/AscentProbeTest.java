package io.slipstream.testkit.units;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.replay.AscentProbe;
import io.slipstream.storage.ByteSource;
import io.slipstream.testkit.bytes.LogBuilder;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which of two ways to index a log is guessed from samples of its keys. */
class AscentProbeTest {
    private static final int KEYS = 8_000;

    private static LogBuilder compact() {
        final LogBuilder log = new LogBuilder().header();
        for (int i = 0; i < KEYS; i++) {
            log.put(key(i), "v".repeat(100), i);
        }
        return log.cursor(KEYS);
    }

    private static LogBuilder updated(final LogBuilder log, final int updates) {
        final Random random = new Random(1);
        for (int i = 0; i < updates; i++) {
            log.put(key(random.nextInt(KEYS)), "v".repeat(100), i);
            log.cursor(i);
        }
        return log;
    }

    private static String key(final int number) {
        return String.format("key/%07d", number);
    }

    private static boolean isMuchBehindTheAscent(final byte[] log) {
        return isMuchBehindTheAscent((position, target, offset, length) -> System.arraycopy(log, (int) position, target, offset, length), log.length);
    }

    private static boolean isMuchBehindTheAscent(final ByteSource file, final long length) {
        return new AscentProbe(file, length).isMuchBehindTheAscent();
    }

    @Test
    void shouldFindNothingBehindACompactLog() {
        assertFalse(isMuchBehindTheAscent(compact().toBytes()));
    }

    @Test
    void shouldFindWhetherMuchWasAppended() {
        assertFalse(isMuchBehindTheAscent(updated(compact(), KEYS / 5).toBytes()));
        assertTrue(isMuchBehindTheAscent(updated(compact(), KEYS).toBytes()));
        assertTrue(isMuchBehindTheAscent(updated(compact(), 4 * KEYS).toBytes()));
        assertTrue(isMuchBehindTheAscent(updated(new LogBuilder().header(), 2 * KEYS).toBytes()));
    }

    @Test
    void shouldTakeNoSlackForRecords() {
        assertFalse(isMuchBehindTheAscent(compact().slack(4 << 20).toBytes()));
        assertTrue(isMuchBehindTheAscent(updated(compact(), KEYS).slack(4 << 20).toBytes()));
    }

    @Test
    void shouldLearnNothingFromLongValues() {
        assertFalse(isMuchBehindTheAscent(new LogBuilder().header().put("b", "v".repeat(400_000), 1).put("a", "v".repeat(400_000), 2).toBytes()));
    }

    @Test
    void shouldLearnNothingFromAFileThatCannotBeRead() {
        assertFalse(isMuchBehindTheAscent((position, target, offset, length) -> {
            throw new IOException("no");
        }, 1 << 20));
    }

    @Test
    void shouldLearnNothingFromAShortFile() {
        assertFalse(isMuchBehindTheAscent(new byte[0]));
        assertFalse(isMuchBehindTheAscent(new byte[100]));
    }
}
