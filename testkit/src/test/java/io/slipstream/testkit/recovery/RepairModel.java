package io.slipstream.testkit.recovery;

import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelRecord;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.model.ModelVerdict.Kind;
import java.util.Arrays;

/** What a repair must leave of a refused log, found by trying every byte. */
final class RepairModel {
    private RepairModel() {
    }

    /**
     * The records before the damage; and if damage may be skipped, the first chain of records behind it that reaches the
     * end, or nothing but zeros, and then no cursor.
     */
    static byte[] repaired(final byte[] file, final boolean skipDamage) {
        final ModelVerdict verdict = ModelJudge.judge(file);
        final LogBuilder repaired = new LogBuilder().raw(Arrays.copyOf(file, verdict.offset()));
        for (int start = verdict.offset() + 1; skipDamage && start < file.length; start++) {
            if (!isKnownTypeAt(file, start)) {
                continue;
            }
            final ModelVerdict chain = judgeFrom(file, start);
            if (!chain.isError() && chain.kind() != Kind.TORN && chain.records() > 0) {
                final ModelRecord last = chain.applied().get(chain.records() - 1);
                repaired.raw(Arrays.copyOfRange(file, start, start - LogBuilder.HEADER_LENGTH + last.end()));
                final ModelState state = new ModelState(verdict.state()).applyAll(chain.updates());
                return state.hasCursor() ? repaired.cursor(Token.none()).toBytes() : repaired.toBytes();
            }
        }
        return repaired.toBytes();
    }

    private static boolean isKnownTypeAt(final byte[] file, final int start) {
        return start + 4 < file.length && file[start + 4] >= RawRecord.PUT && file[start + 4] <= RawRecord.CURSOR;
    }

    private static ModelVerdict judgeFrom(final byte[] file, final int start) {
        return ModelJudge.judge(
            new LogBuilder().header().raw(Arrays.copyOfRange(file, start, file.length)).toBytes());
    }
}
