package io.slipstream;

import io.slipstream.replay.Verdict;

import java.nio.file.Path;

/**
 * What was found at the end of a log when it was opened, and what was dropped.
 *
 * @param tail          what the end was
 * @param rule          row of the verdict table in docs/recovery.md; 0 where a header was completed or an invalid file set aside
 * @param position      end of the last record that counts, in bytes from the start of the file
 * @param droppedLength bytes from there to the end of the file, if anything but slack was there
 * @param survivors     sound records among what was dropped
 * @param records       records before it
 * @param setAside      where the original of a log with damage is kept; null if there was none
 */
public record RecoveryReport(Tail tail, int rule, long position, long droppedLength, long survivors, long records, Path setAside) {
    /** The kinds of end. */
    public enum Tail {
        /** There was no log, or not even a whole header. */
        NEW,
        /** It was closed cleanly. */
        CLEAN,
        /** It was not closed cleanly, which is no damage. */
        SLACK,
        /** The last append had not finished and was dropped. */
        TORN,
        /** A power cut left holes; the tail behind the first was dropped. */
        POWER_LOSS,
        /** Damage was dropped because the policy said so. */
        DAMAGED
    }

    static RecoveryReport of(final Verdict verdict, final long records, final Path setAside) {
        final Tail tail = switch (verdict.kind()) {
            case CLEAN -> Tail.CLEAN;
            case SLACK -> Tail.SLACK;
            case TORN -> Tail.TORN;
            case POWER_LOSS -> Tail.POWER_LOSS;
            case CORRUPTED, INVALID -> Tail.DAMAGED;
        };
        final long dropped = tail == Tail.DAMAGED ? verdict.fileLength() - verdict.position() : verdict.droppedLength();
        return new RecoveryReport(tail, verdict.row(), verdict.position(), dropped, verdict.survivors(), records, setAside);
    }

    /** Whether nothing was dropped. */
    public boolean isClean() {
        return droppedLength == 0;
    }
}
