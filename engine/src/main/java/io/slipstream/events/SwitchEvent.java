package io.slipstream.events;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** The writer took a step of a handover. */
@Name("io.slipstream.Switch")
@Label("Switch")
@Description("A compaction beside the writer held up one of its calls")
public final class SwitchEvent extends LogEvent {
    @Label("Step")
    @Description("join: appends go to both logs from here on; refuse: it was to join, but too much was missing; adopt: they go to the new one alone; "
            + "part: to the old one alone")
    String step;

    @Label("Copied")
    @Description("Bytes that were missing in the new log")
    @DataAmount
    long copied;

    SwitchEvent() {
        // begun by the superclass
    }
}
