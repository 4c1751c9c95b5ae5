package io.slipstream.testkit.powercut;

import io.slipstream.testkit.faults.Mount;
import io.slipstream.testkit.faults.Skip;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A real file system on a loop device, whose power can be cut: it is shut down without its journal being written, and what the page
 * cache holds of it is lost. Only root may have one. The device stays the same from mount to mount. Single thread.
 */
final class LoopDisk implements AutoCloseable {
    private static final long LENGTH = 320L << 20; // mkfs.xfs wants 300 MiB
    private static final int ATTEMPTS = 200;
    private static final long PAUSE_NANOS = 10_000_000;

    private final Path image;
    private final Path directory;
    private final String device;
    private boolean mounted;

    /** The file systems, and how each is made. */
    enum Kind {
        /** Journal in ordered mode, as distributions have it. */
        EXT4("mkfs.ext4", "-q", "-F"),
        /** As distributions have it. */
        XFS("mkfs.xfs", "-q", "-f");

        private final List<String> format;

        Kind(final String... format) {
            this.format = List.of(format);
        }

        private String tool() {
            return format.get(0);
        }
    }

    private LoopDisk(final Path image, final Path directory, final String device) {
        this.image = image;
        this.directory = directory;
        this.device = device;
    }

    /** Skips the test where there can be no such disk. */
    static void assumePossible(final Kind kind) throws IOException {
        Mount.assumeRoot();
        for (final String tool : List.of(kind.tool(), "xfs_io", "losetup", "mount", "umount")) {
            Skip.unless(isThere(tool), tool + " is not installed");
        }
    }

    private static boolean isThere(final String tool) {
        return Stream.of("/bin", "/sbin", "/usr/bin", "/usr/sbin").anyMatch(place -> Files.isExecutable(Path.of(place, tool)));
    }

    /** A fresh file system, with its image and its mount point below {@code parent}; mounted. */
    static LoopDisk format(final Path parent, final Kind kind) throws IOException {
        final Path image = Files.createTempFile(parent, "disk", ".img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(LENGTH);
        }
        final String device = run("losetup", "--find", "--show", image.toString()).trim();
        final LoopDisk disk = new LoopDisk(image, Files.createTempDirectory(parent, "mount"), device);
        try {
            final List<String> command = new ArrayList<>(kind.format);
            command.add(device);
            run(command.toArray(String[]::new));
            disk.mount();
            return disk;
        } catch (final IOException | RuntimeException e) {
            disk.closeAfter(e);
            throw e;
        }
    }

    private void closeAfter(final Exception failure) {
        try {
            close();
        } catch (final IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** Where it is mounted. */
    Path directory() {
        return directory;
    }

    /** Replays the journal, as the next start of a machine does. */
    void mount() throws IOException {
        run("mount", device, directory.toString());
        mounted = true;
    }

    /** From here on nothing reaches the device. */
    void cutPower() throws IOException {
        run("xfs_io", "-x", "-c", "shutdown", directory.toString());
    }

    /** Drops the page cache of a file system whose power was cut. Nobody may have a file open there. */
    void unmount() throws IOException {
        for (int attempt = 1; mounted; attempt++) {
            try {
                run("umount", directory.toString());
                mounted = false;
            } catch (final IOException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE_NANOS); // a process that was killed has not let go of everything yet
            }
        }
    }

    /** Lets ranges of a file be written back, {@code position length} each, and nothing else of it. */
    static void writeBack(final Path file, final List<String> ranges) throws IOException {
        final List<String> command = new ArrayList<>(List.of("xfs_io", "-r"));
        for (final String range : ranges) {
            command.add("-c");
            command.add("sync_range -w " + range);
        }
        command.add(file.toString());
        tryToRun(command.toArray(String[]::new));
    }

    /** Lets the journal be written: names and lengths, whatever became of the bytes. */
    void commitJournal() throws IOException {
        tryToRun("xfs_io", "-f", "-c", "pwrite -q 0 1", "-c", "fsync", directory.resolve("other-file").toString());
    }

    /** Takes everything away, mounted or not, sound or not. */
    @Override
    public void close() throws IOException {
        try {
            unmount();
        } finally {
            run("losetup", "-d", device);
            Files.delete(image);
        }
    }

    private static String run(final String... command) throws IOException {
        final StringBuilder said = new StringBuilder();
        if (statusOf(said, command) != 0) {
            throw new IOException(List.of(command) + ": " + said);
        }
        return said.toString();
    }

    // The file may have been renamed or removed meanwhile.
    private static void tryToRun(final String... command) throws IOException {
        statusOf(new StringBuilder(), command);
    }

    private static int statusOf(final StringBuilder said, final String... command) throws IOException {
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        said.append(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        try {
            return process.waitFor();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
