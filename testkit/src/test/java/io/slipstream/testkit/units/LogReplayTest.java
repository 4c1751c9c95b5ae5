package io.slipstream.testkit.units;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.errors.CorruptSnapshotException;
import io.slipstream.errors.InvalidSnapshotFormatException;
import io.slipstream.format.RecordFlyweight;
import io.slipstream.replay.LogReplay;
import io.slipstream.replay.RecordHandler;
import io.slipstream.replay.Verdict;
import io.slipstream.replay.Verdict.Kind;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.LogBytes;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.bytes.Crc;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.LittleEndian;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.recovery.LogFile;
import io.slipstream.testkit.recovery.MemoryTempDir;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A replay of a file that somebody changes between two of its looks, and of one whose pages fail. docs/recovery.md: a
 * verdict is acted on only when it is sure.
 */
class LogReplayTest {
    private static final int SLACK_LENGTH = 100;
    private static final int MORE_THAN_IT_WOULD_WAIT = 1_200;
    private static final RecordHandler IGNORE = record -> { };

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;
    private LogFile log;

    @BeforeEach
    void createLog() throws IOException {
        log = LogFile.in(directory);
    }

    // The length is asked for by the constructor, for the header, for the verdict, and when a verdict is looked at again.
    private static HookedFile.Hook atVerdict(final HookedFile.Hook hook) {
        return atLength(3, hook);
    }

    private static HookedFile.Hook atLength(final int n, final HookedFile.Hook hook) {
        return (method, nth) -> {
            if (method.equals("length") && nth == n) {
                hook.before(method, nth);
            }
        };
    }

    private void append(final byte... bytes) throws IOException {
        Logs.store(log.path(), log.path().toFile().length(), bytes);
    }

    @Test
    void shouldShowARecordThatWasStoredIntoSlackWhileTheEndWasJudged() throws IOException {
        log.holds(Damage.withSlack(Logs.SOUND.toBytes(), SLACK_LENGTH));
        try (StorageFile file = HookedFile.open(log.path(), atVerdict((method, nth) -> Logs.store(log.path(), Logs.END, Logs.NEXT)))) {
            final LogReplay replay = new LogReplay(file);
            final Verdict verdict = replay.replay(IGNORE);
            assertEquals(Kind.SLACK, verdict.kind());
            assertEquals(Logs.END + Logs.NEXT.length, verdict.position());
            assertEquals(Logs.RECORDS + 1, replay.records());
        }
    }

    @Test
    void shouldShowARecordThatWasAppendedWhileTheEndWasJudged() throws IOException {
        log.holds(Logs.SOUND);
        try (StorageFile file = HookedFile.open(log.path(), atVerdict((method, nth) -> append(Logs.NEXT)))) {
            final LogReplay replay = new LogReplay(file);
            final Verdict verdict = replay.replay(IGNORE);
            assertEquals(Kind.CLEAN, verdict.kind());
            assertEquals(Logs.END + Logs.NEXT.length, verdict.position());
            assertEquals(Logs.RECORDS + 1, replay.records());
        }
    }

    @Test
    void shouldMapWhatWasAppendedBeforeItIsShown() throws IOException {
        log.holds(Logs.SOUND);
        // The constructor does not ask for the length here, but the test does.
        try (StorageFile file = HookedFile.open(log.path(), atVerdict((method, nth) -> append(Logs.NEXT)))) {
            final LogBytes bytes = LogBytes.map(file, file.length());
            final LogReplay replay = new LogReplay(file, bytes);
            replay.replay(record -> assertTrue(record.position() + record.length() <= bytes.length()));
            assertEquals(Logs.RECORDS + 1, replay.records());
            assertEquals(Logs.END + Logs.NEXT.length, bytes.length());
        }
    }

    @Test
    void shouldNotMapAgainWhatDidNotGrow() throws IOException {
        log.holds(Damage.withSlack(Logs.SOUND.toBytes(), SLACK_LENGTH));
        final int[] mappings = new int[1];
        try (StorageFile file = HookedFile.open(log.path(), (method, nth) -> {
            if (method.equals("map")) {
                mappings[0]++;
            }
            if (method.equals("length") && nth == 3) {
                Logs.store(log.path(), Logs.END, Logs.NEXT);
            }
        })) {
            final LogReplay replay = new LogReplay(file, LogBytes.map(file, file.length()));
            replay.replay(IGNORE);
            assertEquals(Logs.RECORDS + 1, replay.records());
            assertEquals(1, mappings[0]);
        }
    }

    @Test
    void shouldNotGiveUpOnALogThatGrowsAsFastAsItIsRead() throws IOException {
        log.holds(Logs.SOUND);
        try (StorageFile file = HookedFile.open(log.path(), (method, nth) -> {
            if (method.equals("length") && nth <= MORE_THAN_IT_WOULD_WAIT) {
                append(Logs.NEXT);
            }
        })) {
            final LogReplay replay = new LogReplay(file);
            assertEquals(Kind.CLEAN, replay.replay(IGNORE).kind());
            assertEquals(Logs.RECORDS + MORE_THAN_IT_WOULD_WAIT, replay.records());
        }
    }

