package io.slipstream.testkit.contract;

import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelEntry;
import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelState;
import io.slipstream.testkit.model.ModelVerdict;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The log as one would write it in an afternoon: a map and a file that is written through. It keeps no promise about power loss, and locks only
 * against its own JVM. It can be told to do one thing wrong.
 */
final class NaiveLog implements LogUnderTest {
    private static final Set<Path> IN_USE = new HashSet<>();
    private static final int MAX_KEY_LENGTH = 65_535;

    private final Fault fault;

    NaiveLog(final Fault fault) {
        this.fault = fault;
    }

    /** What it does wrong. */
    enum Fault {
        NONE, COMPACTS_UNSORTED, KEEPS_TORN_TAILS, CHECKS_NO_CRC, LOCKS_NOTHING, LOADS_BY_REWRITING, ASKS_AT_THE_THRESHOLD, REPAIRS_WHAT_IT_REFUSES
    }

    /** Why it refuses. */
    private static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;
        private final transient Refusal refusal;

        RefusedException(final Refusal refusal) {
            super(refusal.toString());
            this.refusal = refusal;
        }
    }

    @Override
    public OpenLog open(final Path log, final long compactionThreshold) throws IOException {
        lock(log);
        try {
            if (!Files.exists(log) || isUnfinishedHeader(Files.readAllBytes(log))) {
                Files.write(log, new LogBuilder().header().toBytes());
            }
            return new NaiveWriter(log, judged(log), compactionThreshold);
        } catch (final IOException | RuntimeException e) {
            unlock(log);
            throw e;
        }
    }

    @Override
    public Optional<ModelState> load(final Path log) throws IOException {
        if (!Files.exists(log)) {
            return Optional.empty();
        }
        lock(log);
        try {
            final ModelVerdict verdict = judged(log);
            if (verdict.isRewrittenByLoad() || fault == Fault.LOADS_BY_REWRITING) {
                replace(log, compactForm(verdict.state()));
            } else if (verdict.kind() == ModelVerdict.Kind.SLACK) {
                cut(log, verdict.logEnd());
            }
            return verdict.state().isEmpty() ? Optional.empty() : Optional.of(verdict.state());
        } finally {
            unlock(log);
        }
    }

    @Override
    public Optional<Refusal> refusal(final Throwable thrown) {
        return thrown instanceof RefusedException refused ? Optional.of(refused.refusal) : Optional.empty();
    }

    private ModelVerdict judged(final Path log) throws IOException {
        final byte[] bytes = Files.readAllBytes(log);
        final ModelVerdict verdict = fault == Fault.CHECKS_NO_CRC ? judgedWithoutCrc(bytes) : ModelJudge.judge(bytes);
        if (verdict.isError()) {
            if (fault == Fault.REPAIRS_WHAT_IT_REFUSES) {
                cut(log, verdict.logEnd());
            }
            throw new RefusedException(new Refusal(
                verdict.kind() == ModelVerdict.Kind.CORRUPTED ? Reason.CORRUPTED : Reason.INVALID, verdict.row(), verdict.offset()));
        }
        return verdict;
    }

    // Seals every record that only its crc speaks against.
    private static ModelVerdict judgedWithoutCrc(final byte[] bytes) {
        byte[] sealed = bytes;
        ModelVerdict verdict = ModelJudge.judge(sealed);
        while (verdict.row() == 9) {
            sealed = Damage.reseal(sealed, verdict.offset(), endOf(sealed, verdict.offset()));
            verdict = ModelJudge.judge(sealed);
        }
        return verdict;
    }

    private static int endOf(final byte[] file, final int record) {
        for (int end = record + 6; end <= file.length; end++) {
            final byte[] sealed = Damage.reseal(file, record, end);
            if (ModelJudge.judge(Arrays.copyOf(sealed, end)).kind() == ModelVerdict.Kind.CLEAN) {
                return end;
            }
        }
        return file.length;
    }

    private byte[] compactForm(final ModelState state) {
        if (fault != Fault.COMPACTS_UNSORTED) {
            return state.compactForm();
        }
        final Map<String, ModelEntry> unsorted = new HashMap<>();
        state.entries().forEach((key, entry) -> unsorted.put(Utf8.decode(key), entry));
        final LogBuilder log = new LogBuilder().header();
        unsorted.forEach((key, entry) -> log.put(key, entry.value(), entry.version()));
        return state.hasCursor() ? log.cursor(state.cursor()).toBytes() : log.toBytes();
    }

    private static boolean isUnfinishedHeader(final byte[] file) {
        final byte[] header = new LogBuilder().header().toBytes();
        return file.length < header.length && Arrays.equals(file, Arrays.copyOf(header, file.length));
    }

    private static void replace(final Path log, final byte[] bytes) throws IOException {
        final Path temporary = log.resolveSibling(log.getFileName() + ".compact");
        Files.write(temporary, bytes);
        Files.move(temporary, log, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void cut(final Path log, final int length) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            file.setLength(length);
        }
    }

    private void lock(final Path log) throws IOException {
        synchronized (IN_USE) {
            if (!IN_USE.add(log) && fault != Fault.LOCKS_NOTHING) {
                throw new RefusedException(new Refusal(Reason.IN_USE, ROW_NOT_TOLD, 0));
            }
        }
    }

    private static void unlock(final Path log) {
        synchronized (IN_USE) {
            IN_USE.remove(log);
        }
    }

    /** Writes every record through. */
    private final class NaiveWriter implements OpenLog {
        private final Path log;
        private final Found found;
        private final long compactionThreshold;
        private final ModelState state;
        private RandomAccessFile file;
        private long bytesSinceCompaction;

        NaiveWriter(final Path log, final ModelVerdict verdict, final long compactionThreshold) throws IOException {
            this.log = log;
            this.found = new Found(verdict.logEnd(), verdict.dropped(), verdict.row());
            this.compactionThreshold = compactionThreshold;
            this.state = verdict.state();
            this.bytesSinceCompaction = verdict.logEnd() - (long) LogBuilder.HEADER_LENGTH;
            if (fault != Fault.KEEPS_TORN_TAILS || verdict.dropped() == 0) {
                cut(log, verdict.logEnd());
            }
            file = new RandomAccessFile(log.toFile(), "rw");
        }

        private RandomAccessFile open() {
            if (file == null) {
                throw new IllegalStateException("log is closed: file=" + log);
            }
            return file;
        }

        private void append(final RawRecord record) throws IOException {
            final byte[] bytes = record.toBytes();
            open().seek(file.length());
            file.write(bytes);
            bytesSinceCompaction += bytes.length;
        }

        private byte[] checked(final String key) {
            open();
            final byte[] bytes = Utf8.encode(key);
            if (bytes.length > MAX_KEY_LENGTH) {
                throw new IllegalArgumentException("key too long");
            }
            return bytes;
        }

        private byte[] checked(final byte[] token) {
            if (token.length > Token.MAX_LENGTH) {
                throw new IllegalArgumentException("token too long");
            }
            return token;
        }

        @Override
        public Found found() {
            return found;
        }

        @Override
        public void put(final String key, final byte[] value, final byte[] version) throws IOException {
            append(RawRecord.put(checked(key), value, checked(version)));
            state.put(Utf8.encode(key), value.clone(), version.clone());
        }

        @Override
        public void delete(final String key, final byte[] version) throws IOException {
            append(RawRecord.delete(checked(key), checked(version)));
            state.delete(Utf8.encode(key));
        }

        @Override
        public void purge(final String key, final byte[] version) throws IOException {
            delete(key, version);
        }

        @Override
        public boolean checkpoint(final byte[] cursor) throws IOException {
            append(RawRecord.cursor(checked(cursor)));
            state.cursor(cursor.clone());
            return bytesSinceCompaction > compactionThreshold
                || fault == Fault.ASKS_AT_THE_THRESHOLD && bytesSinceCompaction == compactionThreshold;
        }

        @Override
        public void force() throws IOException {
            open().getFD().sync();
        }

        @Override
        public void compact() throws IOException {
            open().close();
            replace(log, compactForm(state));
            file = new RandomAccessFile(log.toFile(), "rw");
            bytesSinceCompaction = 0;
        }

        @Override
        public ModelState state() {
            open();
            return new ModelState(state);
        }

        @Override
        public void close() throws IOException {
            if (file != null) {
                file.close();
                file = null;
                unlock(log);
            }
        }
    }
}
