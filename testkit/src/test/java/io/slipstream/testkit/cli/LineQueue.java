package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Takes output in one thread and gives it line by line to another. */
final class LineQueue extends OutputStream {
    private static final long PATIENCE_S = 30;

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();

    @Override
    public void write(final int b) {
        if (b == '\n') {
            lines.add(unfinished.toString(StandardCharsets.UTF_8));
            unfinished.reset();
        } else {
            unfinished.write(b);
        }
    }

    /** The next line; waits for it. */
    String next() throws InterruptedException {
        final String line = lines.poll(PATIENCE_S, TimeUnit.SECONDS);
        assertNotNull(line, "no line in " + PATIENCE_S + " s");
        return line;
    }

    /** How many lines wait to be taken. */
    int waiting() {
        return lines.size();
    }
}
