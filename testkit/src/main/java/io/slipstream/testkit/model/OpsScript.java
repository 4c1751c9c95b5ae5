package io.slipstream.testkit.model;

import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.model.ModelUpdate.Checkpoint;
import io.slipstream.testkit.model.ModelUpdate.Compact;
import io.slipstream.testkit.model.ModelUpdate.Delete;
import io.slipstream.testkit.model.ModelUpdate.Purge;
import io.slipstream.testkit.model.ModelUpdate.Put;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Scripts of calls on the writer of a log, as the golden files under {@code ops/} hold them.
 *
 * <pre>
 *   put         key  value  version
 *   delete      key  version
 *   purge       key  version
 *   checkpoint  cursor
 *   compact
 * </pre>
 *
 * <p>One call a line; the columns are separated by a tab, and all but the first are hex. An empty column is an empty
 * byte string.
 */
public final class OpsScript {
    private OpsScript() {
    }

    /** The steps as a script, with a line end behind each. */
    public static String print(final Iterable<? extends ModelUpdate> updates) {
        final StringBuilder script = new StringBuilder();
        for (final ModelUpdate update : updates) {
            script.append(update.toScript()).append('\n');
        }
        return script.toString();
    }

    /**
     * The steps of a script; empty lines are skipped.
     *
     * @throws IllegalArgumentException if a line is none of the above; the message has its number
     */
    public static List<ModelUpdate> parse(final String script) {
        final List<ModelUpdate> updates = new ArrayList<>();
        int lineNumber = 0;
        for (final String line : script.split("\r?\n", -1)) {
            lineNumber++;
            if (!line.isEmpty()) {
                updates.add(parseLine(line, lineNumber));
            }
        }
        return updates;
    }

    private static ModelUpdate parseLine(final String line, final int lineNumber) {
        final String[] columns = line.split("\t", -1);
        try {
            final byte[][] arguments =
                Arrays.stream(columns).skip(1).map(Hex::parse).toArray(byte[][]::new);
            return switch (columns[0] + "/" + arguments.length) {
                case "put/3" -> new Put(arguments[0], arguments[1], arguments[2]);
                case "delete/2" -> new Delete(arguments[0], arguments[1]);
                case "purge/2" -> new Purge(arguments[0], arguments[1]);
                case "checkpoint/1" -> new Checkpoint(arguments[0]);
                case "compact/0" -> new Compact();
                default -> throw new IllegalArgumentException("no such call: " + columns[0]
                    + " with " + arguments.length + " arguments");
            };
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException("line " + lineNumber + ": " + e.getMessage(), e);
        }
    }
}
