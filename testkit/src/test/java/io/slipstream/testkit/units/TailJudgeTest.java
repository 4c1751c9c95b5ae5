package io.slipstream.testkit.units;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.replay.TailJudge;
import io.slipstream.replay.Verdict;
import io.slipstream.replay.Verdict.Kind;
import io.slipstream.storage.FileChangedException;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.MappedRegion;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.recovery.LogFile;
import io.slipstream.testkit.recovery.MemoryTempDir;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The judge of a log's end on files that change, are replaced or fail while it searches them. */
class TailJudgeTest {
    private static final int CHUNK_LENGTH = 1 << 16;
    // A record that fails its checksum, with two sound ones behind it.
    private static final byte[] DAMAGED = Logs.soundThen(RawRecord.put("x", "9", 9).brokenCrc().toBytes()).raw(Logs.NEXT).raw(Logs.NEXT).toBytes();

    @TempDir(factory = MemoryTempDir.class)
    private Path directory;
    private LogFile log;

    @BeforeEach
    void createLog() throws IOException {
        log = LogFile.in(directory);
    }

    private Verdict judge(final long position, final HookedFile.Hook hook) throws IOException {
        try (StorageFile file = HookedFile.open(log.path(), hook)) {
            return new TailJudge(file).judge(position);
        }
    }

    @Test
    void shouldSearchTheOpenFileWhenItsNameLeadsToAnother() throws IOException {
        log.holds(DAMAGED);
        final Verdict verdict = judge(Logs.END, (method, nth) -> {
            if (method.equals("map")) {
                Files.delete(log.path());
                Files.write(log.path(), Logs.SOUND.toBytes());
            }
        });
        assertEquals(Kind.CORRUPTED, verdict.kind());
        assertEquals(2, verdict.survivors());
    }

    @Test
    void shouldFailOnAFileThatIsCutUnderTheSearch() throws IOException {
        log.holds(DAMAGED);
        final FileChangedException e = assertThrows(FileChangedException.class, () -> judge(Logs.END, (method, nth) -> {
            if (method.equals("length") && nth == 2) {
                Logs.cut(log.path(), DAMAGED.length - 1);
            }
        }));
        assertTrue(e.getMessage().startsWith("the file was cut short under the search for survivors: "), e::getMessage);
    }

    @Test
    void shouldNotMindAFileThatGrowsUnderTheSearch() throws IOException {
        log.holds(DAMAGED);
        final Verdict verdict = judge(Logs.END, (method, nth) -> {
            if (method.equals("length") && nth == 2) {
                Logs.store(log.path(), DAMAGED.length, (byte) 0);
            }
        });
        assertEquals(2, verdict.survivors());
    }

    @Test
    void shouldTellAPageThatFailsUnderTheSearchAsAnIoException() throws IOException {
        log.holds(DAMAGED);
        final InternalError fault = new InternalError("a fault occurred in an unsafe memory access operation");
        final boolean[] released = new boolean[1];
        try (StorageFile file = FileStorage.INSTANCE.openForRead(log.path())) {
            final IOException e = assertThrows(IOException.class, () -> new TailJudge(withPages(file, failing(fault, released))).judge(Logs.END));
            assertTrue(e.getMessage().startsWith("cannot read or write mapped bytes: "), e::getMessage);
            assertSame(fault, e.getCause());
            assertTrue(released[0]);
        }
    }

    private static MappedRegion failing(final InternalError fault, final boolean[] released) {
        final UnsafeBuffer pages = new UnsafeBuffer(new byte[DAMAGED.length]) {
            @Override
            public void getBytes(final int index, final byte[] target, final int offset, final int length) {
                throw fault;
            }
        };
        return (MappedRegion) Proxy.newProxyInstance(TailJudgeTest.class.getClassLoader(), new Class<?>[] {MappedRegion.class}, (proxy, method, args) -> {
            released[0] |= method.getName().equals("release");
            return method.getName().equals("buffer") ? pages : null;
        });
    }

    private static StorageFile withPages(final StorageFile file, final MappedRegion region) {
        return (StorageFile) Proxy.newProxyInstance(TailJudgeTest.class.getClassLoader(), new Class<?>[] {StorageFile.class}, (proxy, method, args) ->
            method.getName().equals("map") ? region : method.invoke(file, args));
    }

