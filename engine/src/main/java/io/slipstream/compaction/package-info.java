/** Rewrites the live set to a new file and publishes it by rename. Internal. */
package io.slipstream.compaction;
