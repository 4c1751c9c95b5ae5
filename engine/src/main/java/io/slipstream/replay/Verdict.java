package io.slipstream.replay;

import io.slipstream.errors.CorruptSnapshotException;
import io.slipstream.errors.InvalidSnapshotFormatException;
import io.slipstream.errors.SnapshotDamageException;

import java.nio.file.Path;

/**
 * Where a log ends and why. Source: docs/recovery.md, the verdict table.
 *
 * @param kind       what the end is
 * @param row        row of the table, 1 to 10; 0 for the header
 * @param position   end of the last record that counts; for damage, where it was found
 * @param fileLength length of the file that was judged
 * @param survivors  sound records found after the position, counted without overlap
 * @param detail     what was found, for messages
 */
public record Verdict(Kind kind, int row, long position, long fileLength, long survivors, String detail) {
    /** The kinds of end. */
    public enum Kind {
        /** The log ends where the file does. */
        CLEAN,
        /** The log ends in zeros that were never used. */
        SLACK,
        /** The last append did not finish. */
        TORN,
        /** What a power cut left behind the forced position: excused by the mark. */
        POWER_LOSS,
        /** Damage with something after it. */
        CORRUPTED,
        /** Not PGSS v2. */
        INVALID
    }

    /** Whether the log is refused. */
    public boolean isRefused() {
        return kind == Kind.CORRUPTED || kind == Kind.INVALID;
    }

    /** Whether the log is sound up to the position, and what follows does not count. */
    public boolean isTailDropped() {
        return kind == Kind.TORN || kind == Kind.POWER_LOSS;
    }

    /** Bytes of a dropped tail; 0 for anything else. */
    public long droppedLength() {
        return isTailDropped() ? fileLength - position : 0;
    }

    /** Whether the mark may excuse it: rows 3 to 9. */
    public boolean isExcusable() {
        return isRefused() && row >= 3 && row <= 9;
    }

    /** The same finding, excused, with so many survivors behind it. */
    public Verdict excused(final long survivorsBehind) {
        return new Verdict(Kind.POWER_LOSS, row, position, fileLength, survivorsBehind, detail);
    }

    /** The exception that refuses {@code file} for this verdict. */
    public SnapshotDamageException toException(final Path file) {
        return kind == Kind.CORRUPTED
                ? new CorruptSnapshotException(message(file), file, position, row, survivors)
                : new InvalidSnapshotFormatException(message(file), file, position, row);
    }

    /** What, where, and what to do. */
    public String message(final Path file) {
        final String rule = row == 0 ? "header" : "row " + row;
        final String what = switch (kind) {
            case CORRUPTED -> "corrupted log: ";
            case INVALID -> "invalid format: ";
            case TORN -> "torn tail: ";
            case POWER_LOSS -> "power-loss tail: ";
            default -> "";
        };
        final String after = kind == Kind.CORRUPTED ? " survivors=" + survivors : "";
        final String repair = row == 0 ? "" : " or see 'repair'";
        final String advice = isRefused()
                ? "; file unchanged, rebuild it from the store" + repair + " (docs/recovery.md, " + rule + ")"
                : " (docs/recovery.md, " + rule + ")";
        return what + detail + ": file=" + file + " offset=" + position + " length=" + fileLength + after + advice;
    }
}
