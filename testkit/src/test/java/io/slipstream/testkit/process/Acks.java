package io.slipstream.testkit.process;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a child has come to, in a mapped file that outlives it. An aligned store of 8 bytes is not torn by a kill, and is in the
 * page cache as soon as it is done, as the log's own bytes are.
 */
public final class Acks {
    /** What is kept. */
    public enum Slot {
        /** The last update whose call has returned. */
        RETURNED,
        /** The last update that a returned call promised to keep when the power fails. */
        FORCED,
        /** Where the log ends, in bytes. */
        LENGTH,
        /** Up to where the log was forced, in bytes. */
        FORCED_LENGTH,
        /** Not 0 once the child stands still for good. */
        STANDING
    }

    private final UnsafeBuffer buffer;

    private Acks(final UnsafeBuffer buffer) {
        this.buffer = buffer;
    }

    /** Maps an ack file, which is made if need be, with zeros. */
    public static Acks map(final Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new Acks(new UnsafeBuffer(
                channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) Slot.values().length * Long.BYTES)));
        }
    }

    /** Stores a value, behind everything that was stored before. */
    public void set(final Slot slot, final long value) {
        buffer.putLongVolatile(slot.ordinal() * Long.BYTES, value);
    }

    /** The value last stored. */
    public long get(final Slot slot) {
        return buffer.getLongVolatile(slot.ordinal() * Long.BYTES);
    }
}
