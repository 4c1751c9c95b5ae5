package io.slipstream;

/**
 * Figures of one writer, as they were when asked for. Lengths and positions are in bytes, times in nanoseconds.
 *
 * @param length                    end of the last record
 * @param capacity                  where the mapped segment in use ends
 * @param segments                  segments that are mapped to be appended into: the one in use, and the next if it is ready
 * @param forcedLength              what is known to survive power loss
 * @param bytesSinceCompaction      what counts against the compaction threshold
 * @param liveBytes                 about how long the log would be in compact form; -1 if nobody counts, which only maintenance beside the writer does
 * @param deadBytes                 about what a compaction would reclaim; -1 likewise
 * @param droppedAtOpen             what recovery dropped when this writer opened the log
 * @param growths                   segments added since open
 * @param growthsByWriter           those of them that the writer had to make itself
 * @param forces                    forces that returned since open
 * @param lastForceNanos            duration of the last force; 0 before the first
 * @param longestForceNanos         duration of the longest
 * @param compactions               compactions published since open
 * @param failedCompactions         compactions given up since open, or asked for and not done when maintenance ended
 * @param lastCompactionNanos       duration of the last compaction; 0 before the first
 * @param lastCompactionBytes       length of the compact form that it wrote
 * @param lastCompactionReclaimed   bytes by which it shortened the log
 * @param longestSwitchNanos        longest that a compaction beside the writer held up one of its calls
 */
public record LogStats(
        long length,
        long capacity,
        int segments,
        long forcedLength,
        long bytesSinceCompaction,
        long liveBytes,
        long deadBytes,
        long droppedAtOpen,
        long growths,
        long growthsByWriter,
        long forces,
        long lastForceNanos,
        long longestForceNanos,
        long compactions,
        long failedCompactions,
        long lastCompactionNanos,
        long lastCompactionBytes,
        long lastCompactionReclaimed,
        long longestSwitchNanos) {
}
