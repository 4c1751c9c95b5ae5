package io.slipstream.testkit.process;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelUpdate;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * An endless sequence of updates that a seed tells: the child that appends it and the test that checks it need not talk.
 * The revision of update i is i, counted from 1, so that any two states on the way differ.
 */
public final class Feed {
    private static final int KEYS = 40;

    private final long seed;

    /** The sequence that {@code seed} tells. */
    public Feed(final long seed) {
        this.seed = seed;
    }

    /** Update i as the model takes it. */
    public ModelUpdate update(final long i) {
        final SplittableRandom random = new SplittableRandom(seed * 31 + i);
        final byte[] key = Utf8.encode("key-" + random.nextInt(KEYS));
        final int kind = random.nextInt(20);
        if (kind == 0) {
            return new ModelUpdate.Checkpoint(Token.of(i));
        }
        if (kind < 3) {
            return new ModelUpdate.Delete(key, Token.of(i));
        }
        return new ModelUpdate.Put(key, value(random), Token.of(i));
    }

    // Mostly small, now and then longer than a segment or than the scratch that records are built in. Never all zeros.
    private static byte[] value(final SplittableRandom random) {
        final int shape = random.nextInt(2000);
        final int length = shape == 0 ? random.nextInt(300_000) : shape < 40 ? random.nextInt(6_000) : random.nextInt(80);
        final byte[] value = new byte[length];
        Arrays.fill(value, (byte) (1 + random.nextInt(255)));
        return value;
    }

    /** Appends update i; the answer of a checkpoint is not waited for. */
    public void appendTo(final SnapshotLog log, final long i) throws IOException {
        append(log, update(i));
    }

    /** Appends an update of the model. */
    static void append(final SnapshotLog log, final ModelUpdate update) throws IOException {
        if (update instanceof ModelUpdate.Put put) {
            log.put(Utf8.decode(put.key()), put.value(), VersionToken.of(put.version()));
        } else if (update instanceof ModelUpdate.Delete delete) {
            log.delete(Utf8.decode(delete.key()), VersionToken.of(delete.version()));
        } else if (update instanceof ModelUpdate.Checkpoint checkpoint) {
            log.checkpoint(WatchCursor.of(checkpoint.cursor()));
        }
    }
}
