package io.slipstream.events;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A log was forced. */
@Name("io.slipstream.Force")
@Label("Force")
@Description("A log, and the mark beside it, were forced")
public final class ForceEvent extends LogEvent {
    @Label("Position")
    @Description("What was appended up to here survives power loss")
    long position;

    @Label("Length")
    @Description("Bytes that did not before, as far as is known")
    @DataAmount
    long length;

    @Label("Whole File")
    @Description("Whether the whole file was forced, as after it grew; if not, a range of it")
    boolean wholeFile;

    ForceEvent() {
        // begun by the superclass
    }
}
