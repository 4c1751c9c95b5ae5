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
 */
final class SettleVictim {
    private static final int LENGTH = 1 << 20;
    private static final int PAGE_LENGTH = 4096;

    /** Keeps the compiler from dropping the arrays. */
    static volatile Object sink;
    /** Keeps the compiler from dropping the reads; no object, for making one may bring up the error by itself. */
    static long sum;

    private SettleVictim() {
    }

    public static void main(final String[] arguments) throws IOException {
        final byte[] scratch = new byte[1 << 16];
        int settled = 0;
        int late = 0;
        try (StorageFile file = FileStorage.INSTANCE.create(Path.of(arguments[0]), null)) {
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                file.allocate(0, LENGTH);
                final MappedRegion region = file.map(0, LENGTH, false);
                final UnsafeBuffer buffer = region.buffer();
                file.truncate(0);
                try {
                    try {
                        if (i % 2 == 0) {
                            sum += readPages(buffer, 1 + i % 5);
                        } else {
                            sum += copy(buffer, scratch);
                        }
                        IoFaults.settle();
                    } catch (final InternalError e) {
                        settled++;
                    }
                    // An array of arrays of any length is made by the VM, which throws what is still owed.
                    sink = new byte[1 + i % 3][1 + i % 5];
                } catch (final InternalError e) {
                    late++;
                }
            }
        }
        System.out.println(settled + " " + late);
    }

    private static long readPages(final UnsafeBuffer buffer, final int pages) {
        long read = 0;
        for (int i = 0; i < pages * PAGE_LENGTH; i += PAGE_LENGTH) {
            read |= buffer.getLong(i);
        }
        return read;
    }

    private static long copy(final UnsafeBuffer buffer, final byte[] scratch) {
        buffer.getBytes(0, scratch, 0, scratch.length);
        return scratch[0];
    }
}
