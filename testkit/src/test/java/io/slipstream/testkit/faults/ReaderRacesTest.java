package io.slipstream.testkit.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.slipstream.LogInspection;
import io.slipstream.RecoveryPolicy;
import io.slipstream.SnapshotView;
import io.slipstream.format.RecordFlyweight;
import io.slipstream.replay.LogFollower;
import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.fault.FaultyStorage;
import io.slipstream.testkit.fault.FaultyStorage.Moment;
import io.slipstream.testkit.model.ModelJudge;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * A writer in another process does its worst between any two storage operations of a reader. What the reader shows must be
 * the state before or the state after, and never an error: docs/format.md, section 11.
 */
class ReaderRacesTest {
    private static final int SLACK_LENGTH = 5000;
    private static final LogBuilder LOG = new LogBuilder().header().put("a", "1", 1).put("b", "2", 2).put("a", "3", 3);
    private static final byte[] LIVE_LOG = Damage.withSlack(LOG.toBytes(), SLACK_LENGTH);
    private static final byte[] NEXT_RECORD = RawRecord.put("c", "4", 4).toBytes();
    private static final byte[] COMPACT_LOG = ModelJudge.judge(LIVE_LOG).state().compactForm();

    @TempDir(factory = MemoryDir.class)
    Path root;

    /** What the other process does to the log at a path. */
    private enum Deed {
        CLOSES {
            @Override
            void on(final Path log) throws IOException {
                cut(log, LOG.length());
            }
        },
        CLOSES_AND_REOPENS {
            @Override
            void on(final Path log) throws IOException {
                cut(log, LOG.length());
                cut(log, LIVE_LOG.length);
            }
        },
        APPENDS {
            @Override
            void on(final Path log) throws IOException {
                write(log, LOG.length(), NEXT_RECORD);
            }
        },
        APPENDS_HALF_A_RECORD {
            @Override
            void on(final Path log) throws IOException {
                write(log, LOG.length() + 4, Arrays.copyOfRange(NEXT_RECORD, 4, NEXT_RECORD.length));
            }
        },
        APPENDS_AND_GROWS {
            @Override
            void on(final Path log) throws IOException {
                write(log, LOG.length(), NEXT_RECORD);
                cut(log, 3L * LIVE_LOG.length);
            }
        },
        APPENDS_AND_CLOSES {
            @Override
            void on(final Path log) throws IOException {
                write(log, LOG.length(), NEXT_RECORD);
                cut(log, LOG.length() + NEXT_RECORD.length);
            }
        },
        COMPACTS {
            @Override
            void on(final Path log) throws IOException {
                final Path fresh = TwinLog.temporaryFile(log);
                Files.write(fresh, Damage.withSlack(COMPACT_LOG, SLACK_LENGTH));
                Files.move(fresh, log, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        },
        COMPACTS_AND_CLOSES {
            @Override
            void on(final Path log) throws IOException {
                COMPACTS.on(log);
                cut(log, COMPACT_LOG.length);
            }
        };

        abstract void on(Path log) throws IOException;

        private static void cut(final Path log, final long length) throws IOException {
            try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
                file.setLength(length);
            }
        }

        private static void write(final Path log, final long position, final byte[] bytes) throws IOException {
            try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
                file.seek(position);
                file.write(bytes);
            }
        }
    }

    /** Something that looks at a log and answers a digest of what it saw. */
    @FunctionalInterface
    private interface Look {
        String at(Path log, FaultyStorage disk) throws IOException;
    }

    private static String live(final byte[] log) {
        return ModelJudge.judge(log).state().sha256();
    }

    private static final Set<String> POSSIBLE_STATES = Set.of(live(LIVE_LOG), live(withNextRecord()));

    private static byte[] withNextRecord() {
        return Damage.overwrite(LIVE_LOG, LOG.length(), NEXT_RECORD);
    }

    private Stream<DynamicTest> everyRace(final Look look) throws IOException {
        final FaultyStorage disk = new FaultyStorage();
        final Path undisturbed = root.resolve("undisturbed");
        Files.write(undisturbed, LIVE_LOG);
        look.at(undisturbed, disk);
        final List<String> operations = disk.operations().stream().map(Object::toString).toList();
        return Stream.of(Deed.values()).flatMap(deed -> IntStream.range(0, operations.size()).mapToObj(index ->
            dynamicTest(deed + " before " + (index + 1) + ": " + operations.get(index), () -> {
                final Path log = root.resolve(deed + "-" + index);
                Files.write(log, LIVE_LOG);
                final FaultyStorage raced = new FaultyStorage();
                raced.atNth(index + 1, Moment.BEFORE, () -> deed.on(log));
                final String seen = look.at(log, raced);
                assertTrue(POSSIBLE_STATES.contains(seen), () -> "no state the log ever had: " + seen);
            })));
    }

    @TestFactory
    Stream<DynamicTest> shouldOpenAViewWhateverAWriterDoesMeanwhile() throws IOException {
        return everyRace((log, disk) -> {
            final LogBuilder seen = new LogBuilder().header();
            try (SnapshotView view = SnapshotView.open(disk, log, RecoveryPolicy.PROVEN)) {
                view.forEach(entry -> {
                    final byte[] key = new byte[entry.key().capacity()];
                    final byte[] value = new byte[entry.value().capacity()];
                    final byte[] version = new byte[entry.version().capacity()];
                    entry.key().getBytes(0, key);
                    entry.value().getBytes(0, value);
                    entry.version().getBytes(0, version);
                    seen.put(key, value, version);
                });
            }
            return live(seen.toBytes());
        });
    }

    @TestFactory
    Stream<DynamicTest> shouldInspectWhateverAWriterDoesMeanwhile() throws IOException {
        return everyRace((log, disk) -> {
            final LogInspection inspection = LogInspection.of(disk, log);
            assertEquals(LogInspection.Result.SOME, inspection.result(), inspection.message());
            return inspection.compactSha256();
        });
    }

    @TestFactory
    Stream<DynamicTest> shouldFollowWhateverAWriterDoesMeanwhile() throws IOException {
        return everyRace((log, disk) -> {
            final Collected collected = new Collected();
            try (LogFollower follower = new LogFollower(disk, log)) {
                collected.follower = follower;
                follower.poll(collected);
                follower.poll(collected);
                while (follower.poll(collected)) {
                    assertTrue(collected.bytes.length() < 100_000, "the follower never comes to an end");
                }
            }
            return live(collected.bytes.toBytes());
        });
    }

    private static final class Collected implements LogFollower.Listener {
        private LogBuilder bytes = new LogBuilder().header();
        private LogFollower follower;

        @Override
        public void onRecord(final RecordFlyweight record) throws IOException {
            final byte[] copy = new byte[(int) record.length()];
            follower.source().copy(record.position(), copy, 0, copy.length);
            bytes.raw(copy);
        }

        @Override
        public void onRotated() {
            bytes = new LogBuilder().header();
        }
    }
}
