package io.slipstream.events;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A compaction ended. */
@Name("io.slipstream.Compaction")
@Label("Compaction")
@Description("A log was rewritten, or could not be")
public final class CompactionEvent extends LogEvent {
    @Label("Length Before")
    @Description("Length of the log when it began")
    @DataAmount
    long lengthBefore;

    @Label("Compact Length")
    @Description("Length of the compact form that was written")
    @DataAmount
    long compactLength;

    @Label("Reclaimed")
    @Description("Bytes by which the log became shorter")
    @DataAmount
    long reclaimed;

    @Label("Published")
    @Description("Whether the rewritten log is the log now")
    boolean published;

    @Label("Failure")
    @Description("Why it was given up")
    String failure;

    CompactionEvent() {
        // begun by the superclass
    }
}
