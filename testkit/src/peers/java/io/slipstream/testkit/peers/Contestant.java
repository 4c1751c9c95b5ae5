package io.slipstream.testkit.peers;

import java.io.IOException;
import java.nio.file.Path;

/** A way to keep the last value of each key. One instance is opened once, for appending or for reading, by one thread. */
interface Contestant extends AutoCloseable {
    /**
     * Begins an empty store in {@code directory}, which exists.
     *
     * @param ready whether room for all updates is to be made beforehand, as far as that can be done
     */
    void create(Path directory, int keys, int updates, boolean ready) throws IOException;

    /** Keeps one update. Nothing is kept of the arrays. */
    void put(byte[] key, byte[] value, long revision) throws IOException;

    /** Keeps the place in the source: whatever was put is to survive the death of the process now. */
    void checkpoint(long revision) throws IOException;

    /** Opens what was created and closed in {@code directory}, ready to answer. */
    void open(Path directory) throws IOException;

    /** Copies a key's value; its revision, or {@link Workload#ABSENT}. */
    long get(byte[] key, byte[] value) throws IOException;

    /**
     * Writes what is live in {@code from} to the empty directory {@code to}, by this contestant's own compaction.
     *
     * @return false if it has none
     */
    boolean compact(Path from, Path to) throws IOException;

    @Override
    void close() throws IOException;
}
