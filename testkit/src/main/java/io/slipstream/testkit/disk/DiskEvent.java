package io.slipstream.testkit.disk;

import java.nio.file.Path;

/** Something that was done to the disk, as small as a crash can tell apart. */
sealed interface DiskEvent {
    /** Bytes stored at a position of a file, through a mapping or by a write; all in one page. */
    record Store(Node node, int position, byte[] bytes) implements DiskEvent {
        @Override
        public String toString() {
            return "STORE " + node + " " + position + "+" + bytes.length;
        }
    }

    /** A file was made longer, with zeros, or cut. */
    record Resize(Node node, int length) implements DiskEvent {
        @Override
        public String toString() {
            return "RESIZE " + node + " " + length;
        }
    }

    /** A file was forced, its length included. */
    record Force(Node node) implements DiskEvent {
        @Override
        public String toString() {
            return "FORCE " + node;
        }
    }

    /** The pages of a range were forced; the file's length was not. */
    record ForceRange(Node node, int from, int to) implements DiskEvent {
        @Override
        public String toString() {
            return "FORCE " + node + " " + from + ".." + to;
        }
    }

    /** A force failed, and what it should have written is clean now all the same: no later force writes it. */
    record LostForce(Node node) implements DiskEvent {
        @Override
        public String toString() {
            return "FORCE FAILED " + node;
        }
    }

    /** A name leads to a file from now on, or to none if {@code node} is null. */
    record Name(Path path, Node node) implements DiskEvent {
        @Override
        public String toString() {
            return "NAME " + path.getFileName() + " " + (node == null ? "removed" : node);
        }
    }

    /** One name took another's place. */
    record Rename(Path from, Path to, Node node) implements DiskEvent {
        @Override
        public String toString() {
            return "RENAME " + from.getFileName() + " " + to.getFileName() + " " + node;
        }
    }

    /** The names in a directory were forced. */
    record ForceDirectory(Path directory) implements DiskEvent {
        @Override
        public String toString() {
            return "FORCE DIRECTORY";
        }
    }
}
