package io.slipstream.cli;

import io.slipstream.errors.SnapshotDamageException;
import io.slipstream.storage.IoFaults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What the process tells its caller, and how failures map to it. */
final class ExitStatus {
    static final int DONE = 0;
    /** The log is corrupted or invalid, or there is none for a command that needs one. */
    static final int REFUSED = 1;
    /** Wrong usage or input. */
    static final int USAGE = 2;
    /** I/O error, or the log is in use. */
    static final int IO = 3;

    private ExitStatus() {
    }

    /** Reports a failure in one line on standard error, unless the reader of standard output just went away. */
    static int report(final Throwable failure, final Streams streams) {
        final Throwable cause = unwrap(failure);
        if (cause instanceof ReaderGoneException) {
            return DONE;
        }
        streams.message(describe(cause));
        if (cause instanceof SnapshotDamageException || cause instanceof NoLogException) {
            return REFUSED;
        }
        if (cause instanceof InputException || cause instanceof IllegalArgumentException) {
            return USAGE;
        }
        if (!isForeseen(cause)) {
            cause.printStackTrace(streams.err());
        }
        return IO;
    }

    private static Throwable unwrap(final Throwable failure) {
        if (failure instanceof UncheckedIOException) {
            return failure.getCause();
        }
        return failure instanceof InternalError error ? faultOrSelf(error) : failure;
    }

    private static Throwable faultOrSelf(final InternalError error) {
        try {
            return IoFaults.toIoException(error, "the log");
        } catch (final InternalError e) {
            return e;
        }
    }

    private static boolean isForeseen(final Throwable cause) {
        return cause instanceof IOException
                || cause instanceof IllegalStateException
                || cause instanceof UnsupportedOperationException
                || cause instanceof OutOfMemoryError;
    }

    /** A failure in words. */
    static String describe(final Throwable cause) {
        if (cause instanceof OutOfMemoryError) {
            return "not enough memory: " + cause.getMessage() + "; give java more with -Xmx";
        }
        if (cause instanceof NoSuchFileException e) {
            return "no such file or directory: " + e.getFile();
        }
        if (cause instanceof AccessDeniedException e) {
            return "access denied: " + e.getFile();
        }
        if (cause instanceof FileSystemException e && e.getReason() == null) {
            return e.getClass().getSimpleName() + ": " + e.getFile();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
