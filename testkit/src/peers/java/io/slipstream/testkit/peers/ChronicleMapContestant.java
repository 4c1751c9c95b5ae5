package io.slipstream.testkit.peers;

import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;

import java.io.IOException;
import java.nio.file.Path;

/** Chronicle Map, persisted to a mapped file of a size given beforehand; updates in place, nothing to compact. */
final class ChronicleMapContestant implements Contestant {
    private static final byte[] CURSOR_KEY = StoredValue.cursorKey();

    private final byte[] stored = new byte[StoredValue.LENGTH];
    private byte[] answer = new byte[StoredValue.LENGTH];
    private ChronicleMap<byte[], byte[]> map;

    private static ChronicleMapBuilder<byte[], byte[]> builder(final int keys) {
        return ChronicleMapBuilder.of(byte[].class, byte[].class)
                .name("peers")
                .entries(keys + 1L)
                .constantKeySizeBySample(CURSOR_KEY)
                .constantValueSizeBySample(new byte[StoredValue.LENGTH])
                .putReturnsNull(true);
    }

    @Override
    public void create(final Path directory, final int keys, final int updates, final boolean ready) throws IOException {
        map = builder(keys).createPersistedTo(directory.resolve("kv.map").toFile());
        if (ready) {
            Holes.fill(directory);
        }
    }

    @Override
    public void put(final byte[] key, final byte[] value, final long revision) {
        StoredValue.encode(value, revision, stored);
        map.put(key, stored);
    }

    @Override
    public void checkpoint(final long revision) {
        StoredValue.encode(new byte[Workload.VALUE_LENGTH], revision, stored);
        map.put(CURSOR_KEY, stored);
    }

    @Override
    public void open(final Path directory) throws IOException {
        map = builder(1).createPersistedTo(directory.resolve("kv.map").toFile()); // the file says how large it is
    }

    @Override
    public long get(final byte[] key, final byte[] value) {
        final byte[] found = map.getUsing(key, answer);
        if (found == null) {
            return Workload.ABSENT;
        }
        answer = found;
        return StoredValue.decode(found, value);
    }

    @Override
    public boolean compact(final Path from, final Path to) {
        return false;
    }

    @Override
    public void close() {
        map.close();
    }
}
