package io.slipstream.testkit.fuzz;

import static io.slipstream.testkit.bytes.LittleEndian.u16;
import static io.slipstream.testkit.bytes.LittleEndian.u32;
import static io.slipstream.testkit.bytes.LittleEndian.u8;

import io.slipstream.testkit.bytes.Crc;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.model.ModelVerdict;
import java.util.Arrays;

/** Records in bytes that may be anything: where one claims to end, whether it is sound, and which of them a repair must keep. */
final class Records {
    static final int TYPE_OFFSET = 4;
    /** No record starts here: the type is unknown, or a length field lies past the end. */
    static final long NONE = -1;

    private static final int FIRST_LENGTH_OFFSET = 5;

    private Records() {
    }

    /** Where the record at p claims to end, inside the file or not; {@link #NONE} if nothing is claimed. */
    static long claimedEnd(final byte[] file, final int p) {
        final long at = tokenLengthAt(file, p);
        return at == NONE ? NONE : at + 1 + u8(file, (int) at);
    }

    /** Where the record at p ends, if a valid one starts there, key and all; {@link #NONE} otherwise. */
    static long soundEnd(final byte[] file, final int p) {
        final long end = claimedEnd(file, p);
        if (end == NONE || end > file.length || u8(file, (int) tokenLengthAt(file, p)) > Token.MAX_LENGTH
            || Crc.of(file, p + TYPE_OFFSET, (int) end) != u32(file, p)) {
            return NONE;
        }
        final int key = p + FIRST_LENGTH_OFFSET + 2;
        return u8(file, p + TYPE_OFFSET) == RawRecord.CURSOR || Utf8.isValid(file, key, key + u16(file, key - 2)) ? end : NONE;
    }

    private static long tokenLengthAt(final byte[] file, final int p) {
        if (p + FIRST_LENGTH_OFFSET > file.length) {
            return NONE;
        }
        final int type = u8(file, p + TYPE_OFFSET);
        if (type < RawRecord.PUT || type > RawRecord.CURSOR) {
            return NONE;
        }
        long at = (long) p + FIRST_LENGTH_OFFSET;
        if (type != RawRecord.CURSOR) {
            if (at + 2 > file.length) {
                return NONE;
            }
            at += 2 + u16(file, (int) at);
        }
        if (type == RawRecord.PUT) {
            if (at + 4 > file.length) {
                return NONE;
            }
            at += 4 + u32(file, (int) at);
        }
        return at < file.length ? at : NONE;
    }

    /**
     * What a repair must leave of a refused log: the records before the damage; and if damage may be skipped, the first chain of records behind
     * it that reaches the end, or nothing but zeros, and then no cursor.
     */
    static byte[] repaired(final byte[] file, final boolean skipDamage) {
        final ModelVerdict verdict = ModelJudge.judge(file);
        final LogBuilder repaired = new LogBuilder().raw(Arrays.copyOf(file, verdict.offset()));
        final int zeros = beginOfZeros(file);
        for (int start = verdict.offset() + 1; skipDamage && start < file.length; start++) {
            final int end = chainEnd(file, start);
            if (end > start && end >= zeros) {
                final byte[] chain = Arrays.copyOfRange(file, start, end);
                final ModelState state = new ModelState(verdict.state())
                    .applyAll(ModelJudge.judge(new LogBuilder().header().raw(chain).toBytes()).updates());
                repaired.raw(chain);
                return state.hasCursor() ? repaired.cursor(Token.none()).toBytes() : repaired.toBytes();
            }
        }
        return repaired.toBytes();
    }

    private static int chainEnd(final byte[] file, final int start) {
        int end = start;
        for (long next = soundEnd(file, end); next != NONE; next = soundEnd(file, end)) {
            end = (int) next;
        }
        return end;
    }

    private static int beginOfZeros(final byte[] file) {
        int begin = file.length;
        while (begin > 0 && file[begin - 1] == 0) {
            begin--;
        }
        return begin;
    }
}
