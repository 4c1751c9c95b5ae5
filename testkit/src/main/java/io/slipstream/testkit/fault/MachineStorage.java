package io.slipstream.testkit.fault;

import io.slipstream.storage.FileStorage;
import io.slipstream.storage.HeldLock;

import java.nio.file.Path;

/**
 * The real disk in one run of a machine that a test may end: it says which boot it is, and its locks go with it. A log that is abandoned,
 * neither closed nor used again, is then what a killed process leaves, and the next machine opens it.
 *
 * <p>Thread-safe.
 */
public final class MachineStorage extends ForwardingStorage {
    private static final HeldLock NO_LOCK = () -> { };

    private final String bootId;

    /** A run of the machine with the given boot id; null for one that cannot tell. */
    public MachineStorage(final String bootId) {
        super(FileStorage.INSTANCE);
        this.bootId = bootId;
    }

    /** Always free: whoever held it is gone with the machine. */
    @Override
    public HeldLock lock(final Path lockFile) {
        return NO_LOCK;
    }

    /** Always free: whoever held it is gone with the machine. */
    @Override
    public HeldLock lockForRead(final Path lockFile) {
        return NO_LOCK;
    }

    @Override
    public String bootId() {
        return bootId;
    }
}
