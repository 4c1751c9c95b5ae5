package io.slipstream.testkit.recovery;

import io.slipstream.LogInspection;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.model.ModelVerdict;
import java.util.Locale;

/** What there is to say of a file, by the engine or by the model: equal if both say the same. */
public record Findings(
    String result, int row, Long offset, String tail, long dropped, long survivors, long records, long live,
    String cursor, long logEnd, long fileLength, boolean compact, String compactSha256) {

    /** What the model says. */
    public static Findings of(final ModelVerdict verdict) {
        final boolean refused = verdict.isError();
        return new Findings(
            verdict.result(),
            verdict.row(),
            refused ? (long) verdict.offset() : null,
            refused ? null : verdict.kind().name().toLowerCase(Locale.ROOT),
            verdict.dropped(),
            verdict.survivors(),
            verdict.records(),
            verdict.live().size(),
            Hex.of(verdict.cursor()),
            verdict.logEnd(),
            verdict.fileLength(),
            verdict.compact(),
            refused ? null : verdict.state().sha256());
    }

    /** What the engine says. */
    public static Findings of(final LogInspection inspection) {
        return new Findings(
            inspection.result().name().toLowerCase(Locale.ROOT),
            inspection.rule() == null ? 0 : inspection.rule(),
            inspection.offset(),
            inspection.tail() == null ? null : inspection.tail().name().toLowerCase(Locale.ROOT),
            inspection.dropped(),
            inspection.survivors(),
            inspection.records(),
            inspection.live(),
            inspection.cursor() == null ? "" : inspection.cursor().toHex(),
            inspection.logEnd(),
            inspection.fileLength(),
            inspection.compact(),
            inspection.compactSha256());
    }
}
