package io.slipstream.mark;

import io.slipstream.format.RecordLayout;
import io.slipstream.storage.FileIdentity;

/**
 * What one slot of a mark says about one log.
 *
 * @param bootId         the run of the machine it was written in; empty if unknown
 * @param device         device of the log
 * @param inode          inode of the log
 * @param forcedPosition what was known to be forced, in bytes from the start; {@link #NOTHING_KNOWN} if that is unknown
 * @param recordCrc      crc of the record that ends there
 * @param isClean        whether the log was closed since
 * @param isForceFailed  whether a force failed since
 */
public record Mark(
        String bootId, long device, long inode, long forcedPosition, int recordCrc, boolean isClean, boolean isForceFailed) {
    /** No position: nothing is known to be forced. */
    public static final long NOTHING_KNOWN = 0;

    /** The mark of a log that is being written. */
    public static Mark writing(final String bootId, final FileIdentity log, final long forcedPosition, final int recordCrc) {
        return new Mark(bootId == null ? "" : bootId, log.device(), log.inode(), forcedPosition, recordCrc, false, false);
    }

    /** The same, after a clean close. */
    public Mark closed() {
        return new Mark(bootId, device, inode, forcedPosition, recordCrc, true, isForceFailed);
    }

    /** The same, after a failed force. */
    public Mark failed() {
        return new Mark(bootId, device, inode, forcedPosition, recordCrc, isClean, true);
    }

    /** Whether it is about the file {@code log}. */
    public boolean isAbout(final FileIdentity log) {
        return device == log.device() && inode == log.inode();
    }

    /**
     * Whether it is about the very bytes that were replayed.
     *
     * @param crcAtForcedPosition crc of the record that was found to end at {@link #forcedPosition()}; null if none does
     */
    public boolean isOf(final Integer crcAtForcedPosition) {
        return forcedPosition > RecordLayout.HEADER_LENGTH && crcAtForcedPosition != null && crcAtForcedPosition == recordCrc;
    }

    /** Whether the machine was surely restarted since this was written, given its present boot id. */
    public boolean isOfEarlierBoot(final String currentBootId) {
        return !bootId.isEmpty() && currentBootId != null && !currentBootId.isEmpty() && !bootId.equals(currentBootId);
    }

    /**
     * Whether damage at {@code position} of the log it {@link #isOf} is what a power cut leaves, and not damage to what was forced.
     */
    public boolean excuses(final long position, final String currentBootId) {
        return !isClean && position >= forcedPosition && isOfEarlierBoot(currentBootId);
    }
}
