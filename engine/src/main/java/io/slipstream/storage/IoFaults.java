package io.slipstream.storage;

import java.io.IOException;

/** Tells a failed access to a mapping, which the JVM reports as an {@link InternalError}, from a broken JVM. */
public final class IoFaults {
    /*
     * On JDK 25 the error is thrown where the access failed. On JDK 17 compiled code goes on with whatever it read, and the error is thrown
     * when the runtime is next called in a way that looks for it: milliseconds later, in whatever code runs then. In the code that unmaps, it
     * ends the process ("Cleaner terminated abnormally"). So before a result is trusted, and before anything is unmapped, settle() asks for it.
     * Native methods do not look, once the call to them is compiled. An array of arrays whose lengths are not known when it is compiled is always
     * made by the runtime, which does: it brought up the error in 300 of 300 tries, interpreted and under either compiler.
     */
    private static volatile int one = 1;
    @SuppressWarnings("UnusedVariable") // written so that the array is made
    private static volatile Object made;

    private IoFaults() {
    }

    /** Throws the {@link InternalError} that the JVM still owes this thread for an access to a mapping, if any. */
    public static void settle() {
        made = new byte[one][one];
    }

    /**
     * The {@link IOException} that it means when what was read from a mapping, and had been checked before, makes no sense: lengths that lead out
     * of the log.
     */
    public static IOException nonsense(final IndexOutOfBoundsException failure, final Object file) {
        try {
            settle();
        } catch (final InternalError e) {
            return toIoException(e, file);
        }
        return new IOException("a record changed after it was checked: file=" + file + "; the disk, memory or another program is at fault", failure);
    }

    /**
     * The {@link IOException} that a failed access to a mapping means.
     *
     * @throws InternalError the same one, if it is about anything else
     */
    public static IOException toIoException(final InternalError error, final Object file) {
        final String message = error.getMessage();
        if (message == null || !message.contains("memory access")) {
            throw error;
        }
        return new IOException("cannot read or write mapped bytes: file=" + file
                + "; the file was cut short or the disk failed under the mapping", error);
    }
}
