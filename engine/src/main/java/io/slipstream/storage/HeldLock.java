package io.slipstream.storage;

import java.io.IOException;

/** A lock that is held until closed. Closing twice does nothing. */
public interface HeldLock extends AutoCloseable {
    /** Releases the lock; the lock file stays. */
    @Override
    void close() throws IOException;
}
