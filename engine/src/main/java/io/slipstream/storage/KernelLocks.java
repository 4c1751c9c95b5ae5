package io.slipstream.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;

/** The locks that the kernel lists. To ask opens no lock file, takes no lock, and so disturbs nobody. Thread-safe. */
public final class KernelLocks {
    /*
     *  1: POSIX  ADVISORY  WRITE 10924 00:1b:3201352 0 EOF
     *     kind   mode      access pid  device:inode  range       A "->" before the kind: who waits for it.
     */
    private static final Path LIST = Path.of("/proc/locks");
    private static final int KIND = 1;
    private static final int PID = 4;
    private static final int FILE = 5;

    private KernelLocks() {
    }

    /** The process that holds a lock on {@code lockFile}; empty if none is seen, as where the system lists none, or not those of other containers. */
    public static OptionalLong holderOf(final Path lockFile) {
        try {
            final FileIdentity identity = FileStorage.identityOf(lockFile);
            return identity == null ? OptionalLong.empty() : holderOf(nameOf(identity));
        } catch (final IOException e) {
            return OptionalLong.empty();
        }
    }

    private static OptionalLong holderOf(final String file) throws IOException {
        for (final String line : Files.readAllLines(LIST, StandardCharsets.US_ASCII)) {
            final String[] words = line.trim().split("\\s+");
            if (words.length > FILE && words[KIND].equals("POSIX") && words[FILE].equals(file)) {
                return OptionalLong.of(Long.parseLong(words[PID]));
            }
        }
        return OptionalLong.empty();
    }

    // As Linux packs a device number.
    private static String nameOf(final FileIdentity file) {
        final long device = file.device();
        final long major = device >>> 8 & 0xFFF | device >>> 32 & ~0xFFFL;
        final long minor = device & 0xFF | device >>> 12 & ~0xFFL;
        return String.format(Locale.ROOT, "%02x:%02x:%d", major, minor, file.inode());
    }
}
