package io.slipstream.testkit.units;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.errors.CorruptSnapshotException;
import io.slipstream.errors.InvalidSnapshotFormatException;
import io.slipstream.format.RecordFlyweight;
import io.slipstream.replay.LogFollower;
import io.slipstream.storage.FileChangedException;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation;
import io.slipstream.testkit.fault.Operation.Kind;
import io.slipstream.testkit.recovery.LogFile;
import io.slipstream.testkit.recovery.MemoryTempDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A follower, poll by poll, beside a writer that cuts, compacts and removes its log. */
class LogFollowerTest {
    private static final int SLACK_LENGTH = 100;
    private static final String ROTATED = "rotated";
    private static final byte[] LIVE = Damage.withSlack(Logs.SOUND.toBytes(), SLACK_LENGTH);
    private static final String[] RECORDS = {at(0), at(1), at(2)};

    private final FaultyStorage disk = new FaultyStorage();
    private final List<String> shown = new ArrayList<>();
    private final LogFollower.Listener listener = new LogFollower.Listener() {
        @Override
        public void onRotated() {
            shown.add(ROTATED);
        }

        @Override
        public void onRecord(final RecordFlyweight record) {
            shown.add(Long.toString(record.position()));
        }
    };

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;
    private LogFile log;

    @BeforeEach
    void createLog() throws IOException {
        log = LogFile.in(directory);
    }

    private static String at(final int record) {
        return Integer.toString(Logs.SOUND.offsetOf(record));
    }

    private void assertShown(final String... expected) {
        assertEquals(List.of(expected), shown);
        shown.clear();
    }

    // As a compaction does.
    private void replaceBy(final byte... bytes) throws IOException {
        final Path temporary = log.beside(".compact");
        Files.write(temporary, bytes);
        Files.move(temporary, log.path(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void shouldShowEveryRecordOnce() throws IOException {
        log.holds(Logs.SOUND);
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            assertShown(RECORDS);
            assertFalse(follower.poll(listener));
            assertFalse(follower.poll(listener));
            Logs.store(log.path(), Logs.END, Logs.NEXT);
            assertTrue(follower.poll(listener));
            assertShown(Integer.toString(Logs.END));
        }
    }

    @Test
    void shouldShowAtTheNextPollWhatIsAppendedWhileTheEndIsJudged() throws IOException {
        log.holds(LIVE);
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            disk.atNth(Kind.IDENTITY, 1, Moment.AFTER, () -> Logs.store(log.path(), Logs.END, Logs.NEXT));
            assertFalse(follower.poll(listener));
            assertShown(RECORDS);
            assertTrue(follower.poll(listener));
            assertShown(Integer.toString(Logs.END));
        }
    }

    @Test
    void shouldWaitForAnAppendThatIsInProgress() throws IOException {
        log.holds(LIVE);
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            Logs.store(log.path(), Logs.END, Damage.zero(Logs.NEXT, 0, 4));
            assertFalse(follower.poll(listener));
            assertFalse(follower.poll(listener));
            Logs.store(log.path(), Logs.END, Logs.NEXT);
            assertTrue(follower.poll(listener));
            assertShown(RECORDS[0], RECORDS[1], RECORDS[2], Integer.toString(Logs.END));
        }
    }

