package io.slipstream.testkit.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static io.slipstream.testkit.disk.SimulatedDisk.PAGE_LENGTH;

/** One page of a file: what of it is durable, and what became of it since. Version 0 is the durable one. */
final class PendingPage {
    static final int SECTOR_LENGTH = 512;
    static final int SECTORS = PAGE_LENGTH / SECTOR_LENGTH;

    private final List<Change> changes = new ArrayList<>();
    private byte[] durable;
    private boolean dirty;

    private record Change(int moment, int offset, byte[] bytes) {
    }

    PendingPage(final byte[] durable) {
        this.durable = durable;
    }

    void store(final int moment, final int offset, final byte[] bytes) {
        changes.add(new Change(moment, offset, bytes));
        dirty = true;
    }

    void forced() {
        if (dirty) {
            durable = version(lastVersion());
            changes.clear();
            dirty = false;
        }
    }

    /** A force failed: the kernel takes the page for clean, until the next store. */
    void lost() {
        dirty = false;
    }

    int lastVersion() {
        return changes.size();
    }

    /** The version that was in memory at {@code moment}; the durable one, if that was later. */
    int versionAt(final int moment) {
        int version = 0;
        while (version < changes.size() && changes.get(version).moment < moment) {
            version++;
        }
        return version;
    }

    byte[] version(final int version) {
        final byte[] bytes = durable.clone();
        for (final Change change : changes.subList(0, version)) {
            System.arraycopy(change.bytes, 0, bytes, change.offset, change.bytes.length);
        }
        return bytes;
    }

    /** The sectors that the newest version would change, a bit each. */
    int dirtySectors() {
        if (changes.isEmpty()) {
            return 0;
        }
        final byte[] newest = version(lastVersion());
        int sectors = 0;
        for (int i = 0; i < SECTORS; i++) {
            final int from = i * SECTOR_LENGTH;
            if (!Arrays.equals(durable, from, from + SECTOR_LENGTH, newest, from, from + SECTOR_LENGTH)) {
                sectors |= 1 << i;
            }
        }
        return sectors;
    }

    /** Version {@code one}, with the sectors whose bit is set from version {@code other}. */
    byte[] torn(final int one, final int other, final int sectors) {
        final byte[] bytes = version(one);
        final byte[] others = version(other);
        for (int i = 0; i < SECTORS; i++) {
            if ((sectors & 1 << i) != 0) {
                System.arraycopy(others, i * SECTOR_LENGTH, bytes, i * SECTOR_LENGTH, SECTOR_LENGTH);
            }
        }
        return bytes;
    }
}
