package io.slipstream.testkit.model;

import static io.slipstream.testkit.bytes.LogBuilder.HEADER_LENGTH;
import static io.slipstream.testkit.model.ModelVerdict.Kind.CLEAN;
import static io.slipstream.testkit.model.ModelVerdict.Kind.CORRUPTED;
import static io.slipstream.testkit.model.ModelVerdict.Kind.INVALID;
import static io.slipstream.testkit.model.ModelVerdict.Kind.SLACK;
import static io.slipstream.testkit.model.ModelVerdict.Kind.TORN;

import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.model.ModelVerdict.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Judges a file by the table of {@code docs/recovery.md}, without a mark: what a power cut may excuse is not excused
 * here.
 *
 * <p>The search for survivors tries every byte and checksums every candidate anew. That is quadratic on a file made to
 * make it so.
 */
public final class ModelJudge {
    /* The table of docs/recovery.md, p being the place of a record and L the length of the file. "Survives" is
     * Frame.survivingAt.
     *
     *   1  p = L, or only zero bytes from p to L             clean end
     *   2  fewer than 5 bytes left                           torn tail
     *   3  type 0                                            a record survives after p: corrupted; else torn tail
     *   4  type above 3                                      invalid format
     *   5  a length field lies wholly or partly past L       a record survives after p: corrupted; else torn tail
     *   6  versionLen or cursorLen above 10                  invalid format
     *   7  the record reaches past L                         a record survives after p: corrupted; else torn tail
     *   8  crc field is 0, does not match, and only zero     torn tail
     *      bytes (or nothing) follow the record
     *   9  crc does not match                                a record survives after p: corrupted; else fewer than
     *                                                        6 bytes, or only zeros, follow the record: torn tail;
     *                                                        else corrupted
     *  10  crc matches, key is not UTF-8                     invalid format
     */
    private static final int HEADER = 0;
    private static final int NO_ROW = -1;
    private static final int TORN_BEHIND_RECORD_LENGTH = 6;

    private ModelJudge() {
    }

    /** Judges a file of these bytes. Every byte sequence has a verdict. */
    public static ModelVerdict judge(final byte[] file) {
        if (!isHeaderRight(file)) {
            return new ModelVerdict(INVALID, HEADER, 0, file.length, 0, List.of(), new ModelState(), true);
        }
        final List<ModelRecord> applied = new ArrayList<>();
        final ModelState state = new ModelState();
        boolean compact = true;

        int p = HEADER_LENGTH;
        int row = rowAt(file, p);
        while (row == NO_ROW) {
            final Frame frame = Frame.at(file, p).orElseThrow();
            final ModelUpdate update = frame.toUpdate();
            compact &= !isRedundant(state, update);
            state.apply(update);
            applied.add(new ModelRecord(p, (int) frame.end(), update));
            p = (int) frame.end();
            row = rowAt(file, p);
        }

        final int survivors = asksForSurvivors(row) ? countSurvivors(file, p) : 0;
        return new ModelVerdict(
            kind(file, p, row, survivors), row, p, file.length, survivors, List.copyOf(applied), state, compact);
    }

    /**
     * How many records survive after {@code p}, without overlap: the first is looked for at {@code p + 1}, the next
     * from the end of the one before.
     */
    public static int countSurvivors(final byte[] file, final int p) {
        int survivors = 0;
        int q = p + 1;
        while (q < file.length) {
            final Optional<Frame> survivor = Frame.survivingAt(file, q);
            if (survivor.isPresent()) {
                survivors++;
                q = (int) survivor.get().end();
            } else {
                q++;
            }
        }
        return survivors;
    }

    private static boolean isHeaderRight(final byte[] file) {
        final byte[] header = new LogBuilder().header().toBytes();
        return file.length >= HEADER_LENGTH && Arrays.equals(header, Arrays.copyOf(file, HEADER_LENGTH));
    }

    /** The first row that fits at {@code p}; {@link #NO_ROW} if a sound record starts there. */
    private static int rowAt(final byte[] file, final int p) {
        if (hasOnlyZeros(file, p)) {
            return 1;
        }
        if (file.length - p < Frame.PREFIX_LENGTH) {
            return 2;
        }
        if (Frame.typeAt(file, p) == 0) {
            return 3;
        }
        if (!Frame.isKnown(Frame.typeAt(file, p))) {
            return 4;
        }
        final Optional<Frame> claimed = Frame.at(file, p);
        if (claimed.isEmpty()) {
            return 5;
        }
        final Frame frame = claimed.get();
        if (!frame.isTokenShort()) {
            return 6;
        }
        if (!frame.isInside()) {
            return 7;
        }
        if (!frame.isCrcRight()) {
            return frame.isCrcZero() && hasOnlyZeros(file, (int) frame.end()) ? 8 : 9;
        }
        return frame.isKeyUtf8() ? NO_ROW : 10;
    }

    private static boolean asksForSurvivors(final int row) {
        return row == 3 || row == 5 || row == 7 || row == 9;
    }

    private static Kind kind(final byte[] file, final int p, final int row, final int survivors) {
        return switch (row) {
            case 1 -> p == file.length ? CLEAN : SLACK;
            case 2, 8 -> TORN;
            case 3, 5, 7 -> survivors > 0 ? CORRUPTED : TORN;
            case 4, 6, 10 -> INVALID;
            case 9 -> survivors > 0 || !canEndTorn(file, (int) Frame.at(file, p).orElseThrow().end())
                ? CORRUPTED : TORN;
            default -> throw new IllegalStateException("no such row: " + row);
        };
    }

    /** Row 9: whether what follows the record that ends at {@code end} is as little as behind a torn append. */
    private static boolean canEndTorn(final byte[] file, final int end) {
        return file.length - end < TORN_BEHIND_RECORD_LENGTH || hasOnlyZeros(file, end);
    }

    /** Whether there is no byte but zeros from {@code from} to the end, or no byte at all. */
    private static boolean hasOnlyZeros(final byte[] file, final int from) {
        for (int i = from; i < file.length; i++) {
            if (file[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isRedundant(final ModelState before, final ModelUpdate update) {
        if (update instanceof ModelUpdate.Put put) {
            return before.isLive(put.key());
        }
        return update instanceof ModelUpdate.Delete || before.hasCursor();
    }
}