    @Test
    void shouldWaitWhereSlackIsCutUnderARead() throws IOException {
        log.holds(LIVE);
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            disk.atNth(Kind.READ, 1, Moment.BEFORE, () -> Logs.cut(log.path(), Logs.END));
            assertFalse(follower.poll(listener));
            assertTrue(follower.poll(listener));
            assertShown(RECORDS);
        }
    }

    @Test
    void shouldWaitWhereSlackIsCutUnderAReadRightBehindWhatWasShown() throws IOException {
        log.holds(LIVE);
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            disk.atNth(Kind.READ, 1, Moment.BEFORE, () -> Logs.cut(log.path(), Logs.END));
            assertFalse(follower.poll(listener));
            assertShown(RECORDS);
        }
    }

    @Test
    void shouldFailWhereWhatWasShownIsCutUnderARead() throws IOException {
        log.holds(LIVE);
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            disk.atNth(Kind.READ, 1, Moment.BEFORE, () -> Logs.cut(log.path(), Logs.END - 1));
            assertThrows(FileChangedException.class, () -> follower.poll(listener));
        }
    }

    @Test
    void shouldFailWhereWhatWasShownIsGone() throws IOException {
        log.holds(Logs.SOUND);
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            Logs.cut(log.path(), Logs.END - 1);
            final IOException e = assertThrows(FileChangedException.class, () -> follower.poll(listener));
            assertEquals("the file was cut short behind what was followed: file=" + log.path() + " length=" + (Logs.END - 1)
                + " followed=" + Logs.END, e.getMessage());
        }
    }

    @Test
    void shouldStayOnAFileWhoseNameIsGone() throws IOException {
        log.holds(LIVE);
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            Files.delete(log.path());
            assertFalse(follower.poll(listener));
            assertShown(RECORDS);
        }
    }

    @Test
    void shouldGoOnInTheFileThatTookTheName() throws IOException {
        log.holds(LIVE);
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            replaceBy(Logs.SOUND.toBytes());
            assertTrue(follower.poll(listener));
            assertTrue(follower.poll(listener));
            assertShown(RECORDS[0], RECORDS[1], RECORDS[2], ROTATED, RECORDS[0], RECORDS[1], RECORDS[2]);
        }
    }

    @Test
    void shouldGoOnInTheFileThatTookTheNameOfOneWithoutSlack() throws IOException {
        log.holds(Logs.SOUND);
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            assertFalse(follower.poll(listener));
            replaceBy(new LogBuilder().header().toBytes());
            assertTrue(follower.poll(listener));
            assertShown(RECORDS[0], RECORDS[1], RECORDS[2], ROTATED);
        }
    }

    @Test
    void shouldGiveTheBytesOfTheFileThatItFollows() throws IOException {
        log.holds(Logs.SOUND);
        final byte[] found = new byte[Logs.NEXT.length];
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            Logs.store(log.path(), Logs.END, Logs.NEXT);
            follower.source().copy(Logs.END, found, 0, found.length);
        }
        assertArrayEquals(Logs.NEXT, found);
    }

    @Test
    void shouldShowWhatWasAppendedToTheOldFileBeforeItWasReplaced() throws IOException {
        log.holds(LIVE);
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            disk.atNth(Kind.IDENTITY, 1, Moment.BEFORE, () -> {
                Logs.store(log.path(), Logs.END, Logs.NEXT);
                replaceBy(Logs.SOUND.toBytes());
            });
            assertTrue(follower.poll(listener));
            assertShown(RECORDS[0], RECORDS[1], RECORDS[2], Integer.toString(Logs.END), ROTATED);
        }
    }

    @Test
    void shouldWaitForTheNextFileWhereTheOneThatTookTheNameIsGoneAgain() throws IOException {
        log.holds(LIVE);
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            replaceBy(Logs.SOUND.toBytes());
            disk.atNth(Kind.OPEN, 1, Moment.BEFORE, () -> Files.delete(log.path()));
            assertTrue(follower.poll(listener));
            assertFalse(follower.poll(listener));
            assertShown(RECORDS);
            replaceBy(new LogBuilder().header().toBytes());
            assertTrue(follower.poll(listener));
            assertShown(ROTATED);
        }
    }

    @Test
    void shouldCloseTheOldFileWhenItGoesOnInTheNext() throws IOException {
        log.holds(LIVE);
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            replaceBy(Logs.SOUND.toBytes());
            disk.forget();
            assertTrue(follower.poll(listener));
            assertEquals(1, countOf(Kind.CLOSE));
        }
        assertEquals(2, countOf(Kind.CLOSE));
    }

    @Test
    void shouldCloseAFileWhoseHeaderIsRefused() throws IOException {
        log.holds(Damage.flipBit(LIVE, 0));
        assertThrows(InvalidSnapshotFormatException.class, () -> new LogFollower(disk, log.path()).close());
        assertEquals(1, countOf(Kind.CLOSE));
    }

    @Test
    void shouldRefuseDamageWhereItFollows() throws IOException {
        final byte[] damaged = new LogBuilder().raw(LIVE).toBytes();
        damaged[Logs.SOUND.offsetOf(1)] ^= 1;
        log.holds(damaged);
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            final CorruptSnapshotException e = assertThrows(CorruptSnapshotException.class, () -> follower.poll(listener));
            assertEquals(Logs.SOUND.offsetOf(1), e.offset());
        }
    }

    @Test
    void shouldRefuseDamageThatAppearsWhereThereWasNothing() throws IOException {
        log.holds(LIVE);
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            assertFalse(follower.poll(listener));
            Logs.store(log.path(), Logs.END, RawRecord.put("x", "9", 9).type(77).toBytes());
            assertThrows(InvalidSnapshotFormatException.class, () -> follower.poll(listener));
        }
    }

    @Test
    void shouldRefuseDamageThatAppearsInTheVeryLastBytes() throws IOException {
        log.holds(Damage.withSlack(Logs.SOUND.toBytes(), 7));
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            assertFalse(follower.poll(listener));
            Logs.store(log.path(), Logs.END + 4, (byte) 77);
            assertThrows(InvalidSnapshotFormatException.class, () -> follower.poll(listener));
        }
    }

    @Test
    void shouldWaitWhereDamageIsGoneWhenItIsReadAgain() throws IOException {
        log.holds(Logs.soundThen(RawRecord.put("x", "9", 9).type(77).toBytes()));
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            // For the walk, for zeros, twice for the verdict; then it is looked at again.
            disk.atNth(Kind.READ, 5, Moment.BEFORE, () -> Logs.store(log.path(), Logs.END, Logs.NEXT));
            assertFalse(follower.poll(listener));
            assertTrue(follower.poll(listener));
            assertShown(RECORDS[0], RECORDS[1], RECORDS[2], Integer.toString(Logs.END));
        }
    }

    @Test
    void shouldLookForDamageInTheNextFileToo() throws IOException {
        log.holds(LIVE);
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            assertFalse(follower.poll(listener));
            // What its first bytes show is zero: only a whole look can tell that it is not.
            replaceBy(new LogBuilder().header().slack(SLACK_LENGTH).raw(Logs.NEXT).toBytes());
            assertTrue(follower.poll(listener));
            assertThrows(CorruptSnapshotException.class, () -> follower.poll(listener));
        }
    }

    @Test
    void shouldNotReadSlackAgainAtEveryPoll() throws IOException {
        log.holds(LIVE);
        try (LogFollower follower = new LogFollower(disk, log.path())) {
            assertTrue(follower.poll(listener));
            disk.forget();
            assertFalse(follower.poll(listener));
            final long firstLook = countOf(Kind.READ);
            disk.forget();
            assertFalse(follower.poll(listener));
            assertEquals(firstLook, countOf(Kind.READ), "one for a record, one for what stands there");
            assertEquals(2, firstLook);
        }
    }

    private long countOf(final Kind kind) {
        return disk.operations().stream().map(Operation::kind).filter(kind::equals).count();
    }
}
