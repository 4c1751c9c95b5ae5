package io.slipstream.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Splits a stream into lines, and gives each as soon as its line end arrived: never waits for more than that. The last line may lack its end.
 *
 * <p>Single thread. The line shown is valid until the next one.
 */
final class LineReader {
    private static final int FIRST_LENGTH = 1 << 16;
    private static final int MAX_LENGTH = Integer.MAX_VALUE - 8;
    private static final int MAX_READ_LENGTH = 1 << 20;

    private final InputStream in;
    private byte[] buffer = new byte[FIRST_LENGTH];
    private int filled;
    private int lineStart;
    private int lineEnd;
    private int nextLine;
    private long lineNumber;

    LineReader(final InputStream in) {
        this.in = in;
    }

    /** Goes to the next line; false at the end of the stream. */
    boolean next() throws IOException {
        lineStart = nextLine;
        int searched = lineStart;
        while (true) {
            for (; searched < filled; searched++) {
                if (buffer[searched] == '\n') {
                    return showLine(searched, searched + 1);
                }
            }
            final int moved = makeRoom();
            searched -= moved;
            final int read = in.read(buffer, filled, Math.min(MAX_READ_LENGTH, buffer.length - filled));
            if (read < 0) {
                return filled > lineStart && showLine(filled, filled);
            }
            filled += read;
        }
    }

    private boolean showLine(final int end, final int next) {
        lineEnd = end;
        nextLine = next;
        lineNumber++;
        return true;
    }

    // Moves the unfinished line to the front if that gives room, else doubles the buffer. Answers by how much the line moved.
    private int makeRoom() {
        final int moved = lineStart;
        if (filled < buffer.length) {
            return 0;
        }
        if (moved == 0) {
            buffer = Arrays.copyOf(buffer, doubledLength());
        } else {
            System.arraycopy(buffer, lineStart, buffer, 0, filled - lineStart);
            filled -= moved;
            lineStart = 0;
        }
        return moved;
    }

    private int doubledLength() {
        if (buffer.length == MAX_LENGTH) {
            throw new InputException("line " + (lineNumber + 1) + ": longer than a Java array: max=" + MAX_LENGTH);
        }
        return (int) Math.min(MAX_LENGTH, buffer.length * 2L);
    }

    /** The bytes that hold the line, among others. */
    byte[] buffer() {
        return buffer;
    }

    /** Where the line starts in {@link #buffer()}. */
    int offset() {
        return lineStart;
    }

    /** Length of the line without its end. */
    int length() {
        return lineEnd - lineStart;
    }

    /** Number of the line, from 1 on. */
    long lineNumber() {
        return lineNumber;
    }
}
