/**
 * A disk in memory under the storage seam, and every state that a crash may leave of it.
 *
 * <p>What it assumes of disks and file systems is what {@code docs/recovery.md}, section 1, says the log may rely on; where that leaves a choice,
 * it is unkind.
 */
package io.slipstream.testkit.disk;
