package io.slipstream;

import io.slipstream.compaction.FreshLog;
import io.slipstream.format.CursorRecord;
import io.slipstream.format.RecordLayout;
import io.slipstream.replay.RecordScanner;
import io.slipstream.replay.SurvivorSearch;
import io.slipstream.replay.Verdict;
import io.slipstream.storage.ByteSource;
import io.slipstream.storage.HeldLock;
import io.slipstream.storage.IoFaults;
import io.slipstream.storage.LogBytes;
import io.slipstream.storage.LogPaths;
import io.slipstream.storage.Storage;
import org.agrona.collections.LongHashSet;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Makes a refused log usable again, and keeps the original beside it. Source: docs/recovery.md, "Repair".
 */
public final class LogRepair {
    private static final int COPY_LENGTH = 1 << 16;
    private static final long NO_CHAIN = -1;

    private LogRepair() {
    }

    /**
     * What a repair kept and what it did not.
     *
     * @param damage        the error that was repaired, in words; null if there was nothing to repair
     * @param records       records kept from before the damage
     * @param position      place of the damage
     * @param chainPosition where the chain behind the damage starts that was kept too; -1 if none was
     * @param chainRecords  records of that chain
     * @param droppedLength bytes not kept
     * @param cursorDropped whether a cursor was dropped, since it may claim what the damage lost
     * @param original      where the original is kept; null if there was nothing to repair
     */
    public record Report(
            String damage,
            long records,
            long position,
            long chainPosition,
            long chainRecords,
            long droppedLength,
            boolean cursorDropped,
            Path original) {
    }

    /**
     * Repairs the log at {@code path}: keeps the records before the damage, and with {@code skipDamage} also the chain of records behind it that
     * reaches the end, without any cursor. Changes nothing if the log is not refused. Holds the writer's lock meanwhile; on return the result
     * survives power loss.
     *
     * @throws io.slipstream.errors.InvalidSnapshotFormatException if the header is not that of a PGSS v2 log: there is nothing to keep
     * @throws io.slipstream.errors.LogInUseException              if a writer has it
     * @throws IOException                                         if there is no such file, or the disk fails or is full
     */
    public static Report repair(final Path path, final SnapshotLog.Context context, final boolean skipDamage) throws IOException {
        Platform.requireWriter();
        final Storage storage = context.storage();
        final LogPaths paths = LogPaths.ofWritten(storage.resolve(path));
        if (storage.identity(paths.log()) == null) {
            throw new NoSuchFileException(path.toString());
        }
        try (HeldLock lock = OpenedLog.lock(storage, paths);
                OpenedLog opened = OpenedLog.replay(storage, paths, storage.openForRead(paths.log()), true, RecoveryPolicy.PROVEN)) {
            final Verdict verdict = opened.verdict();
            if (!verdict.isRefused()) {
                return new Report(null, opened.records(), verdict.position(), NO_CHAIN, 0, 0, false, null);
            }
            if (verdict.row() == 0) {
                throw verdict.toException(path);
            }
            return repair(storage, paths, opened, skipDamage);
        } catch (final InternalError e) {
            throw IoFaults.toIoException(e, path);
        }
    }

    private static Report repair(final Storage storage, final LogPaths paths, final OpenedLog opened, final boolean skipDamage)
            throws IOException {
        final Verdict verdict = opened.verdict();
        final Chain chain = skipDamage ? Chain.find(opened.bytes(), verdict.position() + 1) : Chain.NONE;
        try (FreshLog fresh = FreshLog.create(storage, paths, opened.file().identity())) {
            opened.copyPrefix(fresh);
            boolean cursorDropped = false;
            if (chain.records > 0) {
                copy(opened.file(), chain.start, chain.end, fresh);
                cursorDropped = dropCursor(opened, chain, fresh);
            }
            final long dropped = verdict.fileLength() - verdict.position() - (chain.end - chain.start);
            final Path original = OpenedLog.replaceBy(fresh, storage, paths);
            return new Report(verdict.message(paths.log()), opened.records(), verdict.position(), chain.records > 0 ? chain.start : NO_CHAIN,
                    chain.records, dropped, cursorDropped, original);
        }
    }

    private static void copy(final ByteSource bytes, final long from, final long to, final FreshLog fresh) throws IOException {
        final byte[] buffer = new byte[COPY_LENGTH];
        for (long position = from; position < to; position += COPY_LENGTH) {
            final int count = (int) Math.min(COPY_LENGTH, to - position);
            bytes.copy(position, buffer, 0, count);
            fresh.accept(buffer, 0, count);
        }
    }

    // An empty cursor record at the end sets "no cursor", whatever came before it.
    private static boolean dropCursor(final OpenedLog opened, final Chain chain, final FreshLog fresh) throws IOException {
        int cursorLength = opened.live().cursor().length;
        final RecordScanner scanner = new RecordScanner().reset(opened.bytes(), opened.bytes().length());
        for (long position = chain.start; position < chain.end; position += scanner.recordLength()) {
            scanner.scan(position);
            if (scanner.recordType() == RecordLayout.CURSOR) {
                cursorLength = scanner.tokenLength();
            }
        }
        if (cursorLength == 0) {
            return false;
        }
        final byte[] record = CursorRecord.encode(new byte[0]);
        fresh.accept(record, 0, record.length);
        return true;
    }

    /** Records that follow one another up to the end of the file, or up to nothing but zeros. */
    private static final class Chain {
        static final Chain NONE = new Chain(0, 0, 0);

        final long start;
        final long end;
        final long records;

        private Chain(final long start, final long end, final long records) {
            this.start = start;
            this.end = end;
            this.records = records;
        }

        // A start whose chain breaks is remembered, so that each position is followed once however the chains run into one another.
        static Chain find(final LogBytes bytes, final long from) throws IOException {
            final long limit = bytes.length();
            final long zerosFrom = bytes.lastNonZero(from, limit) + 1;
            final SurvivorSearch search = new SurvivorSearch(bytes, limit);
            final LongHashSet broken = new LongHashSet(-1);
            for (long start = search.next(from); start >= 0; start = search.next(start + 1)) {
                long position = start;
                long records = 0;
                while (position < limit && broken.add(position) && search.isValidRecord(position)) {
                    position += search.recordLength();
                    records++;
                }
                if (records > 0 && position >= zerosFrom) {
                    return new Chain(start, position, records);
                }
            }
            return NONE;
        }
    }
}
