package io.slipstream.testkit.disk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The power cuts that could have hit a disk, one for each moment. Walks the moments in order; going back begins again. Single thread.
 */
public final class PowerCuts {
    private final DiskImage first;
    private final List<DiskEvent> journal;
    private final int boot;
    private final String origin;
    private Map<Node, PendingFile> files;
    private Map<Path, Node> names;
    private List<DiskEvent> pendingNames;
    private int moment;

    PowerCuts(final DiskImage first, final List<DiskEvent> journal, final int boot, final String origin) {
        this.first = first;
        this.journal = journal;
        this.boot = boot;
        this.origin = origin;
        begin();
    }

    private void begin() {
        files = new HashMap<>();
        first.contents().forEach((node, bytes) -> files.put(node, new PendingFile(node, bytes)));
        names = new TreeMap<>(first.names());
        pendingNames = new ArrayList<>();
        moment = 0;
    }

    /** Number of moments: the last one is after all events. */
    public int moments() {
        return journal.size() + 1;
    }

    /** The power cut at {@code moment}, 0 to {@link #moments()} exclusive; good until the next call. */
    public PowerCut at(final int momentOfCut) {
        if (momentOfCut < moment) {
            begin();
        }
        while (moment < momentOfCut) {
            advance(journal.get(moment));
            moment++;
        }
        return new PowerCut(this);
    }

    private void advance(final DiskEvent event) {
        if (event instanceof DiskEvent.Store store) {
            file(store.node()).store(moment, store.position(), store.bytes());
        } else if (event instanceof DiskEvent.Resize resize) {
            file(resize.node()).resize(moment, resize.length());
        } else if (event instanceof DiskEvent.Force force) {
            file(force.node()).force();
        } else if (event instanceof DiskEvent.ForceRange range) {
            file(range.node()).forceRange(range.from(), range.to());
        } else if (event instanceof DiskEvent.LostForce lost) {
            file(lost.node()).lost();
        } else if (event instanceof DiskEvent.ForceDirectory directory) {
            forceNames(directory.directory());
        } else {
            pendingNames.add(event);
        }
    }

    private PendingFile file(final Node node) {
        return files.computeIfAbsent(node, created -> new PendingFile(created, new byte[0]));
    }

    // A journal is written in order: what was done to other directories before goes with it.
    private void forceNames(final Path directory) {
        int last = pendingNames.size();
        while (last > 0 && !directoryOf(pendingNames.get(last - 1)).equals(directory)) {
            last--;
        }
        names = namesAfter(last);
        pendingNames.subList(0, last).clear();
    }

    private static Path directoryOf(final DiskEvent event) {
        return event instanceof DiskEvent.Name name ? name.path().getParent() : ((DiskEvent.Rename) event).to().getParent();
    }

    /** The names on disk if the first {@code count} of the changes that were not forced were made. */
    Map<Path, Node> namesAfter(final int count) {
        final Map<Path, Node> after = new TreeMap<>(names);
        for (final DiskEvent event : pendingNames.subList(0, count)) {
            if (event instanceof DiskEvent.Name name && name.node() != null) {
                after.put(name.path(), name.node());
            } else if (event instanceof DiskEvent.Name name) {
                after.remove(name.path());
            } else if (event instanceof DiskEvent.Rename rename) {
                after.remove(rename.from());
                after.put(rename.to(), rename.node());
            }
        }
        return after;
    }

    int pendingNames() {
        return pendingNames.size();
    }

    PendingFile pendingFile(final Node node) {
        return file(node);
    }

    int moment() {
        return moment;
    }

    SimulatedDisk disk(final DiskImage image, final String how, final long seed) {
        return new SimulatedDisk(image, List.of(), boot + 1, "power cut at " + moment + " (" + how + ") of " + origin, seed);
    }
}
