package io.slipstream.replay;

import io.slipstream.format.RecordFlyweight;

import java.io.IOException;

/** Is shown every valid record of a log, in file order. */
@FunctionalInterface
public interface RecordHandler {
    /** Looks at one record; {@code record} is valid until this returns. */
    void onRecord(RecordFlyweight record) throws IOException;

    /** There is no record to come, for now. */
    default void onEnd() {
    }
}
