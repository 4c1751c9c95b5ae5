package io.slipstream;

/**
 * Figures of one writer, as they were when asked for. Lengths and positions are in bytes.
 *
 * @param length                    end of the last record
 * @param capacity                  length of the file: where the mapped segment ends
 * @param forcedLength              what is known to survive power loss
 * @param bytesSinceCompaction      what counts against the compaction threshold
 * @param growths                   segments added since open
 * @param forces                    forces that returned since open
 * @param compactions               compactions published since open
 * @param lastCompactionNanos       duration of the last compaction; 0 before the first
 * @param lastCompactionReclaimed   bytes by which the last compaction shortened the log
 */
public record LogStats(
        long length,
        long capacity,
        long forcedLength,
        long bytesSinceCompaction,
        long growths,
        long forces,
        long compactions,
        long lastCompactionNanos,
        long lastCompactionReclaimed) {
}
