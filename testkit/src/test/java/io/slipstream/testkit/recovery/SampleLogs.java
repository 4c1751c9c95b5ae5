package io.slipstream.testkit.recovery;

import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;

/** Small sound logs that are worth damaging. */
final class SampleLogs {
    private SampleLogs() {
    }

    /**
     * Nine records: every type; empty and long keys, values and tokens; overwritten, deleted and live keys; and a value
     * that is two records. Not compact.
     */
    static LogBuilder mixed() {
        return new LogBuilder().header()
            .put("a", "1", 1)
            .put("é😀", new byte[0], Token.none())
            .cursor(Hex.parse("01"))
            .delete("a", 2)
            .put("n", new LogBuilder().put("i", Utf8.encode("x"), Token.none()).cursor(Hex.parse("09")).toBytes(), Token.of(3))
            .put("", Utf8.encode("e"), Hex.parse("00010203040506070809"))
            .put("a", "22", 3)
            .cursor(Hex.parse("f0f1f2f3f4f5f6f7f8f9"))
            .put("z", "26", 4);
    }

    /** Four records, none redundant, a cursor last: as a load leaves a log. */
    static LogBuilder compact() {
        return new LogBuilder().header()
            .put("a", "1", 1)
            .put("b", Utf8.encode("a longer value"), Token.none())
            .put("c", "", 3)
            .cursor(3);
    }
}
