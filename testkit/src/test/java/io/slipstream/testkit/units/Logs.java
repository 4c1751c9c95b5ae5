package io.slipstream.testkit.units;

import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/** The logs of the tests here, and what a process that is not the reader does to them. */
final class Logs {
    static final LogBuilder SOUND = new LogBuilder().header().put("b", "2", 1).put("a", "1", 2).cursor(3);
    static final int RECORDS = 3;
    static final int END = SOUND.length();
    static final byte[] NEXT = RawRecord.put("c", "3", 4).toBytes();

    private Logs() {
    }

    /** The sound log, and more behind it. */
    static LogBuilder soundThen(final byte... more) {
        return new LogBuilder().raw(SOUND.toBytes()).raw(more);
    }

    /** Overwrites bytes of a file, or appends to it. */
    static void store(final Path path, final long position, final byte... bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(position);
            file.write(bytes);
        }
    }

    /** Cuts a file. */
    static void cut(final Path path, final long length) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(length);
        }
    }
}
