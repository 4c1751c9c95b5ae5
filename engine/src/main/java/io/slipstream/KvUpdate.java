package io.slipstream;

import java.util.Arrays;
import java.util.Objects;

/** One update of a key-value bucket, as a watch delivers it. */
public sealed interface KvUpdate {
    /** The key it is about. */
    String key();

    /** The version it got in the source; {@link VersionToken#unknown()} if the source gave none. */
    VersionToken version();

    /**
     * The key has this value now.
     *
     * @param value the value's bytes: not copied, do not write into them
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Put(String key, byte[] value, VersionToken version) implements KvUpdate {
        /** Checks for nulls. */
        public Put {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(value, "value");
            Objects.requireNonNull(version, "version");
        }

        @Override
        public boolean equals(final Object other) {
            return other instanceof Put that && key.equals(that.key) && version.equals(that.version) && Arrays.equals(value, that.value);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * key.hashCode() + Arrays.hashCode(value)) + version.hashCode();
        }

        @Override
        public String toString() {
            return "Put[key=" + key + ", valueLength=" + value.length + ", version=" + version + "]";
        }
    }

    /** The key has no value any more. */
    record Delete(String key, VersionToken version) implements KvUpdate {
        /** Checks for nulls. */
        public Delete {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(version, "version");
        }
    }

    /** The key has no value any more, and its history in the source is gone too. Written as a delete. */
    record Purge(String key, VersionToken version) implements KvUpdate {
        /** Checks for nulls. */
        public Purge {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(version, "version");
        }
    }
}
