package io.slipstream.testkit.crash;

import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.model.ModelUpdate;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Scripts at random: few keys, so that there is something to compact, and values from none to three pages. */
final class CrashScripts {
    private static final int KEYS = 6;

    private static final int MAX_INVOCATIONS = 30;

    private final Random random;
    private final boolean maintained;
    private long revision;

    /** Scripts for a log with maintenance, which they invoke, or for one without. */
    CrashScripts(final Random random, final boolean maintained) {
        this.random = random;
        this.maintained = maintained;
    }

    /** A script of {@code steps} steps. */
    List<CrashStep> next(final int steps) {
        final List<CrashStep> script = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            script.add(step());
        }
        return script;
    }

    /**
     * Some of the updates that were lost, as a source sends them again: the first put has another value, just as long, and what follows is the same. So what was
     * dropped would fit behind them, if it were still there. Then {@code steps} steps more at most.
     */
    List<CrashStep> again(final List<ModelUpdate> lost, final int steps) {
        final List<CrashStep> script = new ArrayList<>();
        boolean changed = false;
        for (final ModelUpdate update : lost.subList(0, random.nextInt(lost.size() + 1))) {
            if (!changed && update instanceof ModelUpdate.Put put && put.value().length > 0) {
                final byte[] value = put.value().clone();
                value[0]++;
                script.add(new CrashStep.Do(new ModelUpdate.Put(put.key(), value, put.version())));
                changed = true;
            } else {
                script.add(new CrashStep.Do(update));
            }
        }
        if (random.nextBoolean()) {
            script.addAll(next(random.nextInt(steps + 1)));
        }
        return script;
    }

    private CrashStep step() {
        return maintained && random.nextBoolean() ? stepOfMaintenance() : stepOfWriter();
    }

    private CrashStep stepOfMaintenance() {
        final int dice = random.nextInt(20);
        if (dice < 3) {
            return new CrashStep.RequestForce();
        } else if (dice < 4) {
            return new CrashStep.FailOperation(1 + random.nextInt(12), random.nextBoolean() ? Moment.BEFORE : Moment.AFTER);
        }
        return new CrashStep.Maintain(1 + random.nextInt(MAX_INVOCATIONS));
    }

    private CrashStep stepOfWriter() {
        final int dice = random.nextInt(100);
        if (dice < 55) {
            return new CrashStep.Do(put());
        } else if (dice < 67) {
            return new CrashStep.Do(ModelUpdate.delete(key(), ++revision));
        } else if (dice < 79) {
            return new CrashStep.Do(ModelUpdate.checkpoint(++revision));
        } else if (dice < 87) {
            return new CrashStep.Force();
        } else if (dice < 90) {
            return new CrashStep.Do(ModelUpdate.compact());
        } else if (dice < 92) {
            return new CrashStep.Reopen();
        } else if (dice < 93) {
            return new CrashStep.Load();
        } else if (dice < 97) {
            return new CrashStep.Die(random.nextBoolean(), random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 0);
        } else if (dice < 98) {
            return new CrashStep.LoseForce(1 + random.nextInt(6));
        } else if (dice < 99) {
            return new CrashStep.FillUp(random.nextInt(20_000));
        }
        return new CrashStep.FailOperation(1 + random.nextInt(40), random.nextBoolean() ? Moment.BEFORE : Moment.AFTER);
    }

    private ModelUpdate put() {
        final byte[] value = new byte[valueLength()];
        random.nextBytes(value);
        return new ModelUpdate.Put(Utf8.encode(key()), value, Token.of(++revision));
    }

    private int valueLength() {
        return switch (random.nextInt(12)) {
            case 0 -> 0;
            case 1 -> random.nextInt(700);
            case 2 -> 2000 + random.nextInt(3000);
            case 3 -> random.nextInt(12_000);
            default -> random.nextInt(40);
        };
    }

    private String key() {
        return "key-" + random.nextInt(KEYS);
    }
}