    @Test
    void shouldGiveUpOnAFileThatNeverStaysTheSame() throws IOException {
        log.holds(Logs.soundThen((byte) 1));
        try (StorageFile file = HookedFile.open(log.path(), (method, nth) -> {
            if (method.equals("length")) {
                append((byte) 1);
            }
        })) {
            final IOException e = assertThrows(IOException.class, () -> new LogReplay(file).replay(IGNORE));
            assertTrue(e.getMessage().startsWith("the file keeps changing under the replay: "), e::getMessage);
            assertTrue(e.getMessage().endsWith(" position=" + Logs.END), e::getMessage);
        }
    }

    @Test
    void shouldFailOnALogThatIsCutBehindWhatWasShown() throws IOException {
        log.holds(Logs.SOUND);
        try (StorageFile file = HookedFile.open(log.path(), atVerdict((method, nth) -> Logs.cut(log.path(), Logs.END - 1)))) {
            final IOException e = assertThrows(IOException.class, () -> new LogReplay(file).replay(IGNORE));
            assertTrue(e.getMessage().startsWith("the file was cut short under the replay: "), e::getMessage);
            assertTrue(e.getMessage().endsWith(" length=" + (Logs.END - 1) + " replayed=" + Logs.END), e::getMessage);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 12})
    void shouldJudgeAgainWhereTheRecordThatFailsChangedMeanwhile(final int at) throws IOException {
        // A byte of the crc field, or of what it covers: the record fails in the same way, but is not the same record.
        final byte[] broken = RawRecord.put("c", "3", 4).brokenCrc().toBytes();
        final byte[] changed = broken.clone();
        changed[at] ^= 0x10;
        log.holds(Logs.soundThen(broken));
        try (StorageFile file = HookedFile.open(log.path(), atLength(5, (method, nth) -> Logs.store(log.path(), Logs.END, changed)))) {
            final Verdict verdict = new LogReplay(file).replay(IGNORE);
            assertEquals(9, verdict.row());
            assertTrue(verdict.detail().contains("actual=0x" + Long.toHexString(LittleEndian.u32(changed, 0))), verdict::detail);
            assertTrue(verdict.detail().contains("expected=0x" + Long.toHexString(Crc.of(changed, 4, changed.length))), verdict::detail);
        }
    }

    @Test
    void shouldJudgeAgainWhereTheRecordThatFailsWasCompletedMeanwhile() throws IOException {
        log.holds(Damage.withSlack(Logs.soundThen(RawRecord.put("c", "3", 4).crc(0).toBytes()).toBytes(), SLACK_LENGTH));
        try (StorageFile file = HookedFile.open(log.path(), atLength(4, (method, nth) -> Logs.store(log.path(), Logs.END, Logs.NEXT)))) {
            final LogReplay replay = new LogReplay(file);
            assertEquals(Kind.SLACK, replay.replay(IGNORE).kind());
            assertEquals(Logs.RECORDS + 1, replay.records());
        }
    }

    @Test
    void shouldJudgeAgainWhereTheFileGrewWhileTheEndWasJudged() throws IOException {
        log.holds(Logs.soundThen((byte) 1));
        try (StorageFile file = HookedFile.open(log.path(), atLength(4, (method, nth) -> append((byte) 1)))) {
            final Verdict verdict = new LogReplay(file).replay(IGNORE);
            assertEquals(2, verdict.row());
            assertEquals(Logs.END + 2, verdict.fileLength());
        }
    }

    @Test
    void shouldTellHowManyRecordsItsLastReplayShowed() throws IOException {
        log.holds(Logs.SOUND);
        try (StorageFile file = FileStorage.INSTANCE.openForRead(log.path())) {
            final LogReplay replay = new LogReplay(file);
            replay.replay(IGNORE);
            replay.replay(IGNORE);
            assertEquals(Logs.RECORDS, replay.records());
        }
    }

    @Test
    void shouldTellTheCrcOfTheRecordThatEndsAtTheWatchedPosition() throws IOException {
        log.holds(Logs.SOUND);
        try (StorageFile file = FileStorage.INSTANCE.openForRead(log.path())) {
            final LogReplay replay = new LogReplay(file);
            replay.watch(Logs.SOUND.endOf(1));
            replay.replay(IGNORE);
            assertEquals((int) LittleEndian.u32(Logs.SOUND.toBytes(), Logs.SOUND.offsetOf(1)), replay.crcAtWatchedPosition());
            assertEquals((int) LittleEndian.u32(Logs.SOUND.toBytes(), Logs.SOUND.offsetOf(2)), replay.lastCrc());
        }
    }

    @Test
    void shouldTellNoCrcWhereNoRecordEnds() throws IOException {
        log.holds(Logs.SOUND);
        try (StorageFile file = FileStorage.INSTANCE.openForRead(log.path())) {
            final LogReplay replay = new LogReplay(file);
            replay.watch(Logs.SOUND.endOf(1) - 1);
            replay.replay(IGNORE);
            assertNull(replay.crcAtWatchedPosition());
        }
    }

