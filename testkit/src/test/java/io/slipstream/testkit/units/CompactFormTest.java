package io.slipstream.testkit.units;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.compaction.CompactForm;
import io.slipstream.index.LiveSet;
import io.slipstream.index.LiveSetBuilder;
import io.slipstream.replay.LogReplay;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.LogBytes;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.bytes.Crc;
import io.slipstream.testkit.bytes.LittleEndian;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.recovery.LogFile;
import io.slipstream.testkit.recovery.MemoryTempDir;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The compact form of a live set, handed over piece by piece, against the model's. */
class CompactFormTest {
    private static final int BUFFER_LENGTH = 1 << 16;
    private static final int FRAME_LENGTH = 12; // of a put without key, value and version

    private final List<Integer> pieces = new ArrayList<>();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;
    private LogFile log;

    @BeforeEach
    void createLog() throws IOException {
        log = LogFile.in(directory);
    }

    @FunctionalInterface
    private interface Use<T> {
        T of(LiveSet live) throws IOException;
    }

    private <T> T withLiveSet(final LogBuilder records, final Use<T> use) throws IOException {
        log.holds(records);
        try (StorageFile file = FileStorage.INSTANCE.openForRead(log.path())) {
            final LogBytes bytes = LogBytes.map(file, file.length());
            try (LiveSetBuilder live = new LiveSetBuilder(bytes)) {
                new LogReplay(file, bytes).replay(live);
                return use.of(live.build());
            }
        }
    }

    private CompactForm.Written write(final LogBuilder records) throws IOException {
        return withLiveSet(records, this::write);
    }

    private CompactForm.Written write(final LiveSet live) throws IOException {
        return CompactForm.write(live, (source, offset, length) -> {
            pieces.add(length);
            written.write(source, offset, length);
        });
    }

    private static byte[] compactForm(final LogBuilder records) {
        return ModelJudge.judge(records.toBytes()).state().compactForm();
    }

    private static byte[] value(final int length) {
        final byte[] value = new byte[length];
        new Random(length).nextBytes(value);
        return value;
    }

    @Test
    void shouldWriteRecordsOfEveryLengthAsTheModelDoes() throws IOException {
        final Random random = new Random(5);
        final LogBuilder records = new LogBuilder().header();
        for (int i = 0; i < 60; i++) {
            records.put(Integer.toString(random.nextInt(40)), value(random.nextInt(1 << random.nextInt(18))), Token.of(i));
        }
        records.cursor(7);
        final byte[] expected = compactForm(records);
        final CompactForm.Written result = write(records);
        assertArrayEquals(expected, written.toByteArray());
        assertEquals(expected.length, result.length());
        final byte[] cursor = RawRecord.cursor(7).toBytes();
        assertEquals((int) LittleEndian.u32(cursor, 0), result.lastCrc());
    }

    @Test
    void shouldTellTheCrcOfTheLastKeyWhereThereIsNoCursor() throws IOException {
        final byte[] last = RawRecord.put("b", "2", 2).toBytes();
        final CompactForm.Written result = write(new LogBuilder().header().raw(last).put("a", "1", 1));
        assertEquals((int) LittleEndian.u32(last, 0), result.lastCrc());
    }

    @Test
    void shouldWriteABareHeaderForNothing() throws IOException {
        final CompactForm.Written result = write(new LogBuilder().header().put("a", "1", 1).delete("a", 2));
        assertArrayEquals(new LogBuilder().header().toBytes(), written.toByteArray());
        assertEquals(6, result.length());
        assertEquals(0, result.lastCrc());
    }

    @ParameterizedTest
    @ValueSource(ints = {65_536, BUFFER_LENGTH - 7, BUFFER_LENGTH - 6, BUFFER_LENGTH - 5, BUFFER_LENGTH, 3 * BUFFER_LENGTH + 1})
    void shouldWriteARecordAsLongAsTheBuffer(final int recordLength) throws IOException {
        final LogBuilder records = new LogBuilder().header().put("", value(recordLength - FRAME_LENGTH), Token.none()).cursor(1);
        final CompactForm.Written result = write(records);
        assertArrayEquals(compactForm(records), written.toByteArray());
        assertEquals(records.length(), result.length());
    }

