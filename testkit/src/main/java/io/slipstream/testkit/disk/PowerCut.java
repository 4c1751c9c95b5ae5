package io.slipstream.testkit.disk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import static io.slipstream.testkit.disk.SimulatedDisk.PAGE_LENGTH;

/**
 * A power cut at one moment, and the states it may leave.
 *
 * <p>Every page of every file is, independently, as it was at some moment since it was last forced; one of them may be torn between two such moments
 * at a multiple of 512 bytes; pages may have been written in runs of up to 2 MiB, all at one moment. A file's length is one it had since it was last
 * forced. Of the names that were given and taken since their directory was last forced, the first so many hold. Bytes that were never
 * written are zeros.
 *
 * <p>Single thread; good until the next call of {@link PowerCuts#at}.
 */
public final class PowerCut {
    private static final int MAX_RUN_PAGES = (2 << 20) / PAGE_LENGTH;
    /** So many dirty sectors at most, and {@link #every} lists all states. */
    public static final int MAX_ENUMERATED_SECTORS = 12;

    private final PowerCuts cuts;

    PowerCut(final PowerCuts cuts) {
        this.cuts = cuts;
    }

    /** What each file and the names become. */
    private interface Choice {
        int length(PendingFile file);

        byte[] page(PendingFile file, int index, PendingPage page);
    }

    private static class Newest implements Choice {
        @Override
        public int length(final PendingFile file) {
            return file.lastLength();
        }

        @Override
        public byte[] page(final PendingFile file, final int index, final PendingPage page) {
            return page.version(page.lastVersion());
        }
    }

    private static class Durable implements Choice {
        @Override
        public int length(final PendingFile file) {
            return file.lengths().get(0);
        }

        @Override
        public byte[] page(final PendingFile file, final int index, final PendingPage page) {
            return page.version(0);
        }
    }

    private SimulatedDisk disk(final int namesMade, final Choice choice, final String how) {
        final Map<Path, Node> names = cuts.namesAfter(namesMade);
        final Map<Node, byte[]> contents = new LinkedHashMap<>();
        for (final Node node : new LinkedHashSet<>(names.values())) {
            contents.put(node, content(cuts.pendingFile(node), choice));
        }
        return cuts.disk(new DiskImage(names, contents), how + ", names " + namesMade + "/" + cuts.pendingNames(), cuts.moment());
    }

    private static byte[] content(final PendingFile file, final Choice choice) {
        final byte[] content = new byte[choice.length(file)];
        file.pages().forEach((index, page) -> {
            final int from = index * PAGE_LENGTH;
            if (from < content.length) {
                System.arraycopy(choice.page(file, index, page), 0, content, from, Math.min(PAGE_LENGTH, content.length - from));
            }
        });
        return content;
    }

    /** Only what was forced. */
    public SimulatedDisk leavingWhatWasForced() {
        return disk(0, new Durable(), "what was forced");
    }

    /** All that was stored: nothing was lost but the boot id. */
    public SimulatedDisk leavingEverything() {
        return disk(cuts.pendingNames(), new Newest(), "everything");
    }

    /** The states at the edges: nothing, everything, everything but one page, nothing but one page; each with no name made and with all. */
    public List<SimulatedDisk> extremes() {
        final List<SimulatedDisk> disks = new ArrayList<>();
        for (final int namesMade : new LinkedHashSet<>(List.of(0, cuts.pendingNames()))) {
            disks.add(disk(namesMade, new Durable(), "what was forced"));
            disks.add(disk(namesMade, new Newest(), "everything"));
            for (final Node node : new LinkedHashSet<>(cuts.namesAfter(namesMade).values())) {
                cuts.pendingFile(node).pages().forEach((index, page) -> {
                    if (page.dirtySectors() != 0) {
                        disks.add(disk(namesMade, new AllBut(node, index), "all but page " + index + " of " + node));
                        disks.add(disk(namesMade, new NoneBut(node, index), "only page " + index + " of " + node));
                    }
                });
            }
        }
        return disks;
    }

    private static final class AllBut extends Newest {
        private final Node node;
        private final int index;

        AllBut(final Node node, final int index) {
            this.node = node;
            this.index = index;
        }

        @Override
        public byte[] page(final PendingFile file, final int pageIndex, final PendingPage page) {
            return file.node() == node && pageIndex == index ? page.version(0) : super.page(file, pageIndex, page);
        }
    }

    private static final class NoneBut extends Durable {
        private final Node node;
        private final int index;

        NoneBut(final Node node, final int index) {
            this.node = node;
            this.index = index;
        }

        @Override
        public int length(final PendingFile file) {
            return file.node() == node ? file.lastLength() : super.length(file);
        }

        @Override
        public byte[] page(final PendingFile file, final int pageIndex, final PendingPage page) {
            return file.node() == node && pageIndex == index ? page.version(page.lastVersion()) : super.page(file, pageIndex, page);
        }
    }

    /** Sectors of 512 bytes that are not on the disk as they are in memory, in files that have a name or had one. */
    public int dirtySectors() {
        return dirty().stream().mapToInt(page -> Integer.bitCount(page.sectors)).sum();
    }

    private record DirtyPage(Node node, int index, int sectors) {
    }

    // Those that a name may lead to.
    private Set<Node> nodes() {
        final Set<Node> nodes = new LinkedHashSet<>();
        for (int made = 0; made <= cuts.pendingNames(); made++) {
            nodes.addAll(cuts.namesAfter(made).values());
        }
        return nodes;
    }