    @Test
    void shouldTellAFailingPageAsAnIoException() throws IOException {
        log.holds(Logs.SOUND);
        final InternalError fault = new InternalError("a fault occurred in an unsafe memory access operation");
        try (StorageFile file = FileStorage.INSTANCE.openForRead(log.path())) {
            final IOException e = assertThrows(IOException.class, () -> new LogReplay(file).replay(record -> {
                throw fault;
            }));
            assertTrue(e.getMessage().startsWith("cannot read or write mapped bytes: file=" + log.path()), e::getMessage);
            assertSame(fault, e.getCause());
        }
    }

    @Test
    void shouldTellAFailingPageOfTheEndAsAnIoException() throws IOException {
        log.holds(Logs.SOUND);
        final InternalError fault = new InternalError("a fault occurred in an unsafe memory access operation");
        try (StorageFile file = FileStorage.INSTANCE.openForRead(log.path())) {
            final IOException e = assertThrows(IOException.class, () -> new LogReplay(file).replay(new RecordHandler() {
                @Override
                public void onRecord(final RecordFlyweight record) {
                    assertFalse(record.length() == 0);
                }

                @Override
                public void onEnd() {
                    throw fault;
                }
            }));
            assertSame(fault, e.getCause());
        }
    }

    @Test
    void shouldNotTakeABrokenJvmForAFailingPage() throws IOException {
        log.holds(Logs.SOUND);
        final InternalError broken = new InternalError("something else");
        try (StorageFile file = FileStorage.INSTANCE.openForRead(log.path())) {
            assertSame(broken, assertThrows(InternalError.class, () -> new LogReplay(file).replay(record -> {
                throw broken;
            })));
        }
    }

    @Test
    void shouldTellLengthsThatChangedAfterTheyWereCheckedAsAnIoException() throws IOException {
        log.holds(Logs.SOUND);
        final IndexOutOfBoundsException outside = new IndexOutOfBoundsException("index=1 length=0");
        try (StorageFile file = FileStorage.INSTANCE.openForRead(log.path())) {
            final IOException e = assertThrows(IOException.class, () -> new LogReplay(file).replay(record -> {
                throw outside;
            }));
            assertTrue(e.getMessage().startsWith("a record changed after it was checked: file=" + log.path()), e::getMessage);
            assertSame(outside, e.getCause());
        }
    }

    @Test
    void shouldShowAWriterAllOfItsLog() throws IOException {
        log.holds(Logs.SOUND);
        try (StorageFile file = FileStorage.INSTANCE.openForRead(log.path())) {
            final LogReplay replay = new LogReplay(file, LogBytes.map(file, Logs.END));
            final int[] ends = new int[1];
            final RecordHandler handler = new RecordHandler() {
                @Override
                public void onRecord(final RecordFlyweight record) {
                    assertEquals(0, ends[0]);
                }

                @Override
                public void onEnd() {
                    ends[0]++;
                }
            };
            replay.replayAll(handler, log.path());
            assertEquals(Logs.RECORDS, replay.records());
            assertEquals(1, ends[0]);
            ends[0] = 0;
            replay.replayAll(handler, log.path());
            assertEquals(Logs.RECORDS, replay.records());
        }
    }

    @Test
    void shouldRefuseAWritersOwnLogWhoseHeaderIsDamaged() throws IOException {
        log.holds(Damage.flipBit(Logs.SOUND.toBytes(), 0));
        assertThrows(InvalidSnapshotFormatException.class, this::replayAll);
    }

    @Test
    void shouldRefuseAWritersOwnLogWithDamageInIt() throws IOException {
        final byte[] damaged = Logs.SOUND.toBytes();
        damaged[Logs.SOUND.offsetOf(1)] ^= 1;
        log.holds(damaged);
        assertEquals(Logs.SOUND.offsetOf(1), assertThrows(CorruptSnapshotException.class, this::replayAll).offset());
    }

    @Test
    void shouldRefuseAWritersOwnLogThatEndsInATornRecord() throws IOException {
        log.holds(Logs.soundThen((byte) 1));
        final IOException e = assertThrows(IOException.class, this::replayAll);
        assertEquals("the log changed under its writer: file=" + log.path() + " offset=" + Logs.END + " expected end=" + (Logs.END + 1), e.getMessage());
    }

    @Test
    void shouldRefuseAWritersOwnLogInWhichARecordAppearedMeanwhile() throws IOException {
        log.holds(Logs.soundThen(new byte[Logs.NEXT.length]));
        try (StorageFile file = HookedFile.open(log.path(), atLength(2, (method, nth) -> Logs.store(log.path(), Logs.END, Logs.NEXT)))) {
            final LogReplay replay = new LogReplay(file, LogBytes.map(file, Logs.END + Logs.NEXT.length));
            final IOException e = assertThrows(IOException.class, () -> replay.replayAll(IGNORE, log.path()));
            assertTrue(e.getMessage().startsWith("the log changed under its writer: "), e::getMessage);
        }
    }

    private void replayAll() throws IOException {
        try (StorageFile file = FileStorage.INSTANCE.openForRead(log.path())) {
            new LogReplay(file, LogBytes.map(file, file.length())).replayAll(IGNORE, log.path());
        }
    }
}
