/**
 * jqwik arbitraries: keys, values, tokens, sequences of updates, and whole log files, sound or damaged.
 *
 * <pre>{@code
 *   @Property
 *   void myReaderNeverReadsBehindTheEnd(@ForAll("logs") DamagedLog log) {
 *       assertTrue(myReader.read(log.bytes()).end() <= log.bytes().length);
 *   }
 *
 *   @Provide
 *   Arbitrary<DamagedLog> logs() {
 *       return Logs.any();
 *   }
 * }</pre>
 *
 * <p>What they produce prints as a script that makes it again: {@link io.slipstream.testkit.model.OpsScript#parse} for
 * updates, {@link io.slipstream.testkit.gen.DamagedLog#parse} for files. Shrinking makes that script shorter. Edge cases are
 * among what is drawn, and among jqwik's own edge cases where the space is small.
 *
 * <p>Nothing here knows the engine. All methods are free of state.
 */
package io.slipstream.testkit.gen;
