package io.slipstream.testkit.peers;

import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * W: updates of uniformly random keys, 24-byte keys, 128-byte values, a checkpoint every 100; and what a store must answer afterwards. The same
 * for every contestant. Its own arithmetic, no class of the JDK behind it: a restart is not to pay for the workload.
 */
final class Workload {
    static final int KEY_LENGTH = 24;
    static final int VALUE_LENGTH = 128;
    static final int CHECKPOINT_INTERVAL = 100;
    /** How many answers a restarted process gives before it counts as ready. */
    static final int PROBES = 1_000;
    /** What a look-up returns for a key that is not live. */
    static final long ABSENT = -1;

    private static final int VALUES = 1_024;
    private static final int NUMBER_OFFSET = 16;
    private static final byte[] KEY_PREFIX = {'r', 'o', 'u', 't', 'e', '/', 'b', 'a', 'c', 'k', 'e', 'n', 'd', '/', '/', '/'};
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final long UPDATES_SEED = 42;
    private static final long PROBES_SEED = 7;

    final byte[] key = new byte[KEY_LENGTH];
    final byte[] value = new byte[VALUE_LENGTH];
    private final int keys;
    private long state;
    private byte[] values; // made when first wanted: a restart wants none

    private Workload(final int keys, final long seed) {
        this.keys = keys;
        this.state = seed;
        System.arraycopy(KEY_PREFIX, 0, key, 0, KEY_PREFIX.length);
    }

    static Workload updates(final int keys) {
        return new Workload(keys, UPDATES_SEED);
    }

    static Workload probes(final int keys) {
        return new Workload(keys, PROBES_SEED);
    }

    private static long mixed(final long bits) {
        long z = bits;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    private int nextNumber() {
        state += GOLDEN_GAMMA;
        return (int) ((mixed(state) >>> Integer.SIZE) * keys >>> Integer.SIZE);
    }

    /** Sets {@link #key} to the next random one. */
    void nextKey() {
        toKey(nextNumber());
    }

    /** Sets {@link #key} and {@link #value} to the next update's. */
    void nextUpdate(final long revision) {
        nextKey();
        toValue(revision);
    }

    void toKey(final int number) {
        int rest = number;
        for (int i = KEY_LENGTH - 1; i >= NUMBER_OFFSET; i--) {
            final int quotient = rest / 10;
            key[i] = (byte) ('0' + rest - quotient * 10);
            rest = quotient;
        }
    }

    /** The value of an update: one of 1,024 of random bytes, so that a store that compresses finds nothing to compress. */
    void toValue(final long revision) {
        if (values == null) {
            values = randomValues();
        }
        System.arraycopy(values, (int) (revision % VALUES) * VALUE_LENGTH, value, 0, VALUE_LENGTH);
    }

    private static byte[] randomValues() {
        final byte[] bytes = new byte[VALUES * VALUE_LENGTH];
        long seed = UPDATES_SEED;
        for (int i = 0; i < bytes.length; i++) {
            seed += GOLDEN_GAMMA;
            bytes[i] = (byte) (mixed(seed) >>> Byte.SIZE);
        }
        return bytes;
    }

    /** The revision of each key's last update, {@link #ABSENT} for keys without: the model. Update i, from 1, has revision i. */
    static long[] lastRevisions(final int keys, final int updates) {
        final Workload workload = updates(keys);
        final long[] revisions = new long[keys];
        Arrays.fill(revisions, ABSENT);
        for (int i = 1; i <= updates; i++) {
            revisions[workload.nextNumber()] = i;
        }
        return revisions;
    }

    /** As {@link #lastRevisions} where every key was put once, in order. */
    static long[] onceRevisions(final int keys) {
        final long[] revisions = new long[keys];
        for (int i = 0; i < keys; i++) {
            revisions[i] = i + 1L;
        }
        return revisions;
    }

    /** What the probes must add up to, from the model. */
    static Answers expectedAnswers(final long[] revisions) {
        final Workload workload = probes(revisions.length);
        final Answers answers = new Answers();
        for (int i = 0; i < PROBES; i++) {
            final long revision = revisions[workload.nextNumber()];
            if (revision != ABSENT) {
                workload.toValue(revision);
            }
            answers.add(revision, workload.value);
        }
        return answers;
    }

    /** A sum over answers: two are equal if every revision and every byte of every value was. */
    static final class Answers {
        private final CRC32 crc = new CRC32();
        private long sum;

        void add(final long revision, final byte[] value) {
            long bytes = 0;
            if (revision != ABSENT) {
                crc.reset();
                crc.update(value, 0, VALUE_LENGTH);
                bytes = crc.getValue();
            }
            sum = mixed(sum + revision + GOLDEN_GAMMA) + bytes;
        }

        long sum() {
            return sum;
        }
    }
}
