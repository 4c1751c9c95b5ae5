package io.slipstream.testkit.lifecycle;

import io.slipstream.EntryView;
import io.slipstream.LogInspection;
import io.slipstream.MaintenanceMode;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A child that has its log cut short under it, and says what each call threw: one line each, {@code CALL THROWN}. Arguments:
 * scenario, log, length to cut to.
 */
final class TruncationVictim {
    private static final int RECORDS = 3_000;
    private static final byte[] VALUE = new byte[1000];
    private static final int RECORDS_RACED_FOR = 200;
    private static final int RACES = 50;

    private final Path path;
    private final long cutTo;

    private TruncationVictim(final Path path, final long cutTo) {
        this.path = path;
        this.cutTo = cutTo;
    }

    @FunctionalInterface
    private interface Call {
        void run() throws Exception;
    }

    public static void main(final String[] arguments) throws Exception {
        final TruncationVictim victim = new TruncationVictim(Path.of(arguments[1]), Long.parseLong(arguments[2]));
        switch (arguments[0]) {
            case "writer" -> victim.writer();
            case "maintenance" -> victim.maintenance();
            case "compaction" -> victim.compaction();
            case "view" -> victim.view();
            case "buffers" -> victim.buffers();
            case "races" -> victim.races();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.out.println("alive nothing");
    }

    private static void say(final String what, final Call call) {
        System.out.println(outcome(what, call));
    }

    private static String outcome(final String what, final Call call) {
        try {
            call.run();
            return what + " nothing";
        } catch (final Throwable e) {
            return what + " " + e.getClass().getSimpleName();
        }
    }

    private SnapshotLog filled() throws IOException {
        return filled(RECORDS);
    }

    private SnapshotLog filled(final int records) throws IOException {
        final SnapshotLog log = SnapshotLog.open(path, new SnapshotLog.Context().segmentLength(8 << 20));
        append(log, records);
        return log;
    }

    private static void append(final SnapshotLog log, final int records) {
        for (int i = 0; i < records; i++) {
            log.put("key-" + i, VALUE, VersionToken.of(i));
        }
    }

    private void cut() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(cutTo);
        }
    }

    private void writer() throws IOException {
        final SnapshotLog log = filled();
        cut();
        say("append", () -> append(log, 4_000));
        say("append-again", () -> append(log, 1));
        say("checkpoint", () -> log.checkpoint(1));
        say("force", log::force);
        say("compact", log::compact);
        say("view", log::view);
        say("close", log::close);
        say("close-again", log::close);
    }

    private void maintenance() throws IOException {
        final List<Throwable> reported = new ArrayList<>();
        final SnapshotLog log = SnapshotLog.open(path, new SnapshotLog.Context().segmentLength(8 << 20).maintenance(MaintenanceMode.INVOKER)
            .errorHandler(reported::add));
        append(log, 100);
        cut();
        for (int i = 0; i < 100; i++) {
            log.maintenanceInvoker().invoke();
        }
        reported.forEach(e -> System.out.println("reported " + e.getClass().getSimpleName()));
        say("close", log::close);
    }

    private void compaction() throws IOException {
        final SnapshotLog log = filled();
        cut();
        say("view", log::view);
        say("compact", log::compact);
        say("copy", () -> log.copyTo(path.resolveSibling("copy")));
        say("close", log::close);
    }

    private void view() throws IOException {
        filled().close();
        final SnapshotView view = SnapshotView.open(path);
        cut();
        final EntryView entry = new EntryView();
        final String last = "key-" + (RECORDS - 1);
        say("lookup", () -> view.lookup(last, entry));
        say("entry", () -> view.entry(last));
        say("forEach", () -> view.forEach(EntryView::toOwned));
        say("toOwned", view::toOwned);
        say("copy", () -> view.copyTo(path.resolveSibling("copy")));
        say("close", view::close);
    }

    private void buffers() throws IOException {
        filled().close();
        final SnapshotView view = SnapshotView.open(path);
        final EntryView entry = new EntryView();
        view.lookup("key-" + (RECORDS - 1), entry);
        final DirectBuffer kept = new UnsafeBuffer(entry.value());
        cut();
        say("buffer", () -> readAll(kept));
        say("entry-to-owned", entry::toOwned);
    }

    private static void readAll(final DirectBuffer buffer) {
        for (int round = 0; round < 20_000; round++) {
            for (int i = 0; i < buffer.capacity(); i += 100) {
                if (buffer.getByte(i) != 0) {
                    throw new IllegalStateException("not what was written");
                }
            }
        }
    }

    // The file is cut and made whole again at any instant of a replay; a whole one must be read, a cut one may be refused.
    private void races() throws Exception {
        filled(RECORDS_RACED_FOR).close();
        final byte[] whole = Files.readAllBytes(path);
        final AtomicBoolean ended = new AtomicBoolean();
        final Thread cutting = new Thread(() -> cutAndRestore(whole, ended));
        cutting.setDaemon(true);
        cutting.start();
        final SortedSet<String> outcomes = new TreeSet<>();
        for (int i = 0; i < RACES; i++) {
            outcomes.add(outcome("open-view", () -> SnapshotView.open(path).close()));
            outcomes.add(outcome("inspect", () -> LogInspection.of(path)));
        }
        ended.set(true);
        cutting.join();
        outcomes.add(outcome("load", () -> Snapshot.load(path)));
        outcomes.forEach(System.out::println);
    }

    private void cutAndRestore(final byte[] whole, final AtomicBoolean ended) {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            while (!ended.get()) {
                file.setLength(cutTo);
                Thread.onSpinWait();
                file.seek(cutTo);
                file.write(whole, (int) cutTo, (int) (whole.length - cutTo));
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
