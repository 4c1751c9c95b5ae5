/**
 * Builds and damages PGSS v2 logs by hand.
 *
 * <p>The bytes are written field by field from {@code docs/format.md}, with nothing but the JDK and without the
 * engine's format classes: what is built here is the expectation the engine is held against.
 */
package io.slipstream.testkit.bytes;
