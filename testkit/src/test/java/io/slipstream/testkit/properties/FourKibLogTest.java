package io.slipstream.testkit.properties;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.Damage.Damaged;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelVerdict.Kind;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A log of exactly one page, as it was closed and in a pre-sized segment of two: every bit, every cut, and every run of sectors zeroed, against
 * the model.
 */
class FourKibLogTest {
    private static final int PAGE_LENGTH = 4096;
    private static final int SECTOR_LENGTH = 512;
    private static final int LAST_FRAME_LENGTH = 21;

    private static final byte[] CLOSED = log();
    private static final byte[] PRE_SIZED = Damage.withSlack(CLOSED, PAGE_LENGTH);

    @Test
    void shouldFindWhatTheModelFindsWhicheverBitIsFlipped() {
        assertSameFindings(Damage.everyBitFlipped(CLOSED), PAGE_LENGTH * Byte.SIZE);
    }

    @Test
    void shouldFindWhatTheModelFindsWhicheverBitIsFlippedBeforeSlack() {
        assertSameFindings(Damage.everyBitFlipped(PRE_SIZED, 0, PAGE_LENGTH), PAGE_LENGTH * Byte.SIZE);
    }

    @Test
    void shouldFindWhatTheModelFindsWhicheverBitOfSlackIsSet() {
        assertSameFindings(Damage.everyBitFlipped(PRE_SIZED, PAGE_LENGTH, PRE_SIZED.length), PAGE_LENGTH * Byte.SIZE);
    }

    @Test
    void shouldFindWhatTheModelFindsWhereverTheLogIsCut() {
        assertSameFindings(Damage.everyCut(CLOSED), PAGE_LENGTH);
    }

    @Test
    void shouldFindWhatTheModelFindsWhereverTheLogIsCutBeforeSlack() {
        assertSameFindings(IntStream.range(0, PAGE_LENGTH).mapToObj(at ->
            new Damaged("zero from " + at, at, PAGE_LENGTH, Damage.zero(PRE_SIZED, at, PAGE_LENGTH))), PAGE_LENGTH);
    }

    @Test
    void shouldFindWhatTheModelFindsWhicheverSectorsAreZeroed() {
        assertSameFindings(everyRunOfSectorsZeroed(CLOSED), 8 * 9 / 2);
    }

    @Test
    void shouldFindWhatTheModelFindsWhicheverSectorsAreZeroedBeforeSlack() {
        assertSameFindings(everyRunOfSectorsZeroed(PRE_SIZED), 16 * 17 / 2);
    }

    @Test
    void shouldKeepWhatTheModelKeepsWhicheverSectorsAreZeroed() throws IOException {
        for (final Damaged damaged : Stream.of(CLOSED, PRE_SIZED).flatMap(FourKibLogTest::everyRunOfSectorsZeroed).toList()) {
            Doors.to(damaged.bytes()).open();
            Doors.to(damaged.bytes()).load();
        }
    }

    @Test
    void shouldFillAPageWithSoundRecords() {
        assertEquals(PAGE_LENGTH, CLOSED.length);
        assertEquals(Kind.CLEAN, ModelJudge.judge(CLOSED).kind());
        assertTrue(ModelJudge.judge(CLOSED).records() > 30);
    }

    private static void assertSameFindings(final Stream<Damaged> damages, final int count) {
        assertEquals(count, damages.mapToInt(FourKibLogTest::assertSameFindings).sum());
    }

    private static int assertSameFindings(final Damaged damaged) {
        try {
            Doors.to(damaged.bytes()).inspect();
            return 1;
        } catch (final AssertionError e) {
            throw new AssertionError(damaged.what() + ": " + e.getMessage(), e);
        }
    }

    private static Stream<Damaged> everyRunOfSectorsZeroed(final byte[] file) {
        final int sectors = file.length / SECTOR_LENGTH;
        return IntStream.range(0, sectors).boxed().flatMap(first -> IntStream.rangeClosed(first + 1, sectors).mapToObj(end ->
            new Damaged("sectors from " + first + " to " + end + " zeroed", first * SECTOR_LENGTH, end * SECTOR_LENGTH,
                Damage.zero(file, first * SECTOR_LENGTH, end * SECTOR_LENGTH))));
    }

    /** Records of every type and of lengths from some bytes to more than a sector; values that hold records; the last one fills the page. */
    private static byte[] log() {
        final LogBuilder log = new LogBuilder().header();
        for (int i = 1; i <= 12; i++) {
            log.put("key-" + i % 7, filled(i * 9, i), Token.of(i)).put("é😀" + i, new byte[i], Token.none()).cursor(i);
        }
        log.delete("key-3", 13).cursor(Token.none()).put("", filled(SECTOR_LENGTH + 100, 'v'), Hex.parse("00010203040506070809"));
        log.put("nested", new LogBuilder().put("in", "side", 1).cursor(14).delete("key-1", 2).toBytes(), Token.of(14));
        for (int i = 15; log.length() < PAGE_LENGTH - 200; i++) {
            log.put("orders." + i, Utf8.encode("value " + i), Token.of(i));
        }
        return log.put("z", filled(PAGE_LENGTH - LAST_FRAME_LENGTH - log.length(), 'z'), Token.of(99)).toBytes();
    }

    private static byte[] filled(final int length, final int fill) {
        final byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) fill);
        return bytes;
    }
}
