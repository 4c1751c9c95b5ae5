package io.slipstream.events;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A segment was added. */
@Name("io.slipstream.Growth")
@Label("Growth")
@Description("A segment was added to a log: filled with zeros, mapped, touched")
public final class GrowthEvent extends LogEvent {
    @Label("Segment Length")
    @DataAmount
    long segmentLength;

    @Label("Capacity")
    @Description("Where it ends")
    @DataAmount
    long capacity;

    @Label("Ahead")
    @Description("Whether it was made before it was needed; if not, the thread that appends made it")
    boolean ahead;

    GrowthEvent() {
        // begun by the superclass
    }
}
