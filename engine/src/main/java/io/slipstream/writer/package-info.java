/** Appends records into mapped segments. Internal. */
package io.slipstream.writer;
