package io.slipstream.events;

import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;

import java.nio.file.Path;

/**
 * The way to the flight recorder. An event is begun before what it is about, and ended behind it; what was begun and not ended is not told.
 *
 * <p>Where nobody records, to begin is to read two fields and gives null, and to end does nothing. Any thread.
 */
public final class LogEvents {
    /*
     * The event classes need the module jdk.jfr, which a runtime image may lack: then none of them is loaded. So no class but this may use them
     * other than to keep what was begun, and nothing here may take one of them for its superclass, which the verifier would load them for. Nor are
     * they loaded as long as nobody ever recorded: it takes milliseconds.
     */
    private static final boolean IS_PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private LogEvents() {
    }

    // All at once, when the first is asked for: at open, or by maintenance, and not in the middle of an append.
    private static final class Types {
        static final EventType RECOVERY = EventType.getEventType(RecoveryEvent.class);
        static final EventType GROWTH = EventType.getEventType(GrowthEvent.class);
        static final EventType FORCE = EventType.getEventType(ForceEvent.class);
        static final EventType COMPACTION = EventType.getEventType(CompactionEvent.class);
        static final EventType SWITCH = EventType.getEventType(SwitchEvent.class);

        private Types() {
        }
    }

    private static boolean isInUse() {
        return IS_PRESENT && FlightRecorder.isInitialized();
    }

    /** A log is opened for writing. */
    public static RecoveryEvent beginRecovery() {
        return isInUse() && Types.RECOVERY.isEnabled() ? new RecoveryEvent() : null;
    }

    /** What was found at its end. */
    public static void endRecovery(
            final RecoveryEvent event,
            final Path file,
            final Enum<?> tail,
            final int rule,
            final long position,
            final long dropped,
            final long survivors,
            final long records) {
        if (event != null) {
            event.file = file.toString();
            event.tail = tail.name();
            event.rule = rule;
            event.position = position;
            event.dropped = dropped;
            event.survivors = survivors;
            event.records = records;
            event.commit();
        }
    }

    /** A segment is made. */
    public static GrowthEvent beginGrowth() {
        return isInUse() && Types.GROWTH.isEnabled() ? new GrowthEvent() : null;
    }

    /** It reaches from the end of the last one to {@code capacity}. */
    public static void endGrowth(final GrowthEvent event, final Path file, final long segmentLength, final long capacity, final boolean ahead) {
        if (event != null) {
            event.file = file.toString();
            event.segmentLength = segmentLength;
            event.capacity = capacity;
            event.ahead = ahead;
            event.commit();
        }
    }

    /** A log is forced. */
    public static ForceEvent beginForce() {
        return isInUse() && Types.FORCE.isEnabled() ? new ForceEvent() : null;
    }

    /** The {@code length} bytes before {@code position} survive power loss, as those before them did. */
    public static void endForce(final ForceEvent event, final Path file, final long position, final long length, final boolean wholeFile) {
        if (event != null) {
            event.file = file.toString();
            event.position = position;
            event.length = length;
            event.wholeFile = wholeFile;
            event.commit();
        }
    }

    /** A log is compacted. */
    public static CompactionEvent beginCompaction() {
        return isInUse() && Types.COMPACTION.isEnabled() ? new CompactionEvent() : null;
    }

    /** The rewritten log is the log. */
    public static void endCompaction(
            final CompactionEvent event, final Path file, final long lengthBefore, final long compactLength, final long reclaimed) {
        if (event != null) {
            event.file = file.toString();
            event.lengthBefore = lengthBefore;
            event.compactLength = compactLength;
            event.reclaimed = reclaimed;
            event.published = true;
            event.commit();
        }
    }

    /** It was given up, perhaps after the rewritten log had become the log. */
    public static void failCompaction(
            final CompactionEvent event, final Path file, final long lengthBefore, final boolean published, final Throwable failure) {
        if (event != null) {
            event.file = file.toString();
            event.lengthBefore = lengthBefore;
            event.published = published;
            event.failure = failure.toString();
            event.commit();
        }
    }

    /** The writer takes a step of a handover. */
    public static SwitchEvent beginSwitch() {
        return isInUse() && Types.SWITCH.isEnabled() ? new SwitchEvent() : null;
    }

    /** It was that step. */
    public static void endSwitch(final SwitchEvent event, final Path file, final String step, final long copied) {
        if (event != null) {
            event.file = file.toString();
            event.step = step;
            event.copied = copied;
            event.commit();
        }
    }
}
