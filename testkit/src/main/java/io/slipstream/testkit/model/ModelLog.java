package io.slipstream.testkit.model;

import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import io.slipstream.testkit.bytes.Utf8;
import java.util.Arrays;

/**
 * A log in memory: takes the calls a writer takes, and says which bytes the file must hold once it is closed.
 *
 * <p>A call that a writer must refuse is an {@link IllegalArgumentException}, and changes nothing.
 */
public final class ModelLog {
    /** The compaction threshold unless another is given: 10 MiB. */
    public static final long DEFAULT_COMPACTION_THRESHOLD = 10L * 1024 * 1024;

    private static final int MAX_KEY_LENGTH = 65_535;

    private final long compactionThreshold;
    private LogBuilder log;
    private ModelState state;
    private long bytesSinceCompaction;

    private ModelLog(final byte[] soundLog, final long compactionThreshold) {
        this.compactionThreshold = compactionThreshold;
        log = new LogBuilder().raw(soundLog);
        state = ModelJudge.judge(soundLog).state();
        bytesSinceCompaction = (long) soundLog.length - LogBuilder.HEADER_LENGTH;
    }

    /** A fresh log with the default compaction threshold. */
    public static ModelLog create() {
        return create(DEFAULT_COMPACTION_THRESHOLD);
    }

    /** A fresh log. A checkpoint asks for a compaction when more bytes than the threshold were appended. */
    public static ModelLog create(final long compactionThreshold) {
        return new ModelLog(header(), compactionThreshold);
    }

    /**
     * Continues the log of these bytes as a writer does: slack and a torn tail are cut off in place, nothing is
     * rewritten, and the bytes of all existing records count towards the next compaction. A file shorter than the
     * header is completed if it is the start of one.
     *
     * @throws IllegalArgumentException if the file is corrupted or invalid
     */
    public static ModelLog open(final byte[] file, final long compactionThreshold) {
        return new ModelLog(isUnfinishedHeader(file) ? header() : sound(file), compactionThreshold);
    }

    /**
     * What a load leaves of a file of these bytes: its compact form if it was not compact or had a torn tail, and
     * otherwise the same bytes without slack.
     *
     * @throws IllegalArgumentException if the file is corrupted or invalid; a load leaves it exactly as it is
     */
    public static byte[] load(final byte[] file) {
        final byte[] sound = sound(file);
        final ModelVerdict verdict = ModelJudge.judge(file);
        return verdict.isRewrittenByLoad() ? verdict.state().compactForm() : sound;
    }

    /** Takes one step. Answers as {@link #checkpoint} for a checkpoint, and false for anything else. */
    public boolean apply(final ModelUpdate update) {
        if (update instanceof ModelUpdate.Put put) {
            put(put.key(), put.value(), put.version());
        } else if (update instanceof ModelUpdate.Delete delete) {
            delete(delete.key(), delete.version());
        } else if (update instanceof ModelUpdate.Purge purge) {
            purge(purge.key(), purge.version());
        } else if (update instanceof ModelUpdate.Checkpoint checkpoint) {
            return checkpoint(checkpoint.cursor());
        } else {
            compact();
        }
        return false;
    }

    /** Takes the steps in order. */
    public ModelLog applyAll(final Iterable<? extends ModelUpdate> updates) {
        updates.forEach(this::apply);
        return this;
    }

    /** Appends a Put. */
    public void put(final byte[] key, final byte[] value, final byte[] version) {
        requireKey(key);
        requireToken(version);
        append(new LogBuilder().put(key, value, version));
        state.put(key, value, version);
    }

    /** Appends a Delete. */
    public void delete(final byte[] key, final byte[] version) {
        requireKey(key);
        requireToken(version);
        append(new LogBuilder().delete(key, version));
        state.delete(key);
    }

    /** Appends a Delete: the format knows no purge. */
    public void purge(final byte[] key, final byte[] version) {
        delete(key, version);
    }

    /** Appends a Cursor and answers whether a compaction is due: more bytes than the threshold since the last one. */
    public boolean checkpoint(final byte[] cursor) {
        requireToken(cursor);
        append(new LogBuilder().cursor(cursor));
        state.cursor(cursor);
        return bytesSinceCompaction > compactionThreshold;
    }

    /** Rewrites the log in compact form. */
    public void compact() {
        log = new LogBuilder().raw(state.compactForm());
        bytesSinceCompaction = 0;
    }

    /** The closed file: header and records, without slack. */
    public byte[] toBytes() {
        return log.toBytes();
    }

    /** What the log says now; an independent copy. */
    public ModelState state() {
        return new ModelState(state);
    }

    private void append(final LogBuilder record) {
        log.raw(record.toBytes());
        bytesSinceCompaction += record.length();
    }

    private static byte[] header() {
        return new LogBuilder().header().toBytes();
    }

    private static boolean isUnfinishedHeader(final byte[] file) {
        return file.length < LogBuilder.HEADER_LENGTH && Arrays.equals(file, Arrays.copyOf(header(), file.length));
    }

    private static byte[] sound(final byte[] file) {
        final ModelVerdict verdict = ModelJudge.judge(file);
        if (verdict.isError()) {
            throw new IllegalArgumentException("refused: " + verdict);
        }
        return Arrays.copyOf(file, verdict.logEnd());
    }

    private static void requireKey(final byte[] key) {
        if (key.length > MAX_KEY_LENGTH) {
            throw new IllegalArgumentException("key too long: length=" + key.length + " max=" + MAX_KEY_LENGTH);
        }
        if (!Utf8.isValid(key)) {
            throw new IllegalArgumentException("key is not UTF-8");
        }
    }

    private static void requireToken(final byte[] token) {
        if (token.length > Token.MAX_LENGTH) {
            throw new IllegalArgumentException("token too long: length=" + token.length + " max=" + Token.MAX_LENGTH);
        }
    }
}
