package io.slipstream;

/** What to do about a log whose end is not sound. Source: docs/recovery.md, "Policies". */
public enum RecoveryPolicy {
    /** Drop what is proven to be an unfinished append or what a power cut left; refuse everything else. The default. */
    PROVEN,
    /** Drop an unfinished append; refuse everything else, what a power cut left included. */
    STRICT,
    /**
     * As {@link #PROVEN}, but where a log is corrupted keep the records before the damage and go on. What was dropped is reported; a writer
     * and a load keep the original beside the log as {@code LOG.damaged-N}.
     */
    PREFIX
}
