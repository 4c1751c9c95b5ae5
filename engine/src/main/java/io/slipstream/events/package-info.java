/**
 * What the engine tells the JDK's flight recorder, where that is there and somebody records: category "Slipstream", described in
 * docs/operations.md. Internal: for a user the names and fields of the events count, not these classes.
 */
package io.slipstream.events;
