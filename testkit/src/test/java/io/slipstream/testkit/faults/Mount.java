package io.slipstream.testkit.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A small file system of its own in memory. Only root may have one: where the test may not, it is skipped, and says so. */
public final class Mount implements AutoCloseable {
    private final Path directory;

    private Mount(final Path directory) {
        this.directory = directory;
    }

    /** Mounts a tmpfs of {@code size} bytes on a new directory below {@code parent}, or skips the test. */
    public static Mount tmpfs(final Path parent, final String size) throws IOException {
        assumeRoot();
        final Path directory = Files.createDirectory(parent.resolve("mount"));
        Skip.unless(run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", directory.toString()),
            "no tmpfs can be mounted here");
        return new Mount(directory);
    }

    /** Shows what is mounted here a second time, on a new directory below {@code parent}, where nothing can be written. */
    public Mount readOnlyTwin(final Path parent) throws IOException {
        final Path twin = Files.createDirectory(parent.resolve("read-only"));
        Skip.unless(run("mount", "--bind", directory.toString(), twin.toString()), "no bind mounts here");
        final Mount mount = new Mount(twin);
        Skip.unless(run("mount", "-o", "remount,bind,ro", twin.toString()), "no read-only bind mounts here");
        return mount;
    }

    /** Skips the test unless it is run by root. */
    public static void assumeRoot() throws IOException {
        final Path self = Path.of("/proc/self");
        Skip.unless(Files.exists(self) && Integer.valueOf(0).equals(Files.getAttribute(self, "unix:uid")),
            "this test must be run by root");
    }

    /** Where it is mounted. */
    public Path directory() {
        return directory;
    }

    /** Bytes that can still be written. */
    public long room() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    /** Takes all but so many bytes of the room away, by a file that a test may delete. */
    public Path fillUpTo(final long bytesLeft) throws IOException {
        final Path filler = directory.resolve("filler");
        Files.write(filler, new byte[Math.toIntExact(room() - bytesLeft)]);
        return filler;
    }

    /** Lets nothing be written any more. */
    public void makeReadOnly() throws IOException {
        Skip.unless(run("mount", "-o", "remount,ro", directory.toString()), "cannot remount read-only here");
    }

    @Override
    public void close() throws IOException {
        run("umount", "-l", directory.toString());
    }

    private static boolean run(final String... command) throws IOException {
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() == 0) {
                return true;
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        System.err.println(List.of(command) + ": " + said);
        return false;
    }
}
