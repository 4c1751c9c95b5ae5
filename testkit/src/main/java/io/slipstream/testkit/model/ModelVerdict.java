package io.slipstream.testkit.model;

import java.util.List;
import java.util.NavigableMap;

/**
 * What a file is worth: which row of the table in {@code docs/recovery.md} ended the walk, where, and what was applied
 * before.
 *
 * @param kind       the verdict
 * @param row        the row that fitted, 1 to 10; 0 if the header was refused
 * @param offset     where that row fitted: the place of the damage, the torn tail, the slack, or the end of the file;
 *                   0 if the header was refused
 * @param fileLength the length of the judged file
 * @param survivors  how many records the search for survivors found; 0 for a row that does not ask for one (all but
 *                   3, 5, 7 and 9)
 * @param applied    the records before {@code offset}, in file order
 * @param state      what those records say. After an error it is for information only: nobody may act on it
 * @param compact    whether no record of those was redundant, whatever the tail
 */
public record ModelVerdict(
    Kind kind, int row, int offset, int fileLength, int survivors,
    List<ModelRecord> applied, ModelState state, boolean compact) {

    /** The verdicts. */
    public enum Kind {
        /** The records reach the end of the file. */
        CLEAN,
        /** Only zero bytes follow the records: not closed cleanly, but nothing is missing. */
        SLACK,
        /** The last append was not finished; it is dropped. */
        TORN,
        /** An error: records would be lost. */
        CORRUPTED,
        /** An error: this is no PGSS v2 log, or holds what no writer of one writes. */
        INVALID
    }

    /** Whether the file must be refused, and left exactly as it is. */
    public boolean isError() {
        return kind == Kind.CORRUPTED || kind == Kind.INVALID;
    }

    /**
     * {@code some}, {@code none}, {@code corrupted} or {@code invalid}: what a load answers, as the golden files say
     * it.
     */
    public String result() {
        return switch (kind) {
            case CORRUPTED -> "corrupted";
            case INVALID -> "invalid";
            case CLEAN, SLACK, TORN -> state.isEmpty() ? "none" : "some";
        };
    }

    /** The end of the last applied record; of the header if there is none; 0 if the header was refused. */
    public int logEnd() {
        return offset;
    }

    /** The length of the torn tail; 0 if there is none. */
    public int dropped() {
        return kind == Kind.TORN ? fileLength - logEnd() : 0;
    }

    /** How many records were applied. */
    public int records() {
        return applied.size();
    }

    /** What the applied records do, in file order. */
    public List<ModelUpdate> updates() {
        return applied.stream().map(ModelRecord::update).toList();
    }

    /** The live entries by key, in unsigned order of the key's bytes. */
    public NavigableMap<byte[], ModelEntry> live() {
        return state.entries();
    }

    /** The cursor; no bytes mean no cursor. */
    public byte[] cursor() {
        return state.cursor();
    }

    /** Whether a load must replace the file by its compact form. */
    public boolean isRewrittenByLoad() {
        return !isError() && (kind == Kind.TORN || !compact);
    }

    @Override
    public String toString() {
        return kind + " row=" + row + " offset=" + offset + " fileLength=" + fileLength + " dropped=" + dropped()
            + " survivors=" + survivors + " records=" + records() + " live=" + live().size() + " compact=" + compact;
    }
}
