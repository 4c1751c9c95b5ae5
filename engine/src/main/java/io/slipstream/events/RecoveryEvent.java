package io.slipstream.events;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A log was opened for writing. */
@Name("io.slipstream.Recovery")
@Label("Recovery")
@Description("A log was opened for writing: what stood at its end, and what was dropped")
public final class RecoveryEvent extends LogEvent {
    @Label("Tail")
    String tail;

    @Label("Rule")
    @Description("Row of the verdict table in docs/recovery.md")
    int rule;

    @Label("Position")
    @Description("End of the last record that counts")
    long position;

    @Label("Dropped")
    @Description("Bytes behind it that do not count; slack is none")
    @DataAmount
    long dropped;

    @Label("Survivors")
    @Description("Sound records among what was dropped")
    long survivors;

    @Label("Records")
    long records;

    RecoveryEvent() {
        // begun by the superclass
    }
}
