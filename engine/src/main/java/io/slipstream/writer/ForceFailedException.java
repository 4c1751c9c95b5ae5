package io.slipstream.writer;

import java.io.IOException;

/** What was forced may be on the disk or not, and so may more of the file: nobody can vouch for it any more. The cause says what failed. */
public final class ForceFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    ForceFailedException(final IOException cause) {
        super(cause.getMessage(), cause);
    }
}