    /** A record that starts one byte before the damage, in the last byte of a sound one. It is no survivor: only what starts behind the damage is. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotCountARecordThatStartsBeforeTheDamage(final boolean replaced) throws IOException {
        final byte[] early = RawRecord.put(new byte[0], new byte[1], Token.none()).toBytes();
        final LogBuilder bytes = new LogBuilder().header().cursor(new byte[] {1, early[0]}).raw(Arrays.copyOfRange(early, 1, early.length));
        log.holds(bytes);
        final Verdict verdict = judge(bytes.endOf(0), (method, nth) -> {
            if (replaced && method.equals("map")) {
                Files.delete(log.path());
                Files.write(log.path(), Logs.SOUND.toBytes());
            }
        });
        assertEquals(Kind.TORN, verdict.kind());
        assertEquals(3, verdict.row());
    }

    @Test
    void shouldTellHowFewBytesAreLeft() throws IOException {
        log.holds(Logs.soundThen((byte) 1, (byte) 2));
        assertEquals("only 2 bytes of a record", judge(Logs.END, (method, nth) -> { }).detail());
    }

    @ParameterizedTest
    @CsvSource({
        "504753, header cut short: found=3 expected=6",
        "504753530300, 'unsupported format version: found=3 supported=2, written by a newer release'",
        "504753530002, 'unsupported format version: found=512 supported=2, written by a newer release'",
        "504753530100, unsupported format version: found=1 supported=2",
        "5047ab530200, wrong magic: found=5047ab53 expected=50475353 (PGSS)"})
    void shouldTellWhatIsWrongWithAHeader(final String header, final String detail) throws IOException {
        log.holds(Hex.parse(header));
        try (StorageFile file = FileStorage.INSTANCE.openForRead(log.path())) {
            assertEquals(new Verdict(Kind.INVALID, 0, 0, header.length() / 2, 0, detail), new TailJudge(file).judgeHeader());
        }
    }

    @Test
    void shouldGiveNoVerdictWhereASoundRecordStands() throws IOException {
        log.holds(Logs.SOUND);
        assertNull(judge(Logs.SOUND.offsetOf(1), (method, nth) -> { }));
    }

    @Test
    void shouldGiveNoVerdictWhereARecordWasCompletedBetweenItsTwoLooks() throws IOException {
        log.holds(Logs.soundThen(Damage.zero(Logs.NEXT, 0, 4)));
        // The first look is for zeros, the second for a record.
        assertNull(judge(Logs.END, (method, nth) -> {
            if (method.equals("copy") && nth == 3) {
                Logs.store(log.path(), Logs.END, Logs.NEXT);
            }
        }));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, CHUNK_LENGTH - 1, CHUNK_LENGTH, CHUNK_LENGTH + 1, 2 * CHUNK_LENGTH})
    void shouldFindAByteThatIsNotZeroWhereverItStands(final int at) throws IOException {
        final byte[] bytes = new byte[2 * CHUNK_LENGTH + 1];
        log.holds(bytes);
        try (StorageFile file = FileStorage.INSTANCE.openForRead(log.path())) {
            assertTrue(new TailJudge(file).isZero(0, bytes.length));
            Logs.store(log.path(), at, (byte) 0x80);
            assertFalse(new TailJudge(file).isZero(0, bytes.length));
            assertTrue(new TailJudge(file).isZero(0, at));
            assertTrue(new TailJudge(file).isZero(at + 1, bytes.length));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void shouldTakeOnlyTheBeginningOfAHeaderForOne(final int length) throws IOException {
        final byte[] header = Arrays.copyOf(Logs.SOUND.toBytes(), length);
        log.holds(header);
        assertTrue(isHeaderPrefix());
        for (int i = 0; i < length; i++) {
            log.holds(Damage.flipBit(header, 8L * i));
            assertFalse(isHeaderPrefix());
        }
    }

    @Test
    void shouldNotTakeAWholeHeaderForTheBeginningOfOne() throws IOException {
        log.holds(Arrays.copyOf(Logs.SOUND.toBytes(), 6));
        assertFalse(isHeaderPrefix());
    }

    private boolean isHeaderPrefix() throws IOException {
        try (StorageFile file = FileStorage.INSTANCE.openForRead(log.path())) {
            return new TailJudge(file).isHeaderPrefix();
        }
    }
}
