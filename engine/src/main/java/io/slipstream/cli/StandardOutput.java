package io.slipstream.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Standard output of the process; tells a reader that went away from a disk that fails. Single thread. */
final class StandardOutput extends OutputStream {
    /*
     * Writing to a pipe or socket fails only when nobody reads it any more. The error's text says so too, but in the user's language.
     */
    private static final Path DESCRIPTOR = Path.of("/dev/fd/1");
    private static final int FILE_TYPE_MASK = 0xF000;
    private static final int FIFO = 0x1000;
    private static final int SOCKET = 0xC000;

    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);

    @Override
    public void write(final int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(final byte[] source, final int offset, final int length) throws IOException {
        try {
            out.write(source, offset, length);
        } catch (final IOException e) {
            throw isPipe() ? new ReaderGoneException(e) : e;
        }
    }

    private static boolean isPipe() {
        try {
            final int type = (int) Files.getAttribute(DESCRIPTOR, "unix:mode") & FILE_TYPE_MASK;
            return type == FIFO || type == SOCKET;
        } catch (final IOException e) {
            return false;
        }
    }
}
