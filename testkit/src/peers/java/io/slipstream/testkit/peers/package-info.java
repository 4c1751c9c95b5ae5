/**
 * Slipstream beside the stores and loops that a team would use in its place: same workload, one fresh JVM for each contestant and measurement,
 * in turn.
 *
 * <p>{@code mvn -B -ntp -Ppeers -DskipTests verify}: see {@link io.slipstream.testkit.peers.Peers} for the settings, {@link
 * io.slipstream.testkit.peers.Result} for the results. Built in the profile {@code peers} alone: the ordinary build knows neither this nor the
 * stores.
 */
package io.slipstream.testkit.peers;
