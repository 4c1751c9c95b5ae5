package io.slipstream.testkit.hostile;

import io.slipstream.LogInspection;
import io.slipstream.LogRepair;
import io.slipstream.RecoveryPolicy;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import io.slipstream.errors.SnapshotDamageException;
import io.slipstream.storage.FileStorage;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation.Kind;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelLog;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.model.ModelVerdict;
import io.slipstream.testkit.recovery.EngineState;
import io.slipstream.testkit.recovery.Findings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A child with a small heap that is handed hostile files, and says what came of it, one line each. Arguments: what to do, and the file or directory
 * to do it to.
 */
final class HostileVictim {
    private HostileVictim() {
    }

    @FunctionalInterface
    private interface Call {
        Object run() throws Exception;
    }

    public static void main(final String[] arguments) throws Exception {
        final Path path = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "judge" -> judgeAll(path);
            case "search" -> searchAll(path);
            case "keys" -> keys(path);
            case "cut" -> cut(path);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.out.println("alive");
    }

    // What is thrown besides exceptions is the finding here: an OutOfMemoryError, say.
    private static String outcome(final Call call) {
        try {
            return String.valueOf(call.run());
        } catch (final Throwable e) {
            return e.getClass().getSimpleName();
        }
    }

    private static List<Path> logsIn(final Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
        }
    }

    // ---- Every door, for every file

    private static void judgeAll(final Path directory) throws IOException {
        for (final Path log : logsIn(directory)) {
            final byte[] bytes = Files.readAllBytes(log);
            final Object findings = outcome(() -> Findings.of(LogInspection.of(log)));
            final Object view = outcome(() -> openView(log));
            final Object loaded = outcome(() -> Snapshot.load(log).isPresent());
            Files.write(log, bytes);
            final Object opened = outcome(() -> openWriter(log));
            Files.write(log, bytes);
            final Object repaired = outcome(() -> LogRepair.repair(log, new SnapshotLog.Context(), true).chainRecords() >= 0);
            System.out.println(log.getFileName() + "\t" + findings + "\t" + view + "\t" + loaded + "\t" + opened + "\t" + repaired);
        }
    }

    private static boolean openView(final Path log) throws IOException {
        SnapshotView.open(log).close();
        return true;
    }

    private static boolean openWriter(final Path log) throws IOException {
        SnapshotLog.open(log, new SnapshotLog.Context().recoveredView(true)).close();
        return true;
    }

    // ---- Megabytes of near-records: what may cost most

    private static void searchAll(final Path directory) throws IOException {
        for (final Path log : logsIn(directory)) {
            final Object findings = outcome(() -> Findings.of(LogInspection.of(log)));
            final Object loaded = outcome(() -> Snapshot.load(log).isPresent());
            System.out.println(log.getFileName() + "\t" + findings + "\t" + loaded);
        }
    }

    // ---- Colliding keys: those to look up come by standard input, one a line

    private static void keys(final Path log) throws IOException {
        try (SnapshotView view = SnapshotView.open(log)) {
            System.out.println("live " + view.length());
            int found = 0;
            for (final String key : inputLines()) {
                found += view.entry(key) == null ? 0 : 1;
            }
            System.out.println("found " + found);
        }
        try (SnapshotLog writer = SnapshotLog.open(log)) {
            writer.put("one more", new byte[0], VersionToken.unknown());
            writer.compact();
        }
        System.out.println("compacted " + Files.size(log));
    }

    private static List<String> inputLines() {
        return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).lines().toList();
    }

    // ---- Cut short under a running replay

    private static void cut(final Path directory) throws IOException {
        for (final Path log : logsIn(directory)) {
            final byte[] whole = Files.readAllBytes(log);
            final Map<String, Integer> outcomes = new TreeMap<>();
            for (final String door : List.of("view", "inspection", "load")) {
                for (final long length : new long[] {0, 3, 6, 100, 4096, 70_000, 131_072, 200_000, whole.length - 1}) {
                    cutAtEvery(Kind.READ, Moment.BEFORE, log, whole, door, (int) length, outcomes);
                    cutAtEvery(Kind.MAP, Moment.AFTER, log, whole, door, (int) length, outcomes);
                }
            }
            outcomes.forEach((outcome, count) -> System.out.println(log.getFileName() + " " + outcome + " " + count));
        }
    }

    // Until the door asks no more of the file.
    private static void cutAtEvery(
        final Kind kind, final Moment moment, final Path log, final byte[] whole, final String door, final int length,
        final Map<String, Integer> outcomes) throws IOException {
        final boolean[] struck = {true};
        for (int n = 1; struck[0]; n++) {
            struck[0] = false;
            Files.write(log, whole);
            Files.deleteIfExists(log.resolveSibling(log.getFileName() + ".mark"));
            final FaultyStorage disk = new FaultyStorage(FileStorage.INSTANCE).atNth(kind, n, moment, () -> {
                struck[0] = true;
                truncate(log, length);
            });
            final byte[] rest = Arrays.copyOf(whole, length);
            final String outcome = through(door, disk, log, whole, rest);
            if (struck[0]) {
                final String what = door + " cut at a " + kind + ": " + outcome + fileAfterwards(outcome, Files.readAllBytes(log), whole, rest);
                outcomes.merge(what, 1, Integer::sum);
            }
        }
    }

    private static void truncate(final Path log, final int length) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            file.setLength(length);
        }
    }

    private static String through(final String door, final FaultyStorage disk, final Path log, final byte[] whole, final byte[] rest) {
        return switch (door) {
            case "view" -> judged(() -> viewed(disk, log), whole, rest);
            case "load" -> judged(() -> EngineState.of(loaded(disk, log)), whole, rest);
            default -> inspected(disk, log, whole, rest);
        };
    }

    private static ModelState viewed(final FaultyStorage disk, final Path log) throws IOException {
        try (SnapshotView view = SnapshotView.open(disk, log, RecoveryPolicy.PROVEN)) {
            return EngineState.of(view);
        }
    }

    private static Optional<Snapshot> loaded(final FaultyStorage disk, final Path log) throws IOException {
        return Snapshot.load(log, new SnapshotLog.Context().storage(disk));
    }

    // A state must be that of the whole file or of what was left of it, and so must a refusal.
    private static String judged(final Call call, final byte[] whole, final byte[] rest) {
        final Object found;
        try {
            found = call.run();
        } catch (final SnapshotDamageException e) {
            return isVerdictOn(whole, e) ? "refused as it was" : isVerdictOn(rest, e) ? "refused as it is now" : "WRONG refusal: " + e.getMessage();
        } catch (final IOException e) {
            return "IOException";
        } catch (final Throwable e) {
            return "WRONG: " + e;
        }
        return isStateOf(whole, found) ? "as it was" : isStateOf(rest, found) ? "as it is now" : "WRONG state";
    }

    private static boolean isVerdictOn(final byte[] file, final SnapshotDamageException refusal) {
        final ModelVerdict verdict = ModelJudge.judge(file);
        return verdict.isError() && verdict.row() == refusal.rule() && verdict.offset() == refusal.offset();
    }

    private static boolean isStateOf(final byte[] file, final Object found) {
        final ModelVerdict verdict = ModelJudge.judge(file);
        return !verdict.isError() && found.equals(verdict.state());
    }

    private static String inspected(final FaultyStorage disk, final Path log, final byte[] whole, final byte[] rest) {
        final LogInspection inspection;
        try {
            inspection = LogInspection.of(disk, log);
        } catch (final Throwable e) {
            return "WRONG: " + e;
        }
        if (inspection.result() == LogInspection.Result.IO) {
            return "IOException";
        }
        final Findings findings = Findings.of(inspection);
        return findings.equals(Findings.of(ModelJudge.judge(whole))) ? "as it was"
            : findings.equals(Findings.of(ModelJudge.judge(rest))) ? "as it is now" : "WRONG findings: " + findings;
    }

    // Nobody but a load that returned may have written.
    private static String fileAfterwards(final String outcome, final byte[] after, final byte[] whole, final byte[] rest) {
        if (Arrays.equals(after, rest)) {
            return "";
        }
        final boolean cleaned = outcome.equals("as it was") && Arrays.equals(after, ModelLog.load(whole))
            || outcome.equals("as it is now") && Arrays.equals(after, ModelLog.load(rest));
        return cleaned ? ", cleaned" : ", WRONG file";
    }
}
