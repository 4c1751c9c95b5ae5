package io.slipstream.testkit.lifecycle;

import io.slipstream.storage.FileStorage;
import io.slipstream.storage.IoFaults;
import io.slipstream.storage.MappedRegion;
import io.slipstream.storage.StorageFile;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.DirectBuffer;

/**
 * A child that reads mapped bytes behind the end of their file, and then asks for the error that it is owed. Says how often
 * the error came then, and how often only later, as two numbers. Arguments: an unused path, tries.
 */
final class SettleVictim {
    private static final int LENGTH = 1 << 16;

    private final byte[] scratch = new byte[LENGTH];
    /** Keeps the compiler from dropping the arrays. */
    volatile Object sink;
    /** Keeps the compiler from dropping the reads; no object, for making one may bring up the error by itself. */
    volatile long sum;

    private SettleVictim() {
    }

    public static void main(final String[] arguments) throws IOException {
        final SettleVictim victim = new SettleVictim();
        int settled = 0;
        int late = 0;
        try (StorageFile file = FileStorage.INSTANCE.create(Path.of(arguments[0]), null)) {
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                file.allocate(0, LENGTH);
                final MappedRegion region = file.map(0, LENGTH, false);
                file.truncate(0);
                try {
                    if (victim.isSettledAfterRead(region.buffer(), i % 3)) {
                        settled++;
                    }
                    // An array of arrays of any length is made by the VM, which throws what is still owed.
                    victim.sink = new byte[1 + i % 3][1 + i % 5];
                } catch (final InternalError e) {
                    late++;
                }
            }
        }
        System.out.println(settled + " " + late);
    }

    private boolean isSettledAfterRead(final DirectBuffer buffer, final int how) {
        try {
            switch (how) {
                case 0 -> sum = buffer.getLong(0);
                case 1 -> buffer.getBytes(0, scratch);
                default -> readEveryPage(buffer);
            }
            IoFaults.settle();
            return false;
        } catch (final InternalError e) {
            return true;
        }
    }

    private void readEveryPage(final DirectBuffer buffer) {
        long read = 0;
        for (int i = 0; i < LENGTH; i += 4096) {
            read += buffer.getByte(i);
        }
        sum = read;
    }
}
