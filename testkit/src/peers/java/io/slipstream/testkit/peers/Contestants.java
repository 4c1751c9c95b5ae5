package io.slipstream.testkit.peers;

import java.util.List;

/** Who takes part. */
final class Contestants {
    static final String SLIPSTREAM = "slipstream";
    static final String BUFFERED = "buffered";
    static final String WRITE = "write";
    static final String CHRONICLE_QUEUE = "chronicle-queue";
    static final String CHRONICLE_MAP = "chronicle-map";
    static final String ROCKSDB = "rocksdb";
    static final String LMDB = "lmdb";
    static final String MAPDB = "mapdb";
    /** Keeps nothing: what the harness itself costs. */
    static final String EMPTY = "empty";
    /** Copies a record that is ready, and sums: what the machine takes. */
    static final String FLOOR = "floor";

    static final List<String> ALL = List.of(SLIPSTREAM, BUFFERED, WRITE, CHRONICLE_QUEUE, CHRONICLE_MAP, ROCKSDB, LMDB, MAPDB);

    private Contestants() {
    }

    // Each class is loaded only if it takes part.
    static Contestant of(final String name) {
        switch (name) {
            case SLIPSTREAM:
                return new SlipstreamContestant();
            case BUFFERED:
                return new HandWrittenContestant(true);
            case WRITE:
                return new HandWrittenContestant(false);
            case CHRONICLE_QUEUE:
                return new ChronicleQueueContestant();
            case CHRONICLE_MAP:
                return new ChronicleMapContestant();
            case ROCKSDB:
                return new RocksDbContestant();
            case LMDB:
                return new LmdbContestant();
            case MAPDB:
                return new MapDbContestant();
            case EMPTY:
                return new EmptyContestant();
            case FLOOR:
                return new FloorContestant();
            default:
                throw new IllegalArgumentException("no such contestant: " + name);
        }
    }

    /**
     * Whether room made beforehand makes appends faster. By hand and in RocksDB there is nothing to make ready; in LMDB and MapDB it was tried and
     * did not help.
     */
    static boolean gainsByRoom(final String name) {
        return switch (name) {
            case SLIPSTREAM, CHRONICLE_QUEUE, CHRONICLE_MAP -> true;
            default -> false;
        };
    }

    static String title(final String name) {
        return switch (name) {
            case SLIPSTREAM -> "Slipstream";
            case BUFFERED -> "by hand, buffered stream";
            case WRITE -> "by hand, one write(2) each";
            case CHRONICLE_QUEUE -> "Chronicle Queue";
            case CHRONICLE_MAP -> "Chronicle Map";
            case ROCKSDB -> "RocksDB";
            case LMDB -> "LMDB, 100 a transaction";
            case MAPDB -> "MapDB";
            default -> "(nothing)";
        };
    }

    /** What the death of the process loses, as documented by its makers or by construction; measured by {@link CrashMeasure}. */
    static String promise(final String name) {
        return switch (name) {
            case SLIPSTREAM, WRITE -> "nothing; checksum a record";
            case BUFFERED -> "up to 100 updates; checksum a record";
            case CHRONICLE_QUEUE -> "nothing; no checksum";
            case CHRONICLE_MAP -> "nothing, but a lock held at death needs a recovery; checksum an entry";
            case ROCKSDB -> "nothing (log on, not synced); checksums";
            case LMDB -> "up to 100 updates; no checksum";
            case MAPDB -> "the store: refused after a crash (no transactions)";
            default -> "";
        };
    }
}
