package io.slipstream.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** An {@code append} in a process of its own, made to be killed. */
final class WriterProcess implements AutoCloseable {
    private static final String EXPORTS = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED";

    private final Process process;
    private volatile IOException feedEnd;

    private WriterProcess(final Process process) {
        this.process = process;
    }

    /** Starts {@code append} on {@code log}, with this program's java and class path. */
    static WriterProcess start(final Path log) throws IOException {
        return new WriterProcess(new ProcessBuilder(
                Relaunch.java(), EXPORTS, "-cp", System.getProperty("java.class.path"), Main.class.getName(), "append", log.toString(), "--acknowledge")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    long pid() {
        return process.pid();
    }

    /**
     * Feeds lines to the writer and kills it while more are on their way: as soon as it has acknowledged {@code killAt} of them.
     *
     * @return how many lines it acknowledged before it died
     * @throws IOException if it did not live that long
     */
    long feedAndKill(final InputStream lines, final long killAt) throws IOException, InterruptedException {
        final Thread feeder = new Thread(() -> feed(lines), "feeder");
        feeder.start();
        long acknowledged = 0;
        try (BufferedReader acknowledgements = process.inputReader(StandardCharsets.US_ASCII)) {
            for (String line = acknowledgements.readLine(); line != null; line = acknowledgements.readLine()) {
                acknowledged = Long.parseLong(line);
                if (acknowledged == killAt) {
                    // Not process.destroyForcibly(), which closes the stream that further acknowledgements stand in.
                    process.toHandle().destroyForcibly();
                }
            }
        }
        process.waitFor();
        feeder.join();
        if (acknowledged < killAt) {
            throw new IOException("the writer ended by itself: exit status=" + exitStatus() + " acknowledged lines=" + acknowledged, feedEnd);
        }
        return acknowledged;
    }

    // Never closes the writer's input: it shall not come to its end in peace. So the feed ends when the writer does.
    private void feed(final InputStream lines) {
        try {
            lines.transferTo(process.getOutputStream());
            process.getOutputStream().flush();
        } catch (final IOException e) {
            feedEnd = e;
        }
    }

    /** How the dead writer ended: 137 for SIGKILL. */
    int exitStatus() {
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
