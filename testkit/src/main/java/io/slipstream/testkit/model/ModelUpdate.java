package io.slipstream.testkit.model;

import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import java.util.Arrays;

/**
 * One step of a script: a call on the writer of a log. Two steps are equal when they read the same in a script.
 *
 * @see OpsScript
 */
public sealed interface ModelUpdate {
    /**
     * The step as a line of a script, without its line end: the call, then its arguments in hex, tab-separated.
     */
    String toScript();

    /** Sets a key. */
    record Put(byte[] key, byte[] value, byte[] version) implements ModelUpdate {
        @Override
        public String toScript() {
            return line("put", key, value, version);
        }

        @Override
        public boolean equals(final Object other) {
            return other instanceof Put that && toScript().equals(that.toScript());
        }

        @Override
        public int hashCode() {
            return toScript().hashCode();
        }

        @Override
        public String toString() {
            return toScript();
        }
    }

    /** Removes a key. */
    record Delete(byte[] key, byte[] version) implements ModelUpdate {
        @Override
        public String toScript() {
            return line("delete", key, version);
        }

        @Override
        public boolean equals(final Object other) {
            return other instanceof Delete that && toScript().equals(that.toScript());
        }

        @Override
        public int hashCode() {
            return toScript().hashCode();
        }

        @Override
        public String toString() {
            return toScript();
        }
    }

    /** Removes a key; in the log this is a Delete. */
    record Purge(byte[] key, byte[] version) implements ModelUpdate {
        @Override
        public String toScript() {
            return line("purge", key, version);
        }

        @Override
        public boolean equals(final Object other) {
            return other instanceof Purge that && toScript().equals(that.toScript());
        }

        @Override
        public int hashCode() {
            return toScript().hashCode();
        }

        @Override
        public String toString() {
            return toScript();
        }
    }

    /** Records a resume position; no bytes mean no cursor. */
    record Checkpoint(byte[] cursor) implements ModelUpdate {
        @Override
        public String toScript() {
            return line("checkpoint", cursor);
        }

        @Override
        public boolean equals(final Object other) {
            return other instanceof Checkpoint that && Arrays.equals(cursor, that.cursor);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(cursor);
        }

        @Override
        public String toString() {
            return toScript();
        }
    }

    /** Rewrites the log in compact form; changes no state. */
    record Compact() implements ModelUpdate {
        @Override
        public String toScript() {
            return line("compact");
        }

        @Override
        public String toString() {
            return toScript();
        }
    }

    /** A put of texts, with a revision number as its version. */
    static ModelUpdate put(final String key, final String value, final long version) {
        return new Put(Utf8.encode(key), Utf8.encode(value), Token.of(version));
    }

    /** A delete of a text key, with a revision number as its version. */
    static ModelUpdate delete(final String key, final long version) {
        return new Delete(Utf8.encode(key), Token.of(version));
    }

    /** A purge of a text key, with a revision number as its version. */
    static ModelUpdate purge(final String key, final long version) {
        return new Purge(Utf8.encode(key), Token.of(version));
    }

    /** A checkpoint whose cursor is a revision number. */
    static ModelUpdate checkpoint(final long cursor) {
        return new Checkpoint(Token.of(cursor));
    }

    /** A compaction. */
    static ModelUpdate compact() {
        return new Compact();
    }

    private static String line(final String call, final byte[]... arguments) {
        final StringBuilder line = new StringBuilder(call);
        for (final byte[] argument : arguments) {
            line.append('\t').append(Hex.of(argument));
        }
        return line.toString();
    }
}
