package io.slipstream.testkit.bytes;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds a PGSS v2 log by hand, piece after piece, and remembers where each record went.
 *
 * <pre>{@code
 *   byte[] log = new LogBuilder().header()
 *       .put("a", "1", 1)
 *       .record(RawRecord.put("b", "2", 2).brokenCrc())
 *       .cursor(2)
 *       .slack(4096)
 *       .toBytes();
 * }</pre>
 *
 * <p>Nothing is added unasked, not even the header, and nothing is checked: a builder that could only build sound logs
 * would be of little use here. Records are numbered from 0 in the order they were added; {@link #raw} and {@link
 * #slack} add bytes but no record.
 */
public final class LogBuilder {
    /** The length of the header: the place of the first record. */
    public static final int HEADER_LENGTH = 6;

    private static final byte[] MAGIC = {'P', 'G', 'S', 'S'};
    private static final int FORMAT_VERSION = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<Span> records = new ArrayList<>();

    /** Adds the header of a sound log. */
    public LogBuilder header() {
        return header(MAGIC, FORMAT_VERSION);
    }

    /** Adds a header with any magic and any version, 0..65535. */
    public LogBuilder header(final byte[] magic, final int formatVersion) {
        return raw(magic).raw(LittleEndian.ofU16(formatVersion));
    }

    /** Adds a Put. */
    public LogBuilder put(final byte[] key, final byte[] value, final byte[] version) {
        return record(RawRecord.put(key, value, version));
    }

    /** Adds a Put with a text key. */
    public LogBuilder put(final String key, final byte[] value, final byte[] version) {
        return put(Utf8.encode(key), value, version);
    }

    /** Adds a Put of texts, with a revision number as its version. */
    public LogBuilder put(final String key, final String value, final long version) {
        return record(RawRecord.put(key, value, version));
    }

    /** Adds a Delete. */
    public LogBuilder delete(final byte[] key, final byte[] version) {
        return record(RawRecord.delete(key, version));
    }

    /** Adds a Delete of a text key, with a revision number as its version. */
    public LogBuilder delete(final String key, final long version) {
        return record(RawRecord.delete(key, version));
    }

    /** Adds a Cursor. */
    public LogBuilder cursor(final byte[] cursor) {
        return record(RawRecord.cursor(cursor));
    }

    /** Adds a Cursor that is a revision number. */
    public LogBuilder cursor(final long cursor) {
        return record(RawRecord.cursor(cursor));
    }

    /** Adds a record as it stands, sound or not. */
    public LogBuilder record(final RawRecord record) {
        final byte[] bytes = record.toBytes();
        records.add(new Span(out.size(), out.size() + bytes.length));
        return raw(bytes);
    }

    /** Adds bytes that are no record. */
    public LogBuilder raw(final byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** Adds zero bytes, as in the unused rest of a pre-sized segment. */
    public LogBuilder slack(final int length) {
        return raw(new byte[length]);
    }

    /** How many records were added. */
    public int recordCount() {
        return records.size();
    }

    /** Where record {@code index} starts; indexes count from 0. */
    public int offsetOf(final int index) {
        return records.get(index).from();
    }

    /** Where record {@code index} ends, exclusive. */
    public int endOf(final int index) {
        return records.get(index).to();
    }

    /** The length of all that was added so far. */
    public int length() {
        return out.size();
    }

    /** All that was added so far. */
    public byte[] toBytes() {
        return out.toByteArray();
    }

    private record Span(int from, int to) {
    }
}
