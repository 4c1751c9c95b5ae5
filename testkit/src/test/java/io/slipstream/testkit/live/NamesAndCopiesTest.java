package io.slipstream.testkit.live;

import io.slipstream.LogInspection;
import io.slipstream.LogRepair;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import io.slipstream.errors.LogInUseException;
import io.slipstream.storage.Storage;
import io.slipstream.testkit.bytes.LogBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What must not be lost to a name, to a copy beside a copy, or for want of a lock. */
class NamesAndCopiesTest {
    private static final byte[] LOG = new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).cursor(2).toBytes();

    @TempDir
    Path directory;
    private Path path;

    @BeforeEach
    void writeALog() throws IOException {
        path = Files.write(directory.resolve("kv"), LOG);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kv.lock", "kv.mark", "kv.compact"})
    void shouldNotWriteALogUnderTheNameOfACompanion(final String name) throws IOException {
        final Path other = Files.write(directory.resolve(name), LOG);
        final SnapshotLog.Context context = new SnapshotLog.Context();
        assertTrue(assertThrows(IllegalArgumentException.class, () -> SnapshotLog.open(other)).getMessage().startsWith("reserved name: "));
        assertThrows(IllegalArgumentException.class, () -> Snapshot.load(other));
        assertThrows(IllegalArgumentException.class, () -> LogRepair.repair(other, context, false));
        Files.delete(other);
        try (SnapshotView view = SnapshotView.open(path)) {
            assertThrows(IllegalArgumentException.class, () -> view.copyTo(other));
        }
        assertFalse(Files.exists(other));
    }

    @Test
    void shouldNotOpenTheLockFileInTheProcessThatHoldsIt() throws IOException {
        try (SnapshotLog log = SnapshotLog.open(path)) {
            final LogInspection found = LogInspection.of(directory.resolve("kv.lock"));
            assertEquals(LogInspection.Result.IO, found.result());
            assertTrue(found.message().contains("would lose it by opening it"), found.message());
            assertThrows(LogInUseException.class, () -> SnapshotLog.open(log.path()));
        }
    }

    @Test
    void shouldGiveOneOfManyCopiesTheNameAndEachThatReturnedAWholeOne() throws Exception {
        try (SnapshotLog log = SnapshotLog.open(path)) {
            for (int i = 0; i < 2_000; i++) {
                log.put("key " + i, new byte[100], VersionToken.of(i));
            }
        }
        final byte[] whole;
        try (SnapshotView view = SnapshotView.open(path)) {
            view.copyTo(directory.resolve("whole"));
            whole = Files.readAllBytes(directory.resolve("whole"));
        }
        final ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 20; round++) {
                final Path target = directory.resolve("copy" + round);
                final Callable<Boolean> copy = () -> {
                    try (SnapshotView view = SnapshotView.open(path)) {
                        view.copyTo(target);
                        assertArrayEquals(whole, Files.readAllBytes(target));
                        return true;
                    } catch (final FileAlreadyExistsException e) {
                        return false;
                    }
                };
                int made = 0;
                for (final Future<Boolean> result : threads.invokeAll(List.of(copy, copy, copy, copy))) {
                    made += result.get() ? 1 : 0;
                }
                assertEquals(1, made);
            }
        } finally {
            threads.shutdown();
        }
        try (var left = Files.list(directory)) {
            assertEquals(List.of(), left.filter(file -> file.toString().endsWith(".compact")).toList());
        }
    }

    private static Storage withoutLocks() {
        return HookedStorage.of((method, arguments) -> {
            if (method.equals("lock")) {
                throw new AccessDeniedException("no lock here");
            }
        });
    }

    @Test
    void shouldLoadACleanLogWhereNoLockCanBeTaken() throws IOException {
        assertEquals(2, Snapshot.load(path, new SnapshotLog.Context().storage(withoutLocks())).orElseThrow().entries().size());
        assertFalse(Files.exists(directory.resolve("kv.lock")));
    }

    @Test
    void shouldNotCleanALogWhereNoLockCanBeTaken() throws IOException {
        final SnapshotLog.Context context = new SnapshotLog.Context().storage(withoutLocks());
        final byte[] slack = new LogBuilder().raw(LOG).slack(4096).toBytes();
        Files.write(path, slack);
        final AccessDeniedException e = assertThrows(AccessDeniedException.class, () -> Snapshot.load(path, context));
        assertTrue(e.getMessage().contains("the log needs cleaning (only zeros at the end)"), e.getMessage());
        assertArrayEquals(slack, Files.readAllBytes(path));
        final byte[] redundant = new LogBuilder().raw(LOG).put("a", "3", 3).toBytes();
        Files.write(path, redundant);
        assertThrows(AccessDeniedException.class, () -> Snapshot.load(path, context));
        assertArrayEquals(redundant, Files.readAllBytes(path));
    }

    @Test
    void shouldSeeAWriterWithMoreRightsWhereNoLockCanBeTaken() throws IOException {
        final Path lock = Files.createFile(directory.resolve("kv.lock"));
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            // In this JVM the JDK itself knows of the lock: that, too, is a holder.
            assertTrue(channel.lock().isValid());
            assertThrows(LogInUseException.class, () -> Snapshot.load(path, new SnapshotLog.Context().storage(withoutLocks())));
        }
    }

    @Test
    void shouldRefuseAnAppendInTheMiddleOfACompaction() throws IOException {
        final AtomicReference<SnapshotLog> log = new AtomicReference<>();
        final AtomicReference<Throwable> refusal = new AtomicReference<>();
        final Storage storage = HookedStorage.of((method, arguments) -> {
            if (method.equals("rename") && log.get() != null) {
                refusal.set(assertThrows(IllegalStateException.class, () -> log.get().put("c", new byte[1], VersionToken.unknown())));
            }
        });
        try (SnapshotLog opened = SnapshotLog.open(path, new SnapshotLog.Context().storage(storage))) {
            log.set(opened);
            opened.compact();
            opened.put("d", "4".getBytes(StandardCharsets.UTF_8), VersionToken.of(4));
            assertEquals(3, opened.view().length());
        }
        assertInstanceOf(IllegalStateException.class, refusal.get());
        assertTrue(refusal.get().getMessage().contains("there is one writer thread"), refusal.get().getMessage());
    }

    @Test
    void shouldSayThatTheLogWasReplacedUnderItsWriter() throws IOException {
        final SnapshotLog log = SnapshotLog.open(path);
        Files.move(Files.write(directory.resolve("other"), LOG), path, StandardCopyOption.REPLACE_EXISTING);
        log.put("c", new byte[1], VersionToken.of(3));
        final IOException e = assertThrows(IOException.class, log::force);
        assertTrue(e.getMessage().startsWith("the log was removed or replaced under its writer"), e.getMessage());
        assertThrows(IllegalStateException.class, () -> log.put("d", new byte[1], VersionToken.of(4)));
        log.close();
        assertArrayEquals(LOG, Files.readAllBytes(path));
    }

    @Test
    void shouldSayThatTheLogWasRemovedUnderItsWriter() throws IOException {
        final SnapshotLog log = SnapshotLog.open(path);
        Files.delete(path);
        assertThrows(IOException.class, log::compact);
        log.close();
        assertFalse(Files.exists(path));
    }
}
