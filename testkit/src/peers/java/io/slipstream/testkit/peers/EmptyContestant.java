package io.slipstream.testkit.peers;

import java.nio.file.Path;

/** Keeps nothing. */
final class EmptyContestant implements Contestant {
    private long sum;

    @Override
    public void create(final Path directory, final int keys, final int updates, final boolean ready) {
        sum = 0;
    }

    @Override
    public void put(final byte[] key, final byte[] value, final long revision) {
        sum += key[key.length - 1] + value[0];
    }

    @Override
    public void checkpoint(final long revision) {
        sum += revision;
    }

    @Override
    public void open(final Path directory) {
        sum = 0;
    }

    @Override
    public long get(final byte[] key, final byte[] value) {
        return Workload.ABSENT;
    }

    @Override
    public boolean compact(final Path from, final Path to) {
        return false;
    }

    @Override
    public void close() {
        if (sum == Long.MIN_VALUE) {
            throw new IllegalStateException("impossible: the sum is kept so that nothing is optimized away");
        }
    }
}
