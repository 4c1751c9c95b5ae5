package io.slipstream.testkit.planted;

import java.util.ArrayList;
import java.util.List;

/**
 * What an appender stored, and where the fences were. Loaded once for each patched engine; single thread.
 */
public final class FenceLog {
    /** Lets an engine tell of its fences: nothing else can see them. */
    static final Patch HOOKS = new Patch("writer/RecordAppender.java", "VarHandle.releaseFence()", Patch.ANY, FenceLog.class.getName() + ".fence()");

    private static final List<List<Store>> GROUPS = new ArrayList<>();
    private static long fences;

    private FenceLog() {
    }

    /** Bytes stored at a position of a file, in one piece. */
    record Store(long position, byte[] bytes) {
    }

    /** Is called by the engine where it has a release fence. */
    public static void fence() {
        fences++;
        GROUPS.add(new ArrayList<>());
    }

    /** Is called by the mapping. */
    static void stored(final long position, final byte[] bytes) {
        if (GROUPS.isEmpty()) {
            GROUPS.add(new ArrayList<>());
        }
        GROUPS.get(GROUPS.size() - 1).add(new Store(position, bytes));
    }

    /** The stores since the last call, in groups that fences divide; a fence in front. */
    static List<List<Store>> take() {
        final List<List<Store>> taken = GROUPS.stream().filter(group -> !group.isEmpty()).map(List::copyOf).toList();
        GROUPS.clear();
        return taken;
    }

    /** How many fences there were ever. */
    static long fences() {
        return fences;
    }
}
