/**
 * Slipstream: a local, append-only state log for mirrors of a key-value bucket. Format PGSS v2, docs/format.md.
 *
 * <p>The API is this package, {@link io.slipstream.errors} and the storage seam {@link io.slipstream.storage.Storage}; all other packages
 * are internal.
 */
package io.slipstream;
