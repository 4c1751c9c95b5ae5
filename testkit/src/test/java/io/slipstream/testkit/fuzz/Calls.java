package io.slipstream.testkit.fuzz;

/**
 * Reads a fuzz input as numbers and byte strings. What is missing at its end reads as 0, so that every input can be read to its end. Single thread.
 */
final class Calls {
    private final byte[] input;
    private int at;

    Calls(final byte[] input) {
        this.input = input;
    }

    boolean hasNext() {
        return at < input.length;
    }

    /** The next byte, 0..255. */
    int next() {
        return hasNext() ? input[at++] & 0xFF : 0;
    }

    /** The next {@code length} bytes. */
    byte[] bytes(final int length) {
        final byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) next();
        }
        return bytes;
    }

    /** A token: its length, 0..11 and so one too many at most, and its bytes. */
    byte[] token() {
        return bytes(next() % 12);
    }
}
