/** What the bytes mean: layout, flyweights, UTF-8, checksums. Knows nothing of files or threads. Internal. */
package io.slipstream.format;
