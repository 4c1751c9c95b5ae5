package io.slipstream.testkit.disk;

import io.slipstream.storage.FileChangedException;
import io.slipstream.storage.FileIdentity;
import io.slipstream.storage.HeldLock;
import io.slipstream.storage.LockHeldException;
import io.slipstream.storage.MappedRegion;
import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.bytes.Hex;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A disk in memory that remembers everything that was done to it, store by store, and can become what a crash would leave: at once, or at any
 * moment before.
 *
 * <pre>{@code
 *   SimulatedDisk disk = new SimulatedDisk();
 *   SnapshotLog log = SnapshotLog.open(disk.path("kv.log"), new SnapshotLog.Context().storage(disk).segmentLength(4096));
 *   log.put("a", value, version);
 *   log.force();
 *   log.put("b", value, version);
 *   SimulatedDisk rest = disk.afterPowerLoss(new Random(seed));      // "a" is there, "b" perhaps
 *   SnapshotLog.open(rest.path("kv.log"), new SnapshotLog.Context().storage(rest));
 * }</pre>
 *
 * <p>One directory is as good as another, and there are no symbolic links. A file is at most 1 GiB long. Inode numbers are used again as soon as they are
 * free, the lowest first. To let operations fail, or the disk fill up, put a {@link io.slipstream.testkit.fault.FaultyStorage} over it; a force
 * that fails and loses what it should have written is {@link #loseForce}. Thread-safe as far as {@link Storage} asks for it.
 */
public final class SimulatedDisk implements Storage {
    /*
     * A store is recorded in pieces, since a crash can come in the middle of it: cut at pages and at up to two more places, in any order, as a
     * processor may copy them. Everything else is one event. What a power cut leaves of the events is PowerCut's to tell.
     */
    static final int PAGE_LENGTH = 4096;
    private static final int FIRST_NODE_NUMBER = 11;
    private static final int MIN_CAPACITY = 1 << 14;
    private static final int MAX_LENGTH = 1 << 30;
    private static final int WHOLE_STORE_LENGTH = 8;
    private static final Path DIRECTORY = Path.of("/simulated").toAbsolutePath();
    private static final Set<PosixFilePermission> OWNER_ONLY = Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final String bootId;
    private final int boot;
    private final String origin;
    private final Random pieces;
    private final DiskImage first;
    private final List<DiskEvent> journal = new ArrayList<>();
    private final Map<Path, Node> names = new TreeMap<>();
    private final Map<Node, Content> contents = new HashMap<>();
    private final Set<Path> locks = new HashSet<>();
    private int forcesToLoss;
    private boolean recording = true;

    /** An empty disk. */
    public SimulatedDisk() {
        this(0);
    }

    /** An empty disk; {@code seed} decides into which pieces stores are cut. */
    public SimulatedDisk(final long seed) {
        this(new DiskImage(), List.of(), 1, "an empty disk", seed);
    }

    SimulatedDisk(final DiskImage first, final List<DiskEvent> events, final int boot, final String origin, final long seed) {
        this.first = first;
        this.boot = boot;
        this.bootId = "boot-" + boot;
        this.origin = origin;
        this.pieces = new Random(seed);
        names.putAll(first.names());
        first.contents().forEach((node, bytes) -> contents.put(node, new Content(bytes.clone())));
        events.forEach(this::redo);
    }

    private static final class Content {
        private byte[] bytes;
        private int length;
        private int handles;
        private final List<MemoryRegion> mapped = new ArrayList<>();

        Content(final byte[] bytes) {
            this.bytes = bytes;
            this.length = bytes.length;
        }
    }

    /** The name of a file on this disk. */
    public Path path(final String name) {
        return DIRECTORY.resolve(name);
    }

    /** The bytes of a file as they are now, durable or not; null if there is none. */
    public synchronized byte[] file(final Path path) {
        final Node node = names.get(path);
        return node == null ? null : Arrays.copyOf(contents.get(node).bytes, contents.get(node).length);
    }

    /** Names of all files, in order. */
    public synchronized List<Path> files() {
        return List.copyOf(names.keySet());
    }

    /** Makes {@code path} a new file of these bytes, forced, name and all: as another program would leave it. */
    public synchronized SimulatedDisk put(final Path path, final byte[] bytes) {
        try {
            unlink(path);
            try (StorageFile file = create(path, null)) {
                file.write(0, bytes, 0, bytes.length);
                file.force();
            }
            forceDirectory(path.getParent());
        } catch (final IOException e) {
            throw new IllegalStateException("a simulated disk does not fail by itself", e);
        }
        return this;
    }

    /** Changes a byte of a file where it lies, without anybody noticing: as decay does. What is on the disk changes too. */
    public SimulatedDisk rot(final Path path, final int position, final int xor) {
        final byte[] bytes = file(path);
        bytes[position] ^= (byte) xor;
        return overwrite(path, position, bytes[position]);
    }

    private synchronized SimulatedDisk overwrite(final Path path, final int position, final byte value) {
        final Node node = names.get(path);
        contents.get(node).bytes[position] = value;
        stored(node, position, 1);
        add(new DiskEvent.ForceRange(node, position, position + 1));
        return this;
    }

    /**
     * Lets the n-th force from now on fail, as a device does that failed: an {@link IOException}, and what should have been written counts as
     * written from then on. A later force of the same bytes succeeds, and does nothing for them.
     */
    public synchronized SimulatedDisk loseForce(final int n) {
        forcesToLoss = n;
        return this;
    }

    /** How many events there were: the moment that is now. */
    public synchronized int moment() {
        return journal.size();
    }

    /** What was done from moment {@code from} to moment {@code to}, an event a line. */
    public synchronized String describe(final int from, final int to) {
        final StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            text.append(i).append(' ').append(journal.get(i)).append('\n');
        }
        return text.toString();
    }

    /** How this disk came to be: the crash it is what is left of. */
    public String origin() {
        return origin;
    }

    /** What the death of the process leaves: every store, and nothing more durable than before. The machine runs on. */
    public SimulatedDisk afterProcessDeath() {
        return afterProcessDeath(moment());
    }

    /** What the death of the process at {@code moment} would have left. */
    public synchronized SimulatedDisk afterProcessDeath(final int moment) {
        return new SimulatedDisk(first, journal.subList(0, moment), boot, "process death at " + moment + " of " + origin, pieces.nextLong());
    }

    /** One of the states that a power cut may leave; the machine was started again. */
    public SimulatedDisk afterPowerLoss(final Random random) {
        return powerCut(moment()).any(random);
    }

    /** The states that a power cut at {@code moment} may leave. */
    public PowerCut powerCut(final int moment) {
        return powerCuts().at(moment);
    }

    /** The states that power cuts may leave, moment by moment. */
    public synchronized PowerCuts powerCuts() {
        requireComplete();
        return new PowerCuts(first, List.copyOf(journal), boot, origin);
    }

    // A store of a kind that RecordingBuffer does not know would make all that follows worthless.
    private void requireComplete() {
        final SimulatedDisk told = new SimulatedDisk(first, journal, boot, origin, 0);
        for (final Path path : files()) {
            if (!Arrays.equals(file(path), told.file(path))) {
                throw new IllegalStateException("a store was not recorded: file=" + path + "; RecordingBuffer must know its kind");
            }
        }
    }

    private synchronized void add(final DiskEvent event) {
        if (recording) {
            journal.add(event);
        }
    }

    private void redo(final DiskEvent event) {
        recording = false;
        if (event instanceof DiskEvent.Store store) {
            final Content content = contents.get(store.node());
            reserve(content, store.position() + store.bytes().length);
            System.arraycopy(store.bytes(), 0, content.bytes, store.position(), store.bytes().length);
        } else if (event instanceof DiskEvent.Resize resize) {
            resize(resize.node(), resize.length());
        } else if (event instanceof DiskEvent.Name name) {
            name(name.path(), name.node());
        } else if (event instanceof DiskEvent.Rename rename) {
            names.remove(rename.from());
            names.put(rename.to(), rename.node());
        }
        journal.add(event);
        recording = true;
    }

    private void name(final Path path, final Node node) {
        if (node == null) {
            names.remove(path);
        } else {
            names.put(path, node);
            contents.computeIfAbsent(node, created -> new Content(new byte[0]));
        }
        add(new DiskEvent.Name(path, node));
    }

    private void resize(final Node node, final int length) {
        final Content content = contents.get(node);
        if (length < content.length) {
            Arrays.fill(content.bytes, length, content.length, (byte) 0);
        } else {
            reserve(content, length);
        }
        content.length = length;
        add(new DiskEvent.Resize(node, length));
    }

    private static void reserve(final Content content, final int length) {
        if (length > content.bytes.length) {
            final int capacity = (int) Math.min(MAX_LENGTH, Math.max(MIN_CAPACITY, length * 2L));
            content.bytes = Arrays.copyOf(content.bytes, capacity);
            content.mapped.forEach(region -> region.attach(content.bytes));
        }
    }

    private synchronized void stored(final Node node, final int position, final int length) {
        final byte[] bytes = contents.get(node).bytes;
        final List<DiskEvent> stores = new ArrayList<>();
        for (int from = position; from < position + length; ) {
            final int to = Math.min(position + length, cut(from, position + length));
            stores.add(new DiskEvent.Store(node, from, Arrays.copyOfRange(bytes, from, to)));
            from = to;
        }
        while (!stores.isEmpty()) {
            add(stores.remove(pieces.nextInt(stores.size())));
        }
    }

    private int cut(final int from, final int end) {
        final int page = (from & -PAGE_LENGTH) + PAGE_LENGTH;
        final int limit = Math.min(page, end);
        return limit - from <= WHOLE_STORE_LENGTH ? limit : limit - pieces.nextInt(2) * pieces.nextInt(limit - from - 1);
    }

    private Node requireNode(final Path path) throws NoSuchFileException {
        final Node node = names.get(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        return node;
    }

    private long freeNumber() {
        final Set<Long> used = new HashSet<>();
        names.values().forEach(node -> used.add(node.number()));
        contents.forEach((node, content) -> {
            if (content.handles > 0) {
                used.add(node.number());
            }
        });
        long number = FIRST_NODE_NUMBER;
        while (used.contains(number)) {
            number++;
        }
        return number;
    }

    @Override
    public Path resolve(final Path path) throws IOException {
        final Path resolved = path.toAbsolutePath().normalize();
        if (resolved.getParent() == null) {
            throw new IOException("not a file name: file=" + path);
        }
        return resolved;
    }

    @Override
    public synchronized FileIdentity identity(final Path path) {
        final Node node = names.get(path);
        return node == null ? null : node.identity();
    }

    @Override
    public synchronized StorageFile openForRead(final Path path) throws IOException {
        return new MemoryFile(path, requireNode(path), false);
    }

    @Override
    public synchronized StorageFile openForWrite(final Path path) throws IOException {
        return new MemoryFile(path, requireNode(path), true);
    }

    @Override
    public synchronized StorageFile create(final Path path, final FileIdentity like) throws IOException {
        if (names.containsKey(path)) {
            throw new FileAlreadyExistsException(path.toString());
        }
        final Node node = like == null
                ? new Node(freeNumber(), 0, 0, OWNER_ONLY)
                : new Node(freeNumber(), like.owner(), like.group(), like.permissions());
        name(path, node);
        return new MemoryFile(path, node, true);
    }

    @Override
    public synchronized void rename(final Path from, final Path to) throws IOException {
        final Node node = requireNode(from);
        if (node != names.get(to)) {
            names.remove(from);
            names.put(to, node);
            add(new DiskEvent.Rename(from, to, node));
        }
    }

    @Override
    public synchronized void link(final Path existing, final Path link) throws IOException {
        final Node node = requireNode(existing);
        if (names.containsKey(link)) {
            throw new FileAlreadyExistsException(link.toString());
        }
        name(link, node);
    }

    @Override
    public synchronized boolean unlink(final Path path) {
        if (!names.containsKey(path)) {
            return false;
        }
        name(path, null);
        return true;
    }

    @Override
    public synchronized void forceDirectory(final Path directory) throws IOException {
        if (isForceLost()) {
            throw new IOException("the device failed: directory=" + directory);
        }
        add(new DiskEvent.ForceDirectory(directory));
    }

    private boolean isForceLost() {
        return forcesToLoss > 0 && --forcesToLoss == 0;
    }

    private synchronized void force(final Node node, final Path path, final DiskEvent event) throws IOException {
        if (isForceLost()) {
            add(new DiskEvent.LostForce(node));
            throw new IOException("the device failed: file=" + path);
        }
        add(event);
    }

    @Override
    public synchronized HeldLock lock(final Path lockFile) throws IOException {
        if (!locks.add(lockFile)) {
            throw new LockHeldException(lockFile.toString(), ProcessHandle.current().pid());
        }
        if (!names.containsKey(lockFile)) {
            name(lockFile, new Node(freeNumber(), 0, 0, OWNER_ONLY));
        }
        return new MemoryLock(lockFile);
    }

    @Override
    public synchronized HeldLock lockForRead(final Path lockFile) throws IOException {
        return names.containsKey(lockFile) ? lock(lockFile) : null;
    }

    @Override
    public String bootId() {
        return bootId;
    }

    @Override
    public String toString() {
        return "SimulatedDisk[" + origin + ", events=" + moment() + "]";
    }

    /** What is in the files now, by name: for whoever compares two disks. */
    public synchronized Map<String, String> contentHashes() {
        final Map<String, String> hashes = new LinkedHashMap<>();
        files().forEach(path -> hashes.put(path.getFileName().toString(), Hex.ofSha256(file(path))));
        return hashes;
    }

    /** Inode numbers of all files, in the order of their names. */
    public synchronized List<Long> inodes() {
        return names.values().stream().map(Node::number).toList();
    }

    private final class MemoryLock implements HeldLock {
        private final Path lockFile;
        private boolean held = true;

        MemoryLock(final Path lockFile) {
            this.lockFile = lockFile;
        }

        @Override
        public void close() {
            synchronized (SimulatedDisk.this) {
                if (held) {
                    held = false;
                    locks.remove(lockFile);
                }
            }
        }
    }

    private final class MemoryFile implements StorageFile {
        private Path path;
        private final Node node;
        private final Content content;
        private final boolean writable;
        private boolean open = true;

        MemoryFile(final Path path, final Node node, final boolean writable) {
            this.path = path;
            this.node = node;
            this.content = contents.get(node);
            this.writable = writable;
            content.handles++;
        }

        private void requireOpen() throws IOException {
            if (!open) {
                throw new IOException("file is closed: file=" + path);
            }
        }

        private void requireWritable() throws IOException {
            requireOpen();
            if (!writable) {
                throw new IOException("file is open for reading only: file=" + path);
            }
        }

        @Override
        public long length() throws IOException {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                return content.length;
            }
        }

        @Override
        public FileIdentity identity() {
            return node.identity();
        }

        @Override
        public void copy(final long position, final byte[] target, final int offset, final int length) throws IOException {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                if (position + length > content.length) {
                    throw new FileChangedException("the file was cut short: file=" + path + " position=" + position + " wanted=" + length);
                }
                System.arraycopy(content.bytes, (int) position, target, offset, length);
            }
        }

        @Override
        public void write(final long position, final byte[] source, final int offset, final int length) throws IOException {
            synchronized (SimulatedDisk.this) {
                requireWritable();
                Objects.checkFromIndexSize(offset, length, source.length);
                final int end = Math.toIntExact(position + length);
                if (end > content.length) {
                    resize(node, end);
                }
                System.arraycopy(source, offset, content.bytes, (int) position, length);
                stored(node, (int) position, length);
            }
        }

        @Override
        public void allocate(final long from, final long to) throws IOException {
            synchronized (SimulatedDisk.this) {
                requireWritable();
                if (to > from) {
                    final int filled = (int) Math.min(to, content.length);
                    if (filled > from) {
                        Arrays.fill(content.bytes, (int) from, filled, (byte) 0);
                        stored(node, (int) from, filled - (int) from);
                    }
                    resize(node, Math.max(content.length, Math.toIntExact(to)));
                }
            }
        }

        @Override
        public void truncate(final long length) throws IOException {
            synchronized (SimulatedDisk.this) {
                requireWritable();
                resize(node, Math.toIntExact(length));
            }
        }

        @Override
        public void force() throws IOException {
            requireOpen();
            SimulatedDisk.this.force(node, path, new DiskEvent.Force(node));
        }

        @Override
        public MappedRegion map(final long position, final int length, final boolean forWriting) throws IOException {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                if (position + length > content.length) {
                    throw new FileChangedException("the file was cut short: file=" + path + " length=" + content.length + " wanted="
                            + (position + length));
                }
                final MemoryRegion region = new MemoryRegion(path, node, (int) position, length, forWriting);
                region.attach(content.bytes);
                content.mapped.add(region);
                return region;
            }
        }

        @Override
        public void renamedTo(final Path newPath) {
            path = newPath;
        }

        @Override
        public void close() {
            synchronized (SimulatedDisk.this) {
                if (open) {
                    open = false;
                    content.handles--;
                }
            }
        }

        @Override
        public String toString() {
            return path + (writable ? " (rw)" : " (r)");
        }
    }

    private final class MemoryRegion implements MappedRegion {
        private final Path path;
        private final Node node;
        private final int position;
        private final int length;
        private final UnsafeBuffer buffer;

        MemoryRegion(final Path path, final Node node, final int position, final int length, final boolean writable) {
            this.path = path;
            this.node = node;
            this.position = position;
            this.length = length;
            this.buffer = writable
                    ? new RecordingBuffer(new byte[0], 0, 0, (index, count) -> stored(node, position + index, count))
                    : new UnsafeBuffer(new byte[0]);
        }

        void attach(final byte[] bytes) {
            buffer.wrap(bytes, position, length);
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public UnsafeBuffer buffer() {
            return buffer;
        }

        @Override
        public void force(final int offset, final int count) throws IOException {
            SimulatedDisk.this.force(node, path, new DiskEvent.ForceRange(node, position + offset, position + offset + count));
        }

        @Override
        public void release() {
            synchronized (SimulatedDisk.this) {
                contents.get(node).mapped.remove(this);
            }
        }
    }
}