    private List<DirtyPage> dirty() {
        final List<DirtyPage> dirty = new ArrayList<>();
        for (final Node node : nodes()) {
            cuts.pendingFile(node).pages().forEach((index, page) -> {
                if (page.dirtySectors() != 0) {
                    dirty.add(new DirtyPage(node, index, page.dirtySectors()));
                }
            });
        }
        return dirty;
    }

    /**
     * Every state in which each dirty sector is either as it was forced or as it is in memory, with every length and every number of names. What was in memory
     * at an earlier moment, the power cuts at earlier moments show; a page as it was then beside one as it is now only {@link #any} draws.
     *
     * @throws IllegalStateException if there are more than {@link #MAX_ENUMERATED_SECTORS} dirty sectors
     */
    public Stream<SimulatedDisk> every() {
        final List<DirtyPage> dirty = dirty();
        final int sectors = dirtySectors();
        if (sectors > MAX_ENUMERATED_SECTORS) {
            throw new IllegalStateException("too many dirty sectors to list every state: " + sectors + " max=" + MAX_ENUMERATED_SECTORS);
        }
        long combinations = (1L << sectors) * (cuts.pendingNames() + 1);
        final Set<Node> nodes = nodes();
        for (final Node node : nodes) {
            combinations *= cuts.pendingFile(node).lengths().size();
        }
        return LongStream.range(0, combinations).mapToObj(number -> numbered(number, dirty, nodes));
    }

    private SimulatedDisk numbered(final long number, final List<DirtyPage> dirty, final Set<Node> nodes) {
        long rest = number;
        final Map<DirtyPage, Integer> written = new LinkedHashMap<>();
        for (final DirtyPage page : dirty) {
            int sectors = 0;
            for (int left = page.sectors; left != 0; left &= left - 1) {
                sectors |= (rest & 1) == 0 ? 0 : Integer.lowestOneBit(left);
                rest >>>= 1;
            }
            written.put(page, sectors);
        }
        final Map<Node, Integer> lengths = new LinkedHashMap<>();
        for (final Node node : nodes) {
            final List<Integer> possible = cuts.pendingFile(node).lengths();
            lengths.put(node, possible.get((int) (rest % possible.size())));
            rest /= possible.size();
        }
        return disk((int) rest, new Choice() {
            @Override
            public int length(final PendingFile file) {
                return lengths.get(file.node());
            }

            @Override
            public byte[] page(final PendingFile file, final int index, final PendingPage page) {
                final int sectors = page.dirtySectors();
                final Integer chosen = written.get(new DirtyPage(file.node(), index, sectors));
                return page.torn(0, page.lastVersion(), chosen == null ? 0 : chosen);
            }
        }, "state " + number);
    }

    /** Any of the states, drawn at random: sometimes page by page, sometimes in runs, sometimes with little lost or little kept. */
    public SimulatedDisk any(final Random random) {
        final int names = random.nextInt(cuts.pendingNames() + 1);
        final String how = "random";
        return switch (random.nextInt(4)) {
            case 0 -> disk(names, new AnyVersion(random, random.nextInt(100)), how + " pages");
            case 1 -> disk(names, new Runs(random, cuts.moment()), how + " runs");
            case 2 -> disk(cuts.pendingNames(), new AnyVersion(random, 90), how + " losses");
            default -> disk(names, new AnyVersion(random, 10), how + " survivals");
        };
    }

    private static class AnyVersion implements Choice {
        private static final int TORN_ONE_IN = 4;

        private final Random random;
        private final int percentNewest;
        private boolean mayTear;

        AnyVersion(final Random random, final int percentNewest) {
            this.random = random;
            this.percentNewest = percentNewest;
            this.mayTear = random.nextInt(TORN_ONE_IN) == 0;
        }

        @Override
        public int length(final PendingFile file) {
            final List<Integer> lengths = file.lengths();
            return random.nextInt(100) < percentNewest ? file.lastLength() : lengths.get(random.nextInt(lengths.size()));
        }

        @Override
        public byte[] page(final PendingFile file, final int index, final PendingPage page) {
            final int version = version(index, page);
            if (mayTear && page.lastVersion() > 0 && random.nextInt(TORN_ONE_IN) == 0) {
                mayTear = false;
                return page.torn(version, random.nextInt(page.lastVersion() + 1), random.nextInt(1 << PendingPage.SECTORS));
            }
            return page.version(version);
        }

        int version(final int index, final PendingPage page) {
            if (page.lastVersion() == 0) {
                return 0;
            }
            return random.nextInt(100) < percentNewest ? page.lastVersion() : random.nextInt(page.lastVersion() + 1);
        }
    }

    private static final class Runs extends AnyVersion {
        private final Random random;
        private final int moments;
        private int lastIndex = -1;
        private int runEnd;
        private int runMoment;

        Runs(final Random random, final int moments) {
            super(random, 50);
            this.random = random;
            this.moments = moments;
        }

        @Override
        int version(final int index, final PendingPage page) {
            if (index <= lastIndex || index >= runEnd) {
                runEnd = index + 1 + random.nextInt(1 << random.nextInt(Integer.numberOfTrailingZeros(MAX_RUN_PAGES) + 1));
                runMoment = random.nextInt(moments + 1);
            }
            lastIndex = index;
            return page.versionAt(runMoment);
        }
    }

    @Override
    public String toString() {
        return "power cut at " + cuts.moment() + ": dirty sectors " + dirtySectors() + ", pending names " + cuts.pendingNames() + ", "
                + Arrays.toString(dirty().toArray());
    }
}
