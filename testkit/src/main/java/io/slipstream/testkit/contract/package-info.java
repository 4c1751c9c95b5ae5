/**
 * What every implementation of the log must do, as a JUnit suite to extend.
 *
 * <p>{@link io.slipstream.testkit.contract.SnapshotLogContract} knows an implementation only by the small interface {@link
 * io.slipstream.testkit.contract.LogUnderTest}; what it expects comes from {@link io.slipstream.testkit.model} and {@link
 * io.slipstream.testkit.bytes}. Neither knows the engine.
 */
package io.slipstream.testkit.contract;
