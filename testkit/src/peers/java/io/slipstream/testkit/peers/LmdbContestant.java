package io.slipstream.testkit.peers;

import org.lmdbjava.CopyFlags;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.Txn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** LMDB, writing into its map, not synced: a transaction for each checkpoint, which the death of the process does not lose once it is committed. */
final class LmdbContestant implements Contestant {
    private static final long BYTES_PER_KEY = 600;
    private static final long LEAST_LENGTH = 64L << 20;
    private static final byte[] CURSOR_KEY = StoredValue.cursorKey();

    private final byte[] stored = new byte[StoredValue.LENGTH];
    private final ByteBuffer keyBuffer = ByteBuffer.allocateDirect(Workload.KEY_LENGTH);
    private final ByteBuffer valueBuffer = ByteBuffer.allocateDirect(StoredValue.LENGTH);
    private Env<ByteBuffer> environment;
    private Dbi<ByteBuffer> database;
    private Txn<ByteBuffer> transaction;

    @Override
    public void create(final Path directory, final int keys, final int updates, final boolean ready) throws IOException {
        environment = Env.create().setMapSize(keys * BYTES_PER_KEY + LEAST_LENGTH)
                .open(directory.toFile(), EnvFlags.MDB_NOSYNC, EnvFlags.MDB_WRITEMAP);
        database = environment.openDbi((String) null, DbiFlags.MDB_CREATE);
        if (ready) {
            Holes.fill(directory);
        }
        transaction = environment.txnWrite();
    }

    @Override
    public void put(final byte[] key, final byte[] value, final long revision) {
        StoredValue.encode(value, revision, stored);
        keyBuffer.clear().put(key).flip();
        valueBuffer.clear().put(stored).flip();
        database.put(transaction, keyBuffer, valueBuffer);
    }

    @Override
    public void checkpoint(final long revision) {
        put(CURSOR_KEY, new byte[Workload.VALUE_LENGTH], revision);
        transaction.commit();
        transaction.close();
        transaction = environment.txnWrite();
    }

    @Override
    public void open(final Path directory) {
        environment = Env.create().open(directory.toFile(), EnvFlags.MDB_NOSYNC, EnvFlags.MDB_WRITEMAP);
        database = environment.openDbi((String) null);
        transaction = environment.txnRead();
    }

    @Override
    public long get(final byte[] key, final byte[] value) {
        keyBuffer.clear().put(key).flip();
        final ByteBuffer found = database.get(transaction, keyBuffer);
        if (found == null) {
            return Workload.ABSENT;
        }
        found.get(stored);
        return StoredValue.decode(stored, value);
    }

    @Override
    public boolean compact(final Path from, final Path to) {
        try (Env<ByteBuffer> source = Env.create().open(from.toFile(), EnvFlags.MDB_NOSYNC, EnvFlags.MDB_WRITEMAP)) {
            source.copy(to.toFile(), CopyFlags.MDB_CP_COMPACT);
        }
        return true;
    }

    @Override
    public void close() {
        if (transaction != null) {
            if (!transaction.isReadOnly()) {
                transaction.commit();
            }
            transaction.close();
        }
        if (environment != null) {
            environment.close();
        }
    }
}
