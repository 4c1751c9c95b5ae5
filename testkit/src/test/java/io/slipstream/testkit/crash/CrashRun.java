package io.slipstream.testkit.crash;

import io.slipstream.MaintenanceMode;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.errors.PoisonedLogException;
import io.slipstream.errors.SnapshotDamageException;
import io.slipstream.storage.FileIdentity;
import io.slipstream.storage.Storage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.disk.SimulatedDisk;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.model.ModelUpdate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;

/** Runs a script on a simulated disk, and keeps its {@link History}. */
final class CrashRun {
    static final String NAME = "kv.log";
    private static final int MAX_OPENS = 4;
    private static final int LOAD_ONE_IN = 3;
    private static final int MAX_INVOCATIONS = 200;
    private static final long TICK_NANOS = 20_000_000;

    private final History history;
    private final NavigableMap<Integer, String> states = new TreeMap<>();
    private final List<Throwable> reported = new ArrayList<>();
    private final Map<Long, Integer> requests = new LinkedHashMap<>(); // how many updates each will have forced
    private final Set<Long> kept = new LinkedHashSet<>();
    private SimulatedDisk disk;
    private FaultyStorage faulty;
    private SnapshotLog log;
    private long compactionFloor = -1;
    private long nanos;
    private long compactions;
    private long compactionsOfLog;
    private int openedAt;
    private int failures;

    CrashRun(final SimulatedDisk disk, final History history) {
        this.disk = disk;
        this.faulty = new FaultyStorage(disk);
        this.history = history;
    }

    /** With maintenance, which the script invokes, and which compacts from so many dead bytes on. */
    CrashRun maintained(final long floor) {
        compactionFloor = floor;
        return this;
    }

    static SnapshotLog.Context context(final Storage disk) {
        return new SnapshotLog.Context().storage(disk).segmentLength(SnapshotLog.Context.MIN_SEGMENT_LENGTH).recoveredView(true);
    }

    SimulatedDisk disk() {
        return disk;
    }

    History history() {
        return history;
    }

    /** How many calls failed, since a force was lost. */
    int failures() {
        return failures;
    }

    /** How many compactions there were. */
    long compactions() {
        return compactions + compactionsOfLog;
    }

    /** How far the log had come in a rotation at {@code moment}, by the name of its state; empty before the first call. */
    String stateAt(final int moment) {
        final Map.Entry<Integer, String> latest = states.floorEntry(moment);
        return latest == null ? "" : latest.getValue();
    }

    /** The moment at which the first open returned. */
    int openedAt() {
        return openedAt;
    }

    CrashRun run(final List<CrashStep> script) throws IOException {
        open();
        openedAt = disk.moment();
        for (int i = 0; i < script.size(); i++) {
            try {
                take(script.get(i));
            } catch (final SnapshotDamageException e) {
                throw e;
            } catch (final IOException | PoisonedLogException e) {
                failures++; // an operation failed, somewhere on the way
                startAgain(i + 1 < script.size() && script.get(i + 1) instanceof CrashStep.Load);
            }
            noteState();
        }
        return this;
    }

    private boolean isMaintained() {
        return compactionFloor >= 0;
    }

    private SnapshotLog.Context contextOfWriter() {
        return isMaintained()
            ? context(faulty).maintenance(MaintenanceMode.INVOKER).compactionFloor(compactionFloor).errorHandler(reported::add).nanoClock(this::tick)
            : context(faulty);
    }

    // It goes on, so that what waits does not wait for ever.
    private long tick() {
        nanos += TICK_NANOS;
        return nanos;
    }

    private void noteState() {
        final String text = log.toString();
        final int from = text.indexOf("state=") + "state=".length();
        states.put(disk.moment(), text.substring(from, text.indexOf(',', from)));
        compactionsOfLog = log.stats().compactions();
    }

