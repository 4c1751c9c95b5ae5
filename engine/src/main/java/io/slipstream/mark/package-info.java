/** The mark: what was forced, and in which boot of the machine. docs/recovery.md, "The mark". Internal. */
package io.slipstream.mark;
