package io.slipstream.testkit.peers;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Medians over rounds, and ratios within one. NaN where there is nothing. */
record Figures(List<Result> results) {
    private Stream<Result> of(final String measure, final String contestant, final String variant) {
        return results.stream().filter(result -> result.measure().equals(measure) && result.contestant().equals(contestant)
                && result.variant().equals(variant));
    }

    private static double median(final double[] values) {
        final double[] sorted = Arrays.stream(values).filter(value -> !Double.isNaN(value)).sorted().toArray();
        final int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    double median(final String measure, final String contestant, final String variant, final String figure) {
        return median(of(measure, contestant, variant).mapToDouble(result -> result.figure(figure)).toArray());
    }

    /** The largest of all rounds; NaN if there is none. */
    double most(final String measure, final String contestant, final String variant, final String figure) {
        return of(measure, contestant, variant).mapToDouble(result -> result.figure(figure)).filter(value -> !Double.isNaN(value)).max()
                .orElse(Double.NaN);
    }

    /** In how many rounds it was at most that. */
    long roundsWithin(final String measure, final String contestant, final String variant, final String figure, final double limit) {
        return of(measure, contestant, variant).filter(result -> result.figure(figure) <= limit).count();
    }

    /** Ours in parts of the other's: the median over rounds of the ratio in one round. */
    double ratio(final String measure, final String contestant, final String variant, final String figure) {
        return ratio(measure, figure, Contestants.SLIPSTREAM, variant, contestant, variant);
    }

    double ratio(
            final String measure, final String figure, final String contestant, final String variant, final String toContestant,
            final String toVariant) {
        return median(of(measure, contestant, variant).mapToDouble(one -> of(measure, toContestant, toVariant)
                .filter(other -> other.round() == one.round()).mapToDouble(other -> one.figure(figure) / other.figure(figure))
                .findFirst().orElse(Double.NaN)).toArray());
    }

    /** Why a measurement failed; null if it did not. */
    String failure(final String measure, final String contestant, final String variant) {
        return of(measure, contestant, variant).map(Result::failure).filter(Objects::nonNull).findFirst().orElse(null);
    }

    long rounds(final String measure, final String contestant, final String variant) {
        return of(measure, contestant, variant).filter(result -> result.failure() == null).count();
    }

    List<String> variants(final String measure, final String contestant) {
        return results.stream().filter(result -> result.measure().equals(measure) && result.contestant().equals(contestant))
                .map(Result::variant).distinct().sorted().toList();
    }

    List<Result> failures() {
        return results.stream().filter(result -> result.failure() != null).toList();
    }
}
