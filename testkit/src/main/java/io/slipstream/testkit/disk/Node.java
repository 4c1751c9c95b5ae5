package io.slipstream.testkit.disk;

import io.slipstream.storage.FileIdentity;

import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** A file, whatever its names: compared by identity, since numbers are used again. */
final class Node {
    private static final long DEVICE = 1;

    private final FileIdentity identity;

    Node(final long number, final int owner, final int group, final Set<PosixFilePermission> permissions) {
        identity = new FileIdentity(DEVICE, number, owner, group, permissions);
    }

    FileIdentity identity() {
        return identity;
    }

    long number() {
        return identity.inode();
    }

    @Override
    public String toString() {
        return "#" + number();
    }
}
