package io.slipstream.testkit.gen;

import io.slipstream.testkit.model.ModelUpdate;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Whole log files: sound, torn, damaged. */
public final class Logs {
    private Logs() {
    }

    /**
     * Files of all kinds, mixed so that each verdict of {@code docs/recovery.md}, refused headers and all rows among them, the torn and the
     * corrupted side of a row told apart, makes up at least one in fifty.
     */
    public static Arbitrary<DamagedLog> any() {
        return of(scripts(), anyDamages());
    }

    /** Logs as a writer leaves them when it closes: records to the end. */
    public static Arbitrary<DamagedLog> sound() {
        return of(scripts(), Arbitraries.just(List.of()));
    }

    /** Sound logs with slack behind them: as a writer leaves them when it is killed. */
    public static Arbitrary<DamagedLog> withSlack() {
        return of(scripts(), one(Damages.slacks()));
    }

    /** Logs cut at any byte, or in the last record, with or without slack behind. */
    public static Arbitrary<DamagedLog> torn() {
        return of(scripts(), Arbitraries.oneOf(
            one(Damages.cuts()), one(Damages.tears()), two(Damages.tears(), Damages.slacks())));
    }

    /** Logs whose last append was not committed, with or without slack behind. */
    public static Arbitrary<DamagedLog> uncommitted() {
        return of(scripts(), Arbitraries.oneOf(one(Damages.uncommitted()), two(Damages.uncommitted(), Damages.slacks())));
    }

    /** Logs to which one or two things happened, of all kinds; some of them do no harm. */
    public static Arbitrary<DamagedLog> damaged() {
        return of(scripts(), Damages.any().list().ofMinSize(1).ofMaxSize(2));
    }

    /** Logs of the given scripts, to which the given things happened. */
    public static Arbitrary<DamagedLog> of(final Arbitrary<List<ModelUpdate>> scripts, final Arbitrary<List<NamedDamage>> damages) {
        return Combinators.combine(scripts, damages).as(DamagedLog::new).withoutEdgeCases();
    }

    private static Arbitrary<List<ModelUpdate>> scripts() {
        return Arbitraries.frequencyOf(Tuple.of(5, Updates.sequences()), Tuple.of(1, Updates.compactSequences()));
    }

    private static Arbitrary<List<NamedDamage>> anyDamages() {
        return Arbitraries.frequencyOf(
            Tuple.of(4, Arbitraries.just(List.of())),
            Tuple.of(4, one(Damages.slacks())),
            Tuple.of(4, one(Damages.cuts())),
            Tuple.of(3, one(Damages.tears())),
            Tuple.of(4, two(Damages.tears(), Damages.slacks())),
            Tuple.of(4, one(Damages.stumps())),
            Tuple.of(4, two(Damages.stumps(), Damages.slacks())),
            Tuple.of(4, one(Damages.uncommitted())),
            Tuple.of(2, two(Damages.uncommitted(), Damages.slacks())),
            Tuple.of(4, one(Damages.flips())),
            Tuple.of(4, one(Damages.wrongCrcs())),
            Tuple.of(6, one(Damages.zeroTypes())),
            Tuple.of(4, one(Damages.unknownTypes())),
            Tuple.of(4, one(Damages.lengths())),
            Tuple.of(6, one(Damages.lengthBombs())),
            Tuple.of(4, one(Damages.longTokens())),
            Tuple.of(8, one(Damages.stretches())),
            Tuple.of(4, one(Damages.badKeys())),
            Tuple.of(4, one(Damages.headers())),
            Tuple.of(2, one(Damages.zeros())),
            Tuple.of(2, one(Damages.splices())),
            Tuple.of(2, one(Damages.transplants())),
            Tuple.of(6, Damages.any().list().ofMinSize(1).ofMaxSize(3)));
    }

    private static Arbitrary<List<NamedDamage>> one(final Arbitrary<NamedDamage> damages) {
        return damages.map(List::of);
    }

    private static Arbitrary<List<NamedDamage>> two(final Arbitrary<NamedDamage> first, final Arbitrary<NamedDamage> then) {
        return Combinators.combine(first, then).as(List::of);
    }
}
