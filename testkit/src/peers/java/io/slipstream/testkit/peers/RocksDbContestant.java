package io.slipstream.testkit.peers;

import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

import java.io.IOException;
import java.nio.file.Path;

/** RocksDB as it comes: write-ahead log on, not synced. */
final class RocksDbContestant implements Contestant {
    private static final byte[] CURSOR_KEY = StoredValue.cursorKey();

    private final byte[] stored = new byte[StoredValue.LENGTH];
    private final Options options;
    private final WriteOptions writeOptions;
    private RocksDB database;
    private long compactionNs;

    RocksDbContestant() {
        RocksDB.loadLibrary();
        options = new Options().setCreateIfMissing(true);
        writeOptions = new WriteOptions().setSync(false).setDisableWAL(false);
    }

    @Override
    public void create(final Path directory, final int keys, final int updates, final boolean ready) throws IOException {
        open(directory);
    }

    @Override
    public void put(final byte[] key, final byte[] value, final long revision) throws IOException {
        StoredValue.encode(value, revision, stored);
        try {
            database.put(writeOptions, key, stored);
        } catch (final RocksDBException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void checkpoint(final long revision) throws IOException {
        put(CURSOR_KEY, new byte[Workload.VALUE_LENGTH], revision);
    }

    @Override
    public void open(final Path directory) throws IOException {
        try {
            database = RocksDB.open(options, directory.toString());
        } catch (final RocksDBException e) {
            throw new IOException(e);
        }
    }

    @Override
    public long get(final byte[] key, final byte[] value) throws IOException {
        try {
            return database.get(key, stored) == RocksDB.NOT_FOUND ? Workload.ABSENT : StoredValue.decode(stored, value);
        } catch (final RocksDBException e) {
            throw new IOException(e);
        }
    }

    @Override
    public boolean compact(final Path from, final Path to) throws IOException {
        Directories.copy(from, to);
        open(to);
        try {
            final long before = System.nanoTime();
            database.compactRange();
            compactionNs = System.nanoTime() - before;
        } catch (final RocksDBException e) {
            throw new IOException(e);
        } finally {
            database.close();
            database = null;
        }
        return true;
    }

    /** What the last compaction took, without copying and opening. */
    long compactionNs() {
        return compactionNs;
    }

    @Override
    public void close() {
        if (database != null) {
            database.close();
        }
    }
}
