package io.slipstream.testkit.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.LogStats;
import io.slipstream.MaintenanceMode;
import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.faults.MaintainedLog;
import io.slipstream.testkit.faults.MemoryDir;
import io.slipstream.testkit.faults.TwinLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When maintenance compacts, how often, and what it says of live and dead bytes. Records are all of one length, unless said: then the figures are exact. */
class CompactionPolicyTest {
    private static final int KEYS = 10;
    private static final int VALUE_LENGTH = 1000;
    private static final int INVOCATIONS = 30;
    private static final int RECORD_LENGTH = RawRecord.put("key-0", "x".repeat(VALUE_LENGTH), 1).toBytes().length;
    private static final int LIVE = LogBuilder.HEADER_LENGTH + KEYS * RECORD_LENGTH;

    @TempDir(factory = MemoryDir.class)
    Path directory;

    private MaintainedLog log;
    private int puts;

    private void open(final SnapshotLog.Context context) throws IOException {
        log = MaintainedLog.create(directory, new FaultyStorage(), context);
        for (int i = 0; i < KEYS; i++) {
            put();
        }
        log.maintain(INVOCATIONS);
    }

    private void put() {
        append();
        log.maintain(1);
    }

    private void append() {
        log.twin().put("key-" + puts++ % KEYS, new byte[VALUE_LENGTH], puts);
    }

    // The writer's calls take the writer's steps of a handover.
    private long compactions() throws IOException {
        for (int i = 0; i < INVOCATIONS; i++) {
            log.maintain(1);
            log.log().view().close();
        }
        return log.log().stats().compactions();
    }

    @Test
    void shouldCompactOnceTheDeadBytesReachTheRatioOfTheLiveOnes() throws IOException {
        open(TwinLog.smallSegments().compactionFloor(0).compactionRatio(0.5));
        for (int i = 0; i < 5; i++) {
            put();
        }
        assertEquals(0, compactions());
        put(); // 6 records are dead of 16
        assertEquals(1, compactions());
        log.twin().assertNothingLost();
        log.close();
    }

    @Test
    void shouldNotCompactWhatIsBelowTheFloor() throws IOException {
        open(TwinLog.smallSegments().compactionFloor(20L * RECORD_LENGTH).compactionRatio(0.1));
        for (int i = 0; i < 19; i++) {
            put();
        }
        assertEquals(0, compactions());
        put();
        assertEquals(1, compactions());
        log.close();
    }

    @Test
    void shouldTellLiveAndDeadBytes() throws IOException {
        open(TwinLog.smallSegments());
        for (int i = 0; i < 7; i++) {
            put();
        }
        log.twin().checkpoint(1);
        compactions();
        final LogStats stats = log.log().stats();
        final int cursor = RawRecord.cursor(Token.of(1)).toBytes().length;
        assertEquals(LIVE + cursor, stats.liveBytes());
        assertEquals(7L * RECORD_LENGTH, stats.deadBytes());
        log.close();
    }

