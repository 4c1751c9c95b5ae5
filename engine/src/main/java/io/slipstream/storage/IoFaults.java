package io.slipstream.storage;

import java.io.IOException;

/** Tells a failed access to a mapping, which the JVM reports as an {@link InternalError}, from a broken JVM. */
public final class IoFaults {
    private IoFaults() {
    }

    /**
     * The {@link IOException} that a failed access to a mapping means.
     *
     * @throws InternalError the same one, if it is about anything else
     */
    public static IOException toIoException(final InternalError error, final Object file) {
        final String message = error.getMessage();
        if (message == null || !message.contains("memory access")) {
            throw error;
        }
        return new IOException("cannot read or write mapped bytes: file=" + file
                + "; the file was cut short or the disk failed under the mapping", error);
    }
}
