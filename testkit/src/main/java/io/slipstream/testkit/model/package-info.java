/**
 * The second opinion: what a PGSS v2 log means, written to be obviously right and nothing else.
 *
 * <p>{@link io.slipstream.testkit.model.ModelJudge} reads a file by the table of {@code docs/recovery.md}, row by row;
 * {@link io.slipstream.testkit.model.ModelState} is a map and a cursor; {@link io.slipstream.testkit.model.ModelLog} is
 * a log in memory and says what bytes any sequence of calls must leave. None of them knows the engine, or uses more
 * than the JDK. Nothing here is fast, and nothing is safe for use by several threads.
 *
 * <p>Byte arrays are passed on as they are: do not change one that was handed over or received.
 */
package io.slipstream.testkit.model;
