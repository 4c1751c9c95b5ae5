package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.errors.PoisonedLogException;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.fault.Operation.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** docs/recovery.md, section 11: what each failed step of a compaction leaves. */
class CompactionFaultsTest {
    @TempDir(factory = MemoryDir.class)
    Path root;

    private record Subject(TwinLog twin, byte[] before) implements AutoCloseable {
        static Subject prepare(final Path directory, final FaultyStorage disk) throws IOException {
            final TwinLog twin = TwinLog.create(directory.resolve("kv.log"), disk).churn();
            return new Subject(twin, twin.fileBytes());
        }

        void compact() throws IOException {
            twin.log().compact();
        }

        @Override
        public void close() throws IOException {
            twin.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> shouldKeepTheOldLogOrBePoisonedWhenAnyStepFails() throws IOException {
        return Drill.everyFault(root, Subject::prepare, Subject::compact, (subject, outcome) -> {
            outcome.assertFaultThrown();
            if (isPoisoned(subject.twin())) {
                checkPoisoned(subject.twin(), outcome);
            } else {
                checkGoesOn(subject, outcome);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> shouldBePoisonedOnlyWhereTheNewFileMayHaveTheName() throws IOException {
        return Drill.everyFault(root, Subject::prepare, Subject::compact, (subject, outcome) -> {
            if (mayHaveTheName(outcome)) {
                assertThrows(PoisonedLogException.class, () -> subject.twin().put("poisoned", "1", 1));
            } else {
                subject.twin().put("goes-on", "1", 1);
            }
            subject.close();
        });
    }

    private static boolean mayHaveTheName(final Drill.Outcome outcome) {
        return switch (outcome.operation().kind()) {
            case RENAME -> outcome.failure() != Drill.Failure.NOT_DONE;
            case FORCE_DIRECTORY -> outcome.isBehind(Kind.RENAME);
            default -> false;
        };
    }

    private static boolean isPoisoned(final TwinLog twin) {
        try {
            twin.put("goes-on", "1", 100_001);
            return false;
        } catch (final PoisonedLogException e) {
            return true;
        }
    }

    private static void checkGoesOn(final Subject subject, final Drill.Outcome outcome) throws IOException {
        final TwinLog twin = subject.twin();
        if (!outcome.isBehind(Kind.RENAME)) {
            // The put that showed the log to be in use lies behind what was there before.
            assertStartsWith(subject.before(), (int) twin.log().length() - recordLengthOfGoesOn(), twin.fileBytes());
        }
        if (!outcome.mayLeaveTemporaryFile()) {
            twin.assertNoTemporaryFile();
        }
        twin.checkpoint(100_002).compact().put("after", "2", 100_003).closeAndCheck();
        twin.assertGoesOnAfterReopening();
    }

    private static int recordLengthOfGoesOn() {
        return new LogBuilder().put("goes-on", "1", 100_001).length();
    }

    private static void assertStartsWith(final byte[] expected, final int length, final byte[] actual) {
        assertArrayEquals(Arrays.copyOf(expected, length), Arrays.copyOf(actual, length),
            "the old log was changed");
    }

    private static void checkPoisoned(final TwinLog twin, final Drill.Outcome outcome) throws IOException {
        WriterCalls.on(twin.log(), twin.path().resolveSibling("unused")).forEach((name, call) -> {
            final PoisonedLogException refusal = assertThrows(PoisonedLogException.class, call, name);
            outcome.assertIsFault(refusal.getCause());
            assertTrue(refusal.getMessage().contains("poisoned")
                && refusal.getMessage().contains(twin.path().getFileName().toString()), refusal.getMessage());
        });
        final byte[] before = twin.fileBytes();
        twin.close();
        assertArrayEquals(before, twin.fileBytes(), "a poisoned writer's close changed the log");
        twin.assertGoesOnAfterReopening();
    }

    @Test
    void shouldForceTheTemporaryFileThenRenameThenForceTheDirectory() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (Subject subject = Subject.prepare(root, disk)) {
            disk.forget();
            subject.compact();
            assertEquals(List.of("UNLINK kv.log.compact", "CREATE kv.log.compact", "WRITE kv.log.compact",
                "ALLOCATE kv.log.compact", "FORCE kv.log.compact", "RENAME kv.log.compact kv.log",
                "FORCE_DIRECTORY " + root.getFileName()), TwinLog.effectsBesideMark(disk));
        }
    }

    @Test
    void shouldForceTheMarkBetweenTheTemporaryFileAndTheRename() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (Subject subject = Subject.prepare(root, disk)) {
            disk.forget();
            subject.compact();
            final List<String> effects = disk.effects();
            final int forced = effects.indexOf("FORCE kv.log.compact");
            assertEquals(List.of("FORCE kv.log.compact", "WRITE kv.log.mark", "FORCE kv.log.mark",
                "RENAME kv.log.compact kv.log"), effects.subList(forced, forced + 4));
        }
    }

    @Test
    void shouldNotForceTheNewFileAgainBeforeItsNameIsForced() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        try (Subject subject = Subject.prepare(root, disk)) {
            disk.forget();
            disk.atNth(Kind.FORCE_DIRECTORY, 1, Moment.BEFORE, () -> assertEquals(
                List.of("FORCE kv.log.compact"), TwinLog.effectsBesideMark(disk).stream()
                    .filter(effect -> effect.startsWith("FORCE kv")).toList()));
            subject.compact();
        }
    }

    @Test
    void shouldBePoisonedWhenTheRenameHappenedButWasReportedAsFailed() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final Subject subject = Subject.prepare(root, disk);
        disk.failNth(Kind.RENAME, 1, Moment.AFTER);
        assertThrows(IOException.class, subject::compact);
        assertThrows(PoisonedLogException.class, () -> subject.twin().put("lost", "1", 1));
        subject.close();
        subject.twin().assertGoesOnAfterReopening();
    }

    @Test
    void shouldKeepTheOldLogWhenTheRenameDidNotHappen() throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final Subject subject = Subject.prepare(root, disk);
        disk.failNth(Kind.RENAME, 1, Moment.BEFORE);
        assertThrows(IOException.class, subject::compact);
        subject.twin().assertNoTemporaryFile();
        subject.twin().put("kept", "1", 1).closeAndCheck();
    }

    @Test
    void shouldKeepTheOldLogAndRemoveTheTemporaryFileWhenTheDiskIsFullAfterAnyNumberOfBytes() throws IOException {
        final long room = roomNeeded();
        for (long bytes = 0; bytes < room; bytes += 97) {
            final FaultyStorage disk = new FaultyStorage();
            final Path directory = Files.createDirectories(root.resolve("full-" + bytes));
            final Subject subject = Subject.prepare(directory, disk);
            disk.fullAfter(bytes);
            final IOException full = assertThrows(IOException.class, subject::compact, "room for " + bytes);
            assertTrue(full.getMessage().contains("No space left"), full.getMessage());
            disk.heal();
            subject.twin().assertNoTemporaryFile();
            subject.twin().put("kept", "1", 1).closeAndCheck();
        }
    }

    private long roomNeeded() throws IOException {
        try (Subject subject = Subject.prepare(Files.createDirectories(root.resolve("sound")),
            new FaultyStorage())) {
            subject.compact();
            return subject.twin().log().stats().capacity();
        }
    }
}
