package io.slipstream.testkit.disk;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Names and bytes of files, all of them durable: what a disk starts with. */
record DiskImage(Map<Path, Node> names, Map<Node, byte[]> contents) {
    /** Nothing. */
    DiskImage() {
        this(new TreeMap<>(), new HashMap<>());
    }
}
