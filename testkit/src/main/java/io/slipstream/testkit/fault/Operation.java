package io.slipstream.testkit.fault;

import java.nio.file.Path;

/**
 * One operation that was asked of the storage.
 *
 * @param kind   what was asked for
 * @param path   the file or directory it was about
 * @param target the second name of a {@link Kind#RENAME} or {@link Kind#LINK}; null for any other kind
 */
public record Operation(Kind kind, Path path, Path target) {
    /** What can be asked of the storage. */
    public enum Kind {
        /** Resolve links and relative names. */
        RESOLVE,
        /** Ask which file stands at a name. */
        IDENTITY,
        /** Open a file that exists, for reading or for writing. */
        OPEN,
        /** Create a file. */
        CREATE,
        /** Ask for a file's length. */
        LENGTH,
        /** Read bytes through the file; reads through a mapping are not seen. */
        READ,
        /** Write bytes through the file; stores into a mapping are not seen. */
        WRITE,
        /** Fill a range with zeros. */
        ALLOCATE,
        /** Map a range. */
        MAP,
        /** Force a file, or a mapped range of it. */
        FORCE,
        /** Cut a file. */
        TRUNCATE,
        /** Rename one file over another. */
        RENAME,
        /** Give a file a further name. */
        LINK,
        /** Remove a name. */
        UNLINK,
        /** Force a directory. */
        FORCE_DIRECTORY,
        /** Take the writer's lock. */
        LOCK,
        /** Let go of the writer's lock. */
        UNLOCK,
        /** Close a file. */
        CLOSE;

        /** Whether it changes what a later process, or the disk after a power cut, may find. */
        public boolean hasEffect() {
            return switch (this) {
                case CREATE, WRITE, ALLOCATE, FORCE, TRUNCATE, RENAME, LINK, UNLINK, FORCE_DIRECTORY -> true;
                case RESOLVE, IDENTITY, OPEN, LENGTH, READ, MAP, LOCK, UNLOCK, CLOSE -> false;
            };
        }

        /** Whether it gives a file or a lock back, and so takes effect even when it fails. */
        public boolean isClosing() {
            return this == CLOSE || this == UNLOCK;
        }
    }

    /** The kind and the names without their directories: {@code RENAME kv.log.compact kv.log}. */
    @Override
    public String toString() {
        return kind + " " + path.getFileName() + (target == null ? "" : " " + target.getFileName());
    }
}
