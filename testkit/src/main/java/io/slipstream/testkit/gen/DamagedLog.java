package io.slipstream.testkit.gen;

import io.slipstream.testkit.model.ModelLog;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.model.OpsScript;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The file of a log, and how it came about: the calls that wrote it, it was closed, and then what happened to it, in order. Without damage it is
 * a sound log.
 *
 * <p>Prints as the script of both, and {@link #parse} makes the same file of that again:
 *
 * <pre>
 *   put	61	31	0000000000000001
 *   checkpoint	0000000000000001
 *   flip	99
 * </pre>
 *
 * @param updates what was written, before the log was closed
 * @param damages what happened to the closed file
 * @see OpsScript
 * @see NamedDamage
 */
public record DamagedLog(List<ModelUpdate> updates, List<NamedDamage> damages) {
    private static final Set<String> CALLS = Set.of("put", "delete", "purge", "checkpoint", "compact");

    /** Keeps copies of both lists. */
    public DamagedLog {
        updates = List.copyOf(updates);
        damages = List.copyOf(damages);
    }

    /**
     * The log of a script as {@link #toString()} prints it; empty lines are skipped.
     *
     * @throws IllegalArgumentException if a line is neither a call nor a damage, or a call follows a damage
     */
    public static DamagedLog parse(final String script) {
        final List<ModelUpdate> updates = new ArrayList<>();
        final List<NamedDamage> damages = new ArrayList<>();
        for (final String line : script.split("\r?\n", -1)) {
            if (line.isEmpty()) {
                continue;
            }
            if (!CALLS.contains(line.split("\t", 2)[0])) {
                damages.add(NamedDamage.parse(line));
            } else if (damages.isEmpty()) {
                updates.addAll(OpsScript.parse(line));
            } else {
                throw new IllegalArgumentException("a call behind damage: " + line);
            }
        }
        return new DamagedLog(updates, damages);
    }

    /** The file before anything happened to it. Built anew by every call. */
    public byte[] soundBytes() {
        return ModelLog.create(Long.MAX_VALUE).applyAll(updates).toBytes();
    }

    /** The file. Built anew by every call. */
    public byte[] bytes() {
        byte[] file = soundBytes();
        for (final NamedDamage damage : damages) {
            file = damage.applyTo(file);
        }
        return file;
    }

    /** The script that makes this file. */
    @Override
    public String toString() {
        final StringBuilder script = new StringBuilder(OpsScript.print(updates));
        damages.forEach(damage -> script.append(damage.toScript()).append('\n'));
        return script.toString();
    }
}
