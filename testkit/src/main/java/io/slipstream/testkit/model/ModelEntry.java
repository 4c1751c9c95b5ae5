package io.slipstream.testkit.model;

import io.slipstream.testkit.bytes.Hex;
import java.util.Arrays;

/**
 * What a live key holds. Equal by content.
 *
 * @param value   the value
 * @param version the token of the update that set it; no bytes mean unknown
 */
public record ModelEntry(byte[] value, byte[] version) {
    @Override
    public boolean equals(final Object other) {
        return other instanceof ModelEntry that
            && Arrays.equals(value, that.value)
            && Arrays.equals(version, that.version);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(value) + Arrays.hashCode(version);
    }

    @Override
    public String toString() {
        return Hex.of(value) + "@" + Hex.of(version);
    }
}
