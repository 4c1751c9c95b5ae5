package io.slipstream.testkit.lifecycle;

import io.slipstream.storage.FileStorage;
import io.slipstream.storage.IoFaults;
import io.slipstream.storage.MappedRegion;
import io.slipstream.storage.StorageFile;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A child that reads mapped bytes behind the end of their file, and then asks for the error that it is owed. Says how often
 * the error came then, and how often only later, as two numbers. Arguments: an unused path, tries.
 *
 * <p>Between any two tries the same code reads a sound file. This matters: the first run of a call has the VM link it, and
 * that brings up the error by itself; and as long as the error comes at that place, the call is never linked.
 */
final class SettleVictim {
    private static final int LENGTH = 1 << 20;
    private static final int PAGE_LENGTH = 4096;

    /** Keeps the compiler from dropping the arrays. */
    static volatile Object sink;
    /** Keeps the compiler from dropping the reads. */
    static long sum;

    private final byte[] scratch = new byte[1 << 16];
    private int settled;
    private int late;

    private SettleVictim() {
    }

    public static void main(final String[] arguments) throws IOException {
        final SettleVictim victim = new SettleVictim();
        try (StorageFile file = FileStorage.INSTANCE.create(Path.of(arguments[0]), null)) {
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                file.truncate(LENGTH);
                final MappedRegion region = file.map(0, LENGTH, false);
                victim.readAndSettle(region.buffer(), i);
                if (victim.settled + victim.late != i) {
                    throw new IllegalStateException("an error for a read of a sound file");
                }
                file.truncate(0);
                victim.readAndSettle(region.buffer(), i);
            }
        }
        System.out.println(victim.settled + " " + victim.late);
    }

    private void readAndSettle(final UnsafeBuffer buffer, final int i) {
        try {
            try {
                sum += i % 2 == 0 ? readPages(buffer, 1 + i % 5) : copy(buffer);
                IoFaults.settle();
                sum++;
            } catch (final InternalError e) {
                settled++;
            }
            // An array of arrays of any length is made by the VM, which throws what is still owed.
            sink = new byte[1 + i % 3][1 + i % 5];
        } catch (final InternalError e) {
            late++;
        }
    }

    private static long readPages(final UnsafeBuffer buffer, final int pages) {
        long read = 0;
        for (int i = 0; i < pages * PAGE_LENGTH; i += PAGE_LENGTH) {
            read |= buffer.getLong(i);
        }
        return read;
    }

    private long copy(final UnsafeBuffer buffer) {
        buffer.getBytes(0, scratch, 0, scratch.length);
        return scratch[0];
    }
}
