package io.slipstream.storage;

import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * Which file this is, whatever its name, and who may do what with it.
 *
 * @param device      device number
 * @param inode       inode number on that device
 * @param owner       user id of the owner
 * @param group       id of the group
 * @param permissions permission bits
 */
public record FileIdentity(long device, long inode, int owner, int group, Set<PosixFilePermission> permissions) {
    /** Whether both are the same file; owner and permissions may differ. */
    public boolean isSameFile(final FileIdentity other) {
        return other != null && device == other.device && inode == other.inode;
    }
}