    @Test
    void shouldTellWhatACompactionWroteAndReclaimed() throws IOException {
        open(TwinLog.smallSegments());
        for (int i = 0; i < 7; i++) {
            put();
        }
        log.log().requestCompaction();
        assertEquals(1, compactions());
        final LogStats stats = log.log().stats();
        assertEquals(LIVE, stats.lastCompactionBytes());
        assertEquals(7L * RECORD_LENGTH, stats.lastCompactionReclaimed());
        assertEquals(LIVE, stats.length());
        assertEquals(0, stats.deadBytes());
        assertEquals(0, stats.bytesSinceCompaction());
        log.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldNotCompactALogOfNothingButNewKeys(final long seed) throws IOException {
        final Random random = new Random(seed);
        log = MaintainedLog.create(directory, new FaultyStorage(), TwinLog.smallSegments().compactionFloor(0).compactionRatio(0.1));
        for (int i = 0; i < 2000; i++) {
            log.twin().put("key-" + i, new byte[random.nextInt(400)], i);
            log.maintain(2);
        }
        assertEquals(0, compactions());
        log.close();
    }

    /** Many short puts to one key, then long ones to new keys: nothing is dead, but all that can be told is the mean length of a put. */
    @ParameterizedTest
    @ValueSource(doubles = {0.25, 0.5, 1, 2})
    void shouldWriteNoMoreThanTheRatioAllowsWhereTheEstimateIsAsBadAsCanBe(final double ratio) throws IOException {
        log = MaintainedLog.create(directory, new FaultyStorage(), new SnapshotLog.Context().compactionFloor(0).compactionRatio(ratio));
        long written = 0;
        long counted = 0;
        for (int i = 0; i < 5000; i++) {
            final boolean isShort = i < 4000;
            log.log().put(isShort ? "key" : "key-" + i, new byte[isShort ? 0 : 2000], VersionToken.of(i));
            log.maintain(4);
            if (log.log().stats().compactions() > counted) {
                counted++;
                written += log.log().stats().lastCompactionBytes();
            }
        }
        final long appended = 4000L * RawRecord.put("key", "", 1).toBytes().length + 1000L * RawRecord.put("key-4000", "x".repeat(2000), 1).toBytes().length;
        final double share = (double) written / appended;
        assertTrue(share <= 1 + 1 / ratio, () -> "written by compactions in parts of what was appended: " + share);
        assertTrue(counted > 0);
        log.close();
    }

    @Test
    void shouldCountWhatIsAppendedWhileACompactionRunsForTheNext() throws IOException {
        open(TwinLog.smallSegments().compactionThreshold(5L * RECORD_LENGTH));
        assertTrue(log.log().checkpoint(WatchCursor.of(1)));
        log.log().requestCompaction();
        log.maintainUntil("JOINING");
        append();
        append();
        log.maintainUntil("PUBLISHED");
        assertFalse(log.log().checkpoint(WatchCursor.of(2)), "2 records since, and a cursor");
        append();
        append();
        assertFalse(log.log().checkpoint(WatchCursor.of(3)), "4 records since, and cursors");
        append();
        assertTrue(log.log().checkpoint(WatchCursor.of(4)), "5 records since, and cursors");
        log.close();
    }

    /** Far more than maintenance reads in one go, and nobody invoked it before: the writer helps. */
    @ParameterizedTest
    @EnumSource(MaintenanceMode.class)
    void shouldGiveCompactFormOfAllThatWasAppendedWhenToldToCompact(final MaintenanceMode mode) throws IOException {
        final TwinLog twin = TwinLog.create(directory.resolve("kv.log"), new SnapshotLog.Context().maintenance(mode));
        for (int i = 0; i < 3000; i++) {
            twin.put("key-" + i % 7, new byte[500 + i % 100], i);
        }
        twin.checkpoint(1);
        twin.log().compact();
        twin.model().compact();
        twin.log().put("last", Utf8.encode("value"), VersionToken.of(1));
        twin.model().put(Utf8.encode("last"), Utf8.encode("value"), Token.of(1));
        twin.closeAndCheck();
    }

    /** From one compaction to the next a few keys come and go, and most stay. */
    @ParameterizedTest
    @EnumSource(MaintenanceMode.class)
    void shouldLeaveCompactFormAgainAfterKeysCameAndWent(final MaintenanceMode mode) throws IOException {
        final TwinLog twin = TwinLog.create(directory.resolve("kv.log"), new SnapshotLog.Context().maintenance(mode));
        int revision = 0;
        for (int round = 0; round < 6; round++) {
            for (int i = 0; i < 200; i++) {
                twin.put("key-" + (i * 5 + round * 37) % 400, new byte[i % 50], ++revision);
            }
            twin.delete("key-" + round * 5, ++revision);
            twin.delete("key-" + round * 37, ++revision);
            twin.checkpoint(++revision);
            twin.compact();
        }
        twin.closeAndCheck();
    }
}
