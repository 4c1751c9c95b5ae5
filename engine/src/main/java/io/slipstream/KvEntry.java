package io.slipstream;

import java.util.Arrays;
import java.util.Objects;

/**
 * A live entry: key, value, version. Owned; immutable as long as nobody writes into the array that {@link #value()} hands out.
 */
public final class KvEntry {
    private final String key;
    private final byte[] value;
    private final VersionToken version;

    /** An entry over these very objects; nothing is copied. */
    public KvEntry(final String key, final byte[] value, final VersionToken version) {
        this.key = Objects.requireNonNull(key, "key");
        this.value = Objects.requireNonNull(value, "value");
        this.version = Objects.requireNonNull(version, "version");
    }

    /** The key. */
    public String key() {
        return key;
    }

    /** The value's bytes: not a copy, do not write into them. */
    public byte[] value() {
        return value;
    }

    /** The version; {@link VersionToken#unknown()} if the source gave none. */
    public VersionToken version() {
        return version;
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof KvEntry that && key.equals(that.key) && version.equals(that.version) && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * key.hashCode() + Arrays.hashCode(value)) + version.hashCode();
    }

    @Override
    public String toString() {
        return "KvEntry[key=" + key + ", valueLength=" + value.length + ", version=" + version + "]";
    }
}