    private void open() throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                log = SnapshotLog.open(path(), contextOfWriter());
                break;
            } catch (final SnapshotDamageException e) {
                throw e;
            } catch (final IOException e) {
                faulty.heal();
                if (attempt == MAX_OPENS) {
                    throw e;
                }
            }
        }
        history.exists(disk.moment());
        compactions += compactionsOfLog;
        requests.clear();
        kept.clear();
        reported.clear();
        noteState();
    }

    private Path path() {
        return disk.path(NAME);
    }

    private void startAgain(final boolean loads) throws IOException {
        faulty.heal();
        try {
            if (isOpen()) {
                close();
            } else {
                log.close();
            }
        } catch (final IOException e) {
            failures++;
        }
        if (loads || disk.moment() % LOAD_ONE_IN == 0) {
            load();
        }
        open();
    }

    private boolean isOpen() {
        try {
            log.view().close();
            return true;
        } catch (final IllegalStateException e) {
            return false; // closed, or poisoned
        } catch (final IOException e) {
            throw new AssertionError("the disk is sound again, and the log cannot be read: " + e.getMessage(), e);
        }
    }

    private void load() throws IOException {
        coolIfEmpty();
        try {
            Snapshot.load(path(), context(faulty));
        } catch (final SnapshotDamageException e) {
            throw e;
        } catch (final IOException e) {
            failures++;
            faulty.heal();
        }
    }

    private void take(final CrashStep step) throws IOException {
        if (step instanceof CrashStep.Do what && what.update() instanceof ModelUpdate.Compact) {
            coolIfEmpty();
            compact();
        } else if (step instanceof CrashStep.Do what) {
            history.issue(disk.moment(), what.update());
            try {
                apply(what.update());
            } catch (final IOException | UncheckedIOException e) {
                history.retract();
                failures++;
                faulty.heal();
                return;
            } catch (final PoisonedLogException e) {
                history.retract();
                throw e;
            }
            history.returned(disk.moment());
        } else if (step instanceof CrashStep.Force) {
            log.force();
            promised(log.length());
            keepPromises();
        } else if (step instanceof CrashStep.Maintain maintain) {
            for (int i = 0; i < maintain.times(); i++) {
                maintain();
            }
        } else if (step instanceof CrashStep.MaintainUntil until) {
            maintainUntil(until.state());
        } else if (step instanceof CrashStep.RequestForce) {
            requests.put(log.requestForce(), history.updates());
        } else {
            takeFault(step);
        }
    }

    private void takeFault(final CrashStep step) throws IOException {
        if (step instanceof CrashStep.LoseForce lose) {
            faulty.heal(); // one fault at a time: see docs/recovery.md section 10 for a failed force that not even the mark could tell of
            disk.loseForce(lose.n());
        } else if (step instanceof CrashStep.FailOperation fail) {
            disk.loseForce(0);
            faulty.heal().failNth(fail.n(), fail.when());
        } else if (step instanceof CrashStep.FailNext fail) {
            disk.loseForce(0);
            faulty.heal().failNth(fail.kind(), 1, fail.when());
        } else if (step instanceof CrashStep.FillUp full) {
            disk.loseForce(0);
            faulty.heal().fullAfter(full.bytes());
        } else if (step instanceof CrashStep.Reopen) {
            close();
            open();
        } else if (step instanceof CrashStep.Load) {
            close();
            load();
            open();
        } else if (step instanceof CrashStep.Die death) {
            disk = disk.afterProcessDeath();
            disk.loseForce(death.lostForce());
            faulty = new FaultyStorage(disk);
            if (death.loads()) {
                load();
            }
            open();
        }
    }

    private void close() throws IOException {
        noteState();
        final boolean poisoned = stateAt(Integer.MAX_VALUE).equals("POISONED"); // by maintenance, as no call has told yet
        log.close();
        if (!poisoned) {
            promised(disk.file(path()).length);
        }
    }

    private void compact() throws IOException {
        try {
            log.compact();
        } catch (final IOException e) {
            if (!isMaintained() || disk.moment() % 2 == 0) {
                throw e;
            }
            failures++; // and the log goes on, unless the next call says otherwise
            faulty.heal();
            return;
        }
        promised(log.length());
        keepPromises();
    }

    private void maintainUntil(final String state) {
        for (int i = 0; !stateAt(Integer.MAX_VALUE).equals(state); i++) {
            if (i == MAX_INVOCATIONS) {
                throw new AssertionError("it never comes to that: state=" + state + " log=" + log);
            }
            maintain();
        }
    }

    private void maintain() {
        final int before = disk.moment();
        final FileIdentity file = disk.identity(path());
        log.maintenanceInvoker().invoke();
        noteState();
        if (!disk.identity(path()).isSameFile(file)) {
            if (log.stats().forcedLength() > LogBuilder.HEADER_LENGTH) {
                history.warm(disk.moment());
            } else {
                history.cold(before);
            }
        }
        for (final Throwable failure : reported) {
            if (!(failure instanceof IOException) || !isExplained(failure)) {
                throw new AssertionError("maintenance failed, though the disk did not: " + failure, failure);
            }
            failures++;
            faulty.heal();
        }
        reported.clear();
        keepPromises();
    }

    private boolean isExplained(final Throwable failure) {
        if (failure.getMessage().contains("the log was closed or poisoned")) {
            return stateAt(Integer.MAX_VALUE).equals("POISONED");
        }
        if (failure.getMessage().contains("could not grow as the log does")) {
            return !faulty.faults().isEmpty();
        }
        final Throwable fault = failure.getCause() == null ? failure : failure.getCause();
        return faulty.faults().contains(fault) || fault.getMessage().startsWith("the device failed");
    }

    private void keepPromises() {
        for (final long ticket : kept) {
            if (!log.isForced(ticket)) {
                throw new AssertionError("a force that was done is not done any more: ticket=" + ticket);
            }
        }
        for (final long ticket : List.copyOf(requests.keySet())) {
            if (log.isForced(ticket)) {
                history.forced(disk.moment(), requests.remove(ticket));
                kept.add(ticket);
                if (log.stats().forcedLength() > LogBuilder.HEADER_LENGTH) {
                    history.warm(disk.moment());
                }
            }
        }
    }

    // A compact log of nothing has no record that a mark could know it by.
    private void coolIfEmpty() {
        if (history.states().get(history.updates()).isEmpty()) {
            history.cold(disk.moment());
        }
    }

    private void promised(final long length) {
        history.forced(disk.moment());
        if (length > LogBuilder.HEADER_LENGTH) {
            history.warm(disk.moment());
        }
    }

    private void apply(final ModelUpdate update) throws IOException {
        if (update instanceof ModelUpdate.Put put && put.version().length == Long.BYTES && put.value().length % 2 == 0) {
            log.put(new UnsafeBuffer(put.key()), 0, put.key().length, new UnsafeBuffer(put.value()), 0, put.value().length,
                ByteBuffer.wrap(put.version()).getLong());
        } else if (update instanceof ModelUpdate.Put put) {
            log.put(Utf8.decode(put.key()), put.value(), VersionToken.of(put.version()));
        } else if (update instanceof ModelUpdate.Delete delete) {
            log.delete(Utf8.decode(delete.key()), VersionToken.of(delete.version()));
        } else if (update instanceof ModelUpdate.Purge purge) {
            log.purge(Utf8.decode(purge.key()), VersionToken.of(purge.version()));
        } else if (update instanceof ModelUpdate.Checkpoint checkpoint) {
            log.checkpoint(WatchCursor.of(checkpoint.cursor()));
        }
    }
}
