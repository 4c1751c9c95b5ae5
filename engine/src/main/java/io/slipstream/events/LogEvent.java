package io.slipstream.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;

/** What all events have in common: about which log they are, and that they begin when they are made. */
@Category("Slipstream")
@StackTrace(false)
abstract class LogEvent extends Event {
    @Label("File")
    @Description("The log, links resolved")
    String file;

    LogEvent() {
        begin();
    }
}
