package io.slipstream.testkit.gen;

import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.model.ModelUpdate.Checkpoint;
import io.slipstream.testkit.model.ModelUpdate.Delete;
import io.slipstream.testkit.model.ModelUpdate.Purge;
import io.slipstream.testkit.model.ModelUpdate.Put;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Calls on the writer of a log, one at a time and in sequences. */
public final class Updates {
    private static final int MAX_POOL_SIZE = 4;
    private static final int SEQUENCE_LENGTH = 12;

    private Updates() {
    }

    /** Any call, on any key. */
    public static Arbitrary<ModelUpdate> any() {
        return anyOn(Keys.anyBytes());
    }

    /** Any call, on one of the given keys. */
    public static Arbitrary<ModelUpdate> anyOn(final Arbitrary<byte[]> keys) {
        return Arbitraries.frequencyOf(
            Tuple.of(10, putsOn(keys, Values.any())), Tuple.of(3, deletesOn(keys)), Tuple.of(1, purgesOn(keys)),
            Tuple.of(5, checkpoints()), Tuple.of(1, compactions()));
    }

    /** Puts. */
    public static Arbitrary<ModelUpdate> putsOn(final Arbitrary<byte[]> keys, final Arbitrary<byte[]> values) {
        return Combinators.combine(keys, values, Tokens.any()).as(Put::new);
    }

    /** Deletes; whether the key is live is up to what came before. */
    public static Arbitrary<ModelUpdate> deletesOn(final Arbitrary<byte[]> keys) {
        return Combinators.combine(keys, Tokens.any()).as(Delete::new);
    }

    /** Purges, which a log writes as deletes. */
    public static Arbitrary<ModelUpdate> purgesOn(final Arbitrary<byte[]> keys) {
        return Combinators.combine(keys, Tokens.any()).as(Purge::new);
    }

    /** Checkpoints; two in seven have an empty cursor, which takes the cursor back. */
    public static Arbitrary<ModelUpdate> checkpoints() {
        return Arbitraries.frequencyOf(Tuple.of(5, Tokens.some()), Tuple.of(2, Arbitraries.just(Token.none()))).map(Checkpoint::new);
    }

    /** Compactions. */
    public static Arbitrary<ModelUpdate> compactions() {
        return Arbitraries.just(ModelUpdate.compact());
    }

    /** Sequences of up to 12 calls that collide on purpose: see {@link #sequences(int)}. */
    public static Arbitrary<List<ModelUpdate>> sequences() {
        return sequences(SEQUENCE_LENGTH);
    }

    /**
     * Sequences of up to {@code maxLength} calls on at most four keys, whichever these are: so keys are overwritten, and deleted, live and dead;
     * cursors are set and taken back; now and then the log is compacted.
     */
    public static Arbitrary<List<ModelUpdate>> sequences(final int maxLength) {
        return Combinators.combine(
            Keys.anyBytes().list().ofMinSize(1).ofMaxSize(MAX_POOL_SIZE),
            drafts().list().ofMaxSize(maxLength)).as(Updates::onKeysOf).withoutEdgeCases();
    }

    /** Sequences whose log is compact: puts of different keys, in order, and a cursor last, if any. No two steps are about the same key. */
    public static Arbitrary<List<ModelUpdate>> compactSequences() {
        return Combinators.combine(sequences(), Tokens.some(), Arbitraries.of(true, false)).as((updates, cursor, withCursor) ->
            CompactScript.of(updates, withCursor ? cursor : Token.none())).withoutEdgeCases();
    }

    private static List<ModelUpdate> onKeysOf(final List<byte[]> pool, final List<Draft> drafts) {
        return drafts.stream().map(draft -> draft.on(pool.get(draft.key() % pool.size()))).toList();
    }

    private static Arbitrary<Draft> drafts() {
        return Combinators.combine(Arbitraries.integers().between(0, MAX_POOL_SIZE - 1), anyOn(Arbitraries.just(new byte[0]))).as(Draft::new);
    }

    /** A call whose key is chosen by its number. */
    private record Draft(int key, ModelUpdate update) {
        ModelUpdate on(final byte[] chosen) {
            if (update instanceof Put put) {
                return new Put(chosen, put.value(), put.version());
            } else if (update instanceof Delete delete) {
                return new Delete(chosen, delete.version());
            } else if (update instanceof Purge purge) {
                return new Purge(chosen, purge.version());
            }
            return update;
        }
    }
}
