/**
 * A disk that fails on demand, between the engine and the real one.
 *
 * <p>{@link io.slipstream.testkit.fault.FaultyStorage} passes every operation on, writes down what was asked for and in
 * which order, and fails where it was told to: the n-th operation, the n-th of a kind, everything from the n-th on, or
 * every write behind so many bytes. It knows the engine's storage seam and nothing else of the engine.
 */
package io.slipstream.testkit.fault;
