/** Walks records, and decides where the valid log ends: docs/recovery.md. Internal. */
package io.slipstream.replay;
