package io.slipstream.testkit.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static io.slipstream.testkit.disk.SimulatedDisk.PAGE_LENGTH;

/** One file: what of it is durable, and what became of it since. */
final class PendingFile {
    private final Node node;
    private final Map<Integer, PendingPage> pages = new TreeMap<>();
    private final List<Integer> lengths = new ArrayList<>(); // the durable one, and those since
    private boolean lengthDirty;

    PendingFile(final Node node, final byte[] durable) {
        this.node = node;
        lengths.add(durable.length);
        for (int from = 0; from < durable.length; from += PAGE_LENGTH) {
            pages.put(from / PAGE_LENGTH, new PendingPage(Arrays.copyOf(Arrays.copyOfRange(durable, from, Math.min(durable.length, from + PAGE_LENGTH)),
                    PAGE_LENGTH)));
        }
    }

    Node node() {
        return node;
    }

    private PendingPage page(final int index) {
        return pages.computeIfAbsent(index, absent -> new PendingPage(new byte[PAGE_LENGTH]));
    }

    /** All pages that ever held something, in order. */
    Map<Integer, PendingPage> pages() {
        return pages;
    }

    /** The durable length, and those since, each once. */
    List<Integer> lengths() {
        return lengths.stream().distinct().toList();
    }

    int lastLength() {
        return lengths.get(lengths.size() - 1);
    }

    void store(final int moment, final int position, final byte[] bytes) {
        page(position / PAGE_LENGTH).store(moment, position % PAGE_LENGTH, bytes);
    }

    void resize(final int moment, final int length) {
        pages.forEach((index, page) -> {
            final int kept = Math.max(0, length - index * PAGE_LENGTH);
            if (kept < PAGE_LENGTH && length < lastLength()) {
                page.store(moment, kept, new byte[PAGE_LENGTH - kept]);
            }
        });
        lengths.add(length);
        lengthDirty = true;
    }

    void force() {
        pages.values().forEach(PendingPage::forced);
        if (lengthDirty) {
            lengths.subList(0, lengths.size() - 1).clear();
            lengthDirty = false;
        }
    }

    void forceRange(final int from, final int to) {
        pages.forEach((index, page) -> {
            if (index * PAGE_LENGTH < to && (index + 1) * PAGE_LENGTH > from) {
                page.forced();
            }
        });
    }

    void lost() {
        pages.values().forEach(PendingPage::lost);
        lengthDirty = false;
    }
}
