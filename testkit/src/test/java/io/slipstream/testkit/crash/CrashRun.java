package io.slipstream.testkit.crash;

import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.errors.PoisonedLogException;
import io.slipstream.errors.SnapshotDamageException;
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
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** Runs a script on a simulated disk, and keeps its {@link History}. */
final class CrashRun {
    static final String NAME = "kv.log";
    private static final int MAX_OPENS = 4;
    private static final int LOAD_ONE_IN = 3;

    private final History history;
    private SimulatedDisk disk;
    private FaultyStorage faulty;
    private SnapshotLog log;
    private int openedAt;
    private int failures;

    CrashRun(final SimulatedDisk disk, final History history) {
        this.disk = disk;
        this.faulty = new FaultyStorage(disk);
        this.history = history;
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
        }
        return this;
    }

    private void open() throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                log = SnapshotLog.open(path(), context(faulty));
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

    private boolean isOpen() throws IOException {
        try {
            log.view().close();
            return true;
        } catch (final IllegalStateException e) {
            return false; // closed, or poisoned
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
            log.compact();
            promised(log.length());
        } else if (step instanceof CrashStep.Do what) {
            history.issue(disk.moment(), what.update());
            try {
                apply(what.update());
            } catch (final IOException | UncheckedIOException e) {
                history.retract();
                failures++;
                faulty.heal();
                return;
            }
            history.returned(disk.moment());
        } else if (step instanceof CrashStep.Force) {
            log.force();
            promised(log.length());
        } else if (step instanceof CrashStep.LoseForce lose) {
            faulty.heal(); // one fault at a time: see docs/recovery.md section 10 for a failed force that not even the mark could tell of
            disk.loseForce(lose.n());
        } else if (step instanceof CrashStep.FailOperation fail) {
            disk.loseForce(0);
            faulty.heal().failNth(fail.n(), fail.when());
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
        final long length = log.length();
        log.close();
        promised(length);
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
