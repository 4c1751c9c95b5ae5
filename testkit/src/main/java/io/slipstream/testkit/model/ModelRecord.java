package io.slipstream.testkit.model;

/**
 * A sound record of a log.
 *
 * @param offset the place of its first byte in the file
 * @param end    the place of the byte behind its last one
 * @param update what it does: a {@link ModelUpdate.Put}, {@link ModelUpdate.Delete} or {@link ModelUpdate.Checkpoint}
 */
public record ModelRecord(int offset, int end, ModelUpdate update) {
    /** The length of the record in bytes, its crc included. */
    public int length() {
        return end - offset;
    }
}
