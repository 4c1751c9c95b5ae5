package io.slipstream.testkit.properties;

import io.slipstream.testkit.gen.NamedDamage;
import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.model.OpsScript;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One step in the life of a log, as a line of a script: a call as in {@link OpsScript}, a {@link Deed}, or {@code damage} and a
 * {@link NamedDamage}.
 */
sealed interface Step {
    /** The step as a line of a script, without its line end. */
    String toScript();

    /** A call on the writer. */
    record Call(ModelUpdate update) implements Step {
        @Override
        public String toScript() {
            return update.toScript();
        }
    }

    /** Things that are done with a log besides, and need no parameters. */
    enum Deed implements Step {
        /** What was appended survives power loss. */
        FORCE,
        /** What is live is looked at. */
        VIEW,
        /** What is live is copied to another file. */
        COPY,
        /** A follower reads what was appended since it last did. */
        FOLLOW,
        /** The log is closed and opened. */
        REOPEN,
        /** The log is closed, loaded and opened. */
        LOAD,
        /** The process dies, and another opens the log. */
        KILL;

        @Override
        public String toScript() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The log is closed, damaged, judged, and opened; if it was refused, without the damage. */
    record Harm(NamedDamage damage) implements Step {
        @Override
        public String toScript() {
            return "damage\t" + damage.toScript();
        }
    }

    /** The steps as a script, with a line end behind each. */
    static String print(final List<Step> steps) {
        final StringBuilder script = new StringBuilder();
        steps.forEach(step -> script.append(step.toScript()).append('\n'));
        return script.toString();
    }

    /** The steps of a script; empty lines are skipped. */
    static List<Step> parse(final String script) {
        return Arrays.stream(script.split("\n")).filter(line -> !line.isEmpty()).map(Step::parseLine).toList();
    }

    private static Step parseLine(final String line) {
        for (final Deed deed : Deed.values()) {
            if (deed.toScript().equals(line)) {
                return deed;
            }
        }
        return line.startsWith("damage\t")
            ? new Harm(NamedDamage.parse(line.substring("damage\t".length())))
            : new Call(OpsScript.parse(line).get(0));
    }
}
