package io.slipstream;

import io.slipstream.compaction.FreshLog;
import io.slipstream.errors.PoisonedLogException;
import io.slipstream.events.ForceEvent;
import io.slipstream.events.LogEvents;
import io.slipstream.events.SwitchEvent;
import io.slipstream.format.RecordLayout;
import io.slipstream.mark.Mark;
import io.slipstream.mark.MarkFile;
import io.slipstream.storage.IoFaults;
import io.slipstream.storage.LogPaths;
import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;
import io.slipstream.writer.RecordAppender;
import io.slipstream.writer.SegmentSupply;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What the writer of a log and its maintenance share: the file at the log's name, where appends go, what is known to be forced, and how the one hands
 * a rewritten log to the other.
 *
 * <p>Each method says whose it is. What touches the file or the mark holds {@link #fileLock()}, but for a writer that lengthens the file: it holds the
 * growth lock of the {@link SegmentSupply}, and so does not wait for a force.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // each is written by one thread at a time
final class WritableLog {
    /*
     * Handover: docs/recovery.md section 11 (steps B6 to B9), and section 2 (H1 to H3)
     *
     *   OPEN --maintenance: offer--> JOINING --writer: copies what is missing--> JOINED --maintenance: publishes--> PUBLISHED --writer: adopts--> OPEN
     *                                   |                                          |
     *                                   +--writer: too much is missing--> OPEN     +--maintenance: cannot--> PARTING --writer: parts--> OPEN
     *
     * The writer asks for nothing but the state, which it has to know anyway: everything else about a handover is off its way.
     */
    enum State { OPEN, JOINING, JOINED, PUBLISHED, PARTING, COMPACTING, POISONED, CLOSED }

    /** Most bytes that the writer copies when it joins. */
    static final int MAX_JOINING_LENGTH = 1 << 16;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(WritableLog.class, "state", State.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Storage storage;
    private final LogPaths paths;
    private final MarkFile marks;
    private final String bootId;
    private final Object fileLock;

    private volatile State state = State.OPEN;
    private volatile Throwable poison;
    private volatile Handover handover;

    // Written by the writer.
    private volatile RecordAppender appender;
    private volatile long compactedLength = RecordLayout.HEADER_LENGTH;
    private volatile long growthsBefore;
    private volatile long growthsByWriterBefore;
    private volatile long longestSwitchNanos;
    private long shift; // what the positions of earlier files were ahead of this one's

    // Guarded by fileLock, the volatile ones for writing.
    private StorageFile file;
    private volatile SegmentSupply supply;
    private Mark mark;
    private volatile long fileShift;
    private volatile long forcedCapacity; // how long the file was known to survive power loss when it was last lengthened or forced; 0 if not in this run
    private volatile long forcedLength;
    private volatile long forcedTicket;
    private volatile long forces;
    private volatile long lastForceNanos;
    private volatile long longestForceNanos;

    WritableLog(
            final Storage storage,
            final LogPaths paths,
            final Object fileLock,
            final StorageFile file,
            final RecordAppender appender,
            final MarkFile marks,
            final Mark mark) {
        this.storage = storage;
        this.paths = paths;
        this.fileLock = fileLock;
        this.file = file;
        this.appender = appender;
        this.supply = appender.supply();
        this.marks = marks;
        this.mark = mark;
        this.bootId = mark.bootId();
        this.forcedLength = mark.forcedPosition();
        this.forcedTicket = mark.forcedPosition();
    }

    /** The writer's, at the beginning of each call: where to append. Takes the writer's next step of a handover, if there is one. */
    RecordAppender open() {
        return state == State.OPEN ? appender : openInHandover();
    }

    private RecordAppender openInHandover() {
        final State found = state;
        if (found == State.JOINED) {
            return appender;
        }
        final long started = System.nanoTime();
        final SwitchEvent event = LogEvents.beginSwitch();
        switch (found) {
            case OPEN -> { }
            case JOINING -> join(event);
            case PUBLISHED -> adopt(event);
            case PARTING -> part(event);
            default -> throw notOpen();
        }
        longestSwitchNanos = Math.max(longestSwitchNanos, System.nanoTime() - started);
        requireUsable();
        return appender;
    }

    private void join(final SwitchEvent event) {
        final Handover offered = handover;
        if (appender.lead(offered.next(), offered.copiedTo(), MAX_JOINING_LENGTH)) {
            offered.joined();
            final long copied = appender.position() - offered.copiedTo();
            if (!STATE.compareAndSet(this, State.JOINING, State.JOINED)) {
                appender.part();
            }
            LogEvents.endSwitch(event, paths.log(), "join", copied);
        } else {
            STATE.compareAndSet(this, State.JOINING, State.OPEN);
            LogEvents.endSwitch(event, paths.log(), "refuse", 0);
        }
    }

    private void adopt(final SwitchEvent event) {
        final Handover published = handover;
        final RecordAppender previous = appender;
        previous.part();
        compactedLength = published.compactLength();
        appender = published.next();
        shift += published.shift();
        countGrowths(previous);
        STATE.compareAndSet(this, State.PUBLISHED, State.OPEN);
        LogEvents.endSwitch(event, paths.log(), "adopt", 0);
    }

    private void part(final SwitchEvent event) {
        appender.part();
        STATE.compareAndSet(this, State.PARTING, State.OPEN);
        LogEvents.endSwitch(event, paths.log(), "part", 0);
    }

    void requireUsable() {
        if (isOver()) {
            throw notOpen();
        }
    }

    /** Whether it is poisoned or closed. */
    boolean isOver() {
        final State found = state;
        return found == State.POISONED || found == State.CLOSED;
    }

    void requireNotClosed() {
        if (state == State.CLOSED) {
            throw notOpen();
        }
    }

    private IllegalStateException notOpen() {
        return switch (state) {
            case CLOSED -> new IllegalStateException("log is closed: file=" + paths.log());
            case COMPACTING -> new IllegalStateException("log is used by two threads, one of which compacts it: file=" + paths.log()
                    + "; there is one writer thread");
            default -> new PoisonedLogException("log is poisoned: file=" + paths.log() + "; close it and open it again; cause: " + poison, poison);
        };
    }

    /** Maintenance: offers {@code rewritten} to the writer; whether it could. */
    boolean offer(final Handover rewritten) {
        if (state != State.OPEN) {
            return false;
        }
        handover = rewritten;
        return STATE.compareAndSet(this, State.OPEN, State.JOINING);
    }

    /** Maintenance: the file that the writer was offered, or has joined, will not be published. */
    void giveUp() {
        if (!STATE.compareAndSet(this, State.JOINING, State.OPEN)) {
            STATE.compareAndSet(this, State.JOINED, State.PARTING);
        }
    }

    /**
     * Maintenance: publishes what the writer has joined over the log. The previous file, which the writer is in until it has adopted the new one, is
     * the caller's to close.
     *
     * @param forcedCapacityOfFresh length of the fresh file when it was forced as a whole
     * @param forcedPosition        end of the last record in it then
     * @throws IOException if the disk fails; the log is poisoned where the new file may be at its name already
     */
    StorageFile publish(final FreshLog fresh, final long forcedCapacityOfFresh, final long forcedPosition) throws IOException {
        synchronized (fileLock) {
            requireUsable();
            requireOwnFile();
            final Handover joined = handover;
            final RecordAppender next = joined.next();
            final long end = next.position(); // first: what is appended from now on may be in a further segment
            final long capacity = next.supply().capacity();
            final Mark nextMark = markOf(joined, fresh);
            try {
                IoFaults.settle();
                next.supply().requireNotRefused();
                if (capacity <= forcedCapacityOfFresh) {
                    next.supply().force(forcedPosition, end); // with what was forced in the old file since the writer joined
                } else {
                    next.supply().forceFile();
                }
                marks.writeBeside(nextMark);
                replace(fresh, next.supply());
            } catch (final IOException | RuntimeException | Error e) {
                if (fresh.isRenamed()) {
                    poison(e);
                }
                throw e;
            }
            marks.adopt();
            final StorageFile previous = file;
            fileShift += joined.shift();
            use(fresh.takeFile(), next.supply(), nextMark);
            forcedCapacity = Math.max(capacity, forcedCapacityOfFresh);
            STATE.compareAndSet(this, State.JOINED, State.PUBLISHED);
            return previous;
        }
    }

    // To map the rest of a file takes its name: the writer must not grow one while it loses its name, nor the other while it is given that.
    private void replace(final FreshLog fresh, final SegmentSupply next) throws IOException {
        synchronized (supply.growthLock()) {
            synchronized (next.growthLock()) {
                fresh.publish();
                supply.supersede();
            }
        }
    }

    // What the old file's mark claims by now may be more than what was there when the writer joined.
    private Mark markOf(final Handover joined, final FreshLog fresh) {
        final long forced = mark.forcedPosition() - joined.shift();
        return forced > joined.joinedPosition()
                ? Mark.writing(bootId, fresh.file().identity(), forced, mark.recordCrc())
                : Mark.writing(bootId, fresh.file().identity(), joined.joinedPosition(), joined.joinedCrc());
    }

    private void use(final StorageFile nextFile, final SegmentSupply nextSupply, final Mark nextMark) {
        file = nextFile;
        supply = nextSupply;
        mark = nextMark;
        setForced(nextMark.forcedPosition());
    }

    /** The writer's, under the lock: it goes on in {@code nextFile}, which it published itself. The previous one is unmapped; its file is returned. */
    StorageFile switchTo(final StorageFile nextFile, final RecordAppender next, final Mark nextMark) {
        final RecordAppender previous = appender;
        final StorageFile previousFile = file;
        countGrowths(previous);
        shift += previous.position() - next.position();
        fileShift = shift;
        appender = next;
        compactedLength = next.position();
        use(nextFile, next.supply(), nextMark);
        forcedCapacity = next.supply().capacity();
        previous.supply().release();
        return previousFile;
    }

    private void countGrowths(final RecordAppender previous) {
        growthsBefore += previous.supply().growths();
        growthsByWriterBefore += previous.supply().growthsByWriter();
    }

    private void setForced(final long position) {
        forcedLength = position;
        forcedTicket = position + fileShift;
    }

    /** The writer's: forces everything appended so far. */
    void force() throws IOException {
        synchronized (fileLock) {
            final RecordAppender target = open();
            force(target.position(), target.lastCrc());
        }
    }

    /** Maintenance: forces up to the append that has this ticket, whose crc that is. Nothing to do if that was done. */
    boolean forceUpTo(final long ticket, final int crc) throws IOException {
        if (ticket <= forcedTicket) {
            return false;
        }
        synchronized (fileLock) {
            requireUsable();
            if (ticket <= forcedTicket) { // the writer did it meanwhile
                return false;
            }
            force(ticket - fileShift, crc);
            return true;
        }
    }

    // A record with that crc ends at position.
    private void force(final long position, final int crc) throws IOException {
        requireOwnFile();
        final ForceEvent event = LogEvents.beginForce();
        final long started = System.nanoTime();
        final boolean asWhole = supply.capacity() > forcedCapacity; // first: the writer may go on in a new segment at any time
        final long end = supply.end();
        try {
            IoFaults.settle();
            if (asWhole) {
                supply.forceFile(); // a mapped range would do for the records, but not for the length that the file has grown to
            } else {
                supply.force(forcedLength, position);
            }
            setMark(Mark.writing(bootId, file.identity(), position, crc));
        } catch (final IOException | RuntimeException | Error e) {
            throw failedForce(e);
        }
        LogEvents.endForce(event, paths.log(), position, position - forcedLength, asWhole);
        setForced(position);
        if (asWhole) {
            forcedCapacity = end;
        }
        lastForceNanos = System.nanoTime() - started;
        longestForceNanos = Math.max(longestForceNanos, lastForceNanos);
        forces++;
    }

    /**
     * Maintenance: forces the segment that was made ready, and the length of the file with it where that was not done yet, if this log is forced at all. A
     * force that was asked for then need not, which would also write back, and protect, what the writer stores into by then.
     */
    void forceReady() throws IOException {
        synchronized (fileLock) {
            if (forcedCapacity == 0 || isOver()) {
                return;
            }
            requireOwnFile();
            final long end = supply.end();
            try {
                IoFaults.settle();
                if (!supply.forceReady()) {
                    supply.forceFile();
                }
            } catch (final IOException | RuntimeException | Error e) {
                throw failedForce(e);
            }
            forcedCapacity = end;
        }
    }

    /** Maintenance: the length of the segment that was to be made ready could not be forced. */
    IOException failedForceReady(final Throwable thrown) throws IOException {
        synchronized (fileLock) {
            requireUsable();
            return failedForce(thrown);
        }
    }

    /** Whether this log was forced in this run. Any thread. */
    boolean isForcedAtAll() {
        return forcedCapacity != 0;
    }

    private void setMark(final Mark next) throws IOException {
        marks.write(next);
        mark = next;
    }

    // A later force may succeed with the pages gone: the next open must not trust this file.
    private IOException failedForce(final Throwable thrown) {
        final Throwable failure = thrown instanceof InternalError fault ? IoFaults.toIoException(fault, paths.log()) : thrown;
        poison(failure);
        try {
            setMark(mark.failed());
        } catch (final IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        return (IOException) failure;
    }

    // A program that takes no lock may have put another file under the log's name, or cut this one: what was appended since would be gone.
    private void requireOwnFile() throws IOException {
        final String done;
        final long capacity = supply.capacity(); // before the length: who grows the log meanwhile lengthens the file first
        if (!file.identity().isSameFile(storage.identity(paths.log()))) {
            done = "removed or replaced";
        } else if (file.length() < capacity) {
            done = "cut short";
        } else {
            return;
        }
        final IOException changed = new IOException("the log was " + done + " under its writer, by a program that takes no lock: file=" + paths.log()
                + "; what was appended since then may be lost, rebuild it from the store");
        poison(changed);
        throw changed;
    }

    /** Maintenance: {@code opened}, by the log's name, is the file that is appended to. */
    void requireSameFile(final StorageFile opened) throws IOException {
        synchronized (fileLock) {
            if (!file.identity().isSameFile(opened.identity())) {
                throw new IOException("the log was removed or replaced under its writer, by a program that takes no lock: file=" + paths.log());
            }
        }
    }

    /** Nobody can vouch for the file any more. */
    void poison(final Throwable cause) {
        poison = cause;
        State found = state;
        while (found != State.CLOSED && !STATE.compareAndSet(this, found, State.POISONED)) {
            found = state;
        }
    }

    PoisonedLogException poisonedBy(final InternalError error) {
        poison(IoFaults.toIoException(error, paths.log()));
        return new PoisonedLogException("log is poisoned: file=" + paths.log() + "; its mapped bytes failed; close it and open it again", poison);
    }

    /** The writer's, under the lock: nobody may append until {@link #endCompaction()}. */
    void beginCompaction() throws IOException {
        requireOwnFile();
        STATE.compareAndSet(this, State.OPEN, State.COMPACTING);
    }

    void endCompaction() {
        STATE.compareAndSet(this, State.COMPACTING, State.OPEN);
    }

    /** Ends all use; says what it was in. */
    State closing() {
        return (State) STATE.getAndSet(this, State.CLOSED);
    }

    /** Under the lock, after {@link #closing()}: cuts the file at its last record, forces it and marks that. */
    void closeCleanly() throws IOException {
        requireOwnFile();
        final RecordAppender last = inFile();
        cutSlack(last.position());
        marks.write(Mark.writing(bootId, file.identity(), last.position(), last.lastCrc()).closed());
    }

    private void cutSlack(final long end) throws IOException {
        try {
            IoFaults.settle();
            file.force();
            file.truncate(end);
            file.force();
        } catch (final IOException | RuntimeException | Error e) {
            throw failedForce(e);
        }
    }

    Object fileLock() {
        return fileLock;
    }

    /** Nobody lengthens the file at the log's name while this is held. Under the lock. */
    Object growthLock() {
        return supply.growthLock();
    }

    /** The file at the log's name. Under the lock. */
    StorageFile file() {
        return file;
    }

    MarkFile marks() {
        return marks;
    }

    String bootId() {
        return bootId;
    }

    State state() {
        return state;
    }

    /** Where appends go, as far as the writer has noticed. Any thread. */
    RecordAppender appender() {
        return appender;
    }

    /** Who appends to the file at the log's name: the one the writer has, unless it has not adopted yet what was published. Any thread but the writer's. */
    RecordAppender inFile() {
        final RecordAppender known = appender;
        final Handover latest = handover;
        return latest != null && latest.next() != known && latest.next().supply() == supply ? latest.next() : known;
    }

    /** What the writer's last append is known by, also after the log was rewritten. The writer's. */
    long ticket() {
        return appender.position() + shift;
    }

    /** Whether the append of that ticket, and all before it, survive power loss. Any thread. */
    boolean isForced(final long ticket) {
        return forcedTicket >= ticket;
    }

    /** Position, in the file at the log's name, of the end of the append of that ticket. Maintenance. */
    long position(final long ticket) {
        return ticket - fileShift;
    }

    long compactedLength() {
        return compactedLength;
    }

    long forcedLength() {
        return forcedLength;
    }

    long growths() {
        return growthsBefore + appender.supply().growths();
    }

    long growthsByWriter() {
        return growthsByWriterBefore + appender.supply().growthsByWriter();
    }

    long forces() {
        return forces;
    }

    long lastForceNanos() {
        return lastForceNanos;
    }

    long longestForceNanos() {
        return longestForceNanos;
    }

    long longestSwitchNanos() {
        return longestSwitchNanos;
    }
}
