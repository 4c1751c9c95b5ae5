package io.slipstream.testkit.peers;

import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.HTreeMap;
import org.mapdb.Serializer;

import java.io.IOException;
import java.nio.file.Path;

/** MapDB on a mapped file without transactions: fast, and refused after a crash. */
final class MapDbContestant implements Contestant {
    private static final long BYTES_PER_KEY = 300;
    private static final byte[] CURSOR_KEY = StoredValue.cursorKey();

    private final byte[] stored = new byte[StoredValue.LENGTH];
    private DB database;
    private HTreeMap<byte[], byte[]> map;

    private static DB database(final Path directory, final long startLength) {
        final DBMaker.Maker maker = DBMaker.fileDB(directory.resolve("kv.mapdb").toFile())
                .fileMmapEnable().fileMmapPreclearDisable().concurrencyDisable();
        return (startLength == 0 ? maker : maker.allocateStartSize(startLength)).make();
    }

    private static HTreeMap<byte[], byte[]> map(final DB database) {
        return database.hashMap("kv", Serializer.BYTE_ARRAY, Serializer.BYTE_ARRAY).createOrOpen();
    }

    @Override
    public void create(final Path directory, final int keys, final int updates, final boolean ready) throws IOException {
        database = database(directory, ready ? keys * BYTES_PER_KEY : 0);
        map = map(database);
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
        put(CURSOR_KEY, new byte[Workload.VALUE_LENGTH], revision);
    }

    @Override
    public void open(final Path directory) {
        database = database(directory, 0);
        map = map(database);
    }

    @Override
    public long get(final byte[] key, final byte[] value) {
        final byte[] found = map.get(key);
        return found == null ? Workload.ABSENT : StoredValue.decode(found, value);
    }

    @Override
    public boolean compact(final Path from, final Path to) throws IOException {
        Directories.copy(from, to);
        final DB copy = database(to, 0);
        copy.getStore().compact();
        copy.close();
        return true;
    }

    @Override
    public void close() {
        if (database != null) {
            database.close();
        }
    }
}