    @Test
    void shouldHandOverAFullBufferInOnePiece() throws IOException {
        write(new LogBuilder().header().put("", value(BUFFER_LENGTH - 6 - FRAME_LENGTH), Token.none()));
        assertEquals(List.of(BUFFER_LENGTH), pieces);
    }

    @Test
    void shouldHandOverAFullBufferThatEndsInTheCursorInOnePiece() throws IOException {
        final byte[] cursor = RawRecord.cursor(1).toBytes();
        write(new LogBuilder().header().put("", value(BUFFER_LENGTH - 6 - FRAME_LENGTH - cursor.length), Token.none()).cursor(1));
        assertEquals(List.of(BUFFER_LENGTH), pieces);
    }

    @Test
    void shouldMakeRoomForACursor() throws IOException {
        final LogBuilder records = new LogBuilder().header().put("", value(BUFFER_LENGTH - 6 - FRAME_LENGTH - 1), Token.none()).cursor(1);
        write(records);
        assertEquals(List.of(BUFFER_LENGTH - 1, RawRecord.cursor(1).toBytes().length), pieces);
        assertArrayEquals(records.toBytes(), written.toByteArray());
    }

    @Test
    void shouldTellTheDigestTheModelTells() throws IOException {
        final LogBuilder records = new LogBuilder().header().put("b", "2", 2).put("a", "1", 1).cursor(3);
        assertEquals(ModelJudge.judge(records.toBytes()).state().sha256(), withLiveSet(records, CompactForm::sha256));
        assertEquals(new ModelState().sha256(), CompactForm.sha256OfNothing());
    }

    @Test
    void shouldRefuseARecordThatChangedAfterItWasReplayed() throws IOException {
        final LogBuilder records = new LogBuilder().header().put("a", "1", 1).put("b", "2", 2);
        final long at = records.offsetOf(1);
        final byte[] changed = RawRecord.put("b", "3", 2).toBytes();
        final IOException e = assertThrows(IOException.class, () -> withLiveSet(records, live -> {
            Logs.store(log.path(), at + 12, (byte) '3');
            return write(live);
        }));
        assertEquals("a record changed after it was replayed: offset=" + at + " expected=0x" + Long.toHexString(Crc.of(changed, 4, changed.length))
            + " actual=0x" + Long.toHexString(LittleEndian.u32(records.toBytes(), (int) at)) + "; the disk or memory is failing, nothing was replaced",
            e.getMessage());
    }

    @Test
    void shouldRefuseALengthThatChangedAfterItWasReplayed() throws IOException {
        final LogBuilder records = new LogBuilder().header().put("b", "2", 2);
        final IOException e = assertThrows(IOException.class, () -> withLiveSet(records, live -> {
            Logs.store(log.path(), 6 + 5, (byte) 0xFF, (byte) 0xFF);
            return write(live);
        }));
        assertTrue(e.getMessage().startsWith("a record changed after it was checked: file=the log"), e::getMessage);
    }

    // The last record, whose token now reaches past the end of the file.
    @Test
    @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD) // or it would go on for ever
    void shouldRefuseATokenLengthThatChangedAfterItWasReplayed() throws IOException {
        final LogBuilder records = new LogBuilder().header().put("b", Utf8.encode("2"), Token.none());
        final IOException e = assertThrows(IOException.class, () -> withLiveSet(records, live -> {
            Logs.store(log.path(), records.length() - 1L, (byte) 0xFF);
            return write(live);
        }));
        assertTrue(e.getMessage().startsWith("a record changed after it was checked: file=the log"), e::getMessage);
    }
}
