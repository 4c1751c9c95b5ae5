package io.slipstream;

/** Who does what a log needs beside its appends: segments, forces, compaction, unmapping. */
public enum MaintenanceMode {
    /** The writer's own thread, when it comes to that. Compaction only when it is called for. */
    INLINE,

    /** Whoever invokes {@link SnapshotLog#maintenanceInvoker()}, again and again: any thread, the writer's too. */
    INVOKER,

    /** A thread of its own, from open to close. */
    RUNNER
}
