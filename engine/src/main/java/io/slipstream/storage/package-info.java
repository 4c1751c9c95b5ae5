/**
 * Where the bytes live: the storage seam, and the files behind it in production. Knows bytes, not records.
 *
 * <p>{@link io.slipstream.storage.Storage} is the only way this engine reaches a disk.
 */
package io.slipstream.storage;
