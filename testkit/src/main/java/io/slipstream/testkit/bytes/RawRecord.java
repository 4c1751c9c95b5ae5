package io.slipstream.testkit.bytes;

import java.io.ByteArrayOutputStream;

/**
 * One record, written field by field, in which any field may lie.
 *
 * <p>Without further calls the record is sound. {@link #type}, {@link #keyLength}, {@link #valueLength}, {@link
 * #tokenLength} and {@link #crc} each replace what one field <em>says</em>; the bytes around it stay as they are. The
 * checksum is right for the bytes as written, lies included, unless it is replaced too: so a lie can be told with or
 * without a checksum that vouches for it.
 *
 * <pre>
 *   Put    crc:u32  type:u8=1  keyLen:u16  key  valueLen:u32  value  versionLen:u8  version
 *   Delete crc:u32  type:u8=2  keyLen:u16  key  versionLen:u8  version
 *   Cursor crc:u32  type:u8=3  cursorLen:u8  cursor
 * </pre>
 */
public final class RawRecord {
    /** The type of a Put. */
    public static final int PUT = 1;
    /** The type of a Delete. */
    public static final int DELETE = 2;
    /** The type of a Cursor. */
    public static final int CURSOR = 3;

    private int type;
    private Field key = Field.ABSENT;
    private Field value = Field.ABSENT;
    private Field token = Field.ABSENT;
    private byte[] payload = {};
    private Long crc;
    private boolean crcBroken;

    private RawRecord(final int type) {
        this.type = type;
    }

    /** A Put. No limit is checked but that of the length fields: 65535 bytes of key, 255 of version. */
    public static RawRecord put(final byte[] key, final byte[] value, final byte[] version) {
        final RawRecord record = new RawRecord(PUT);
        record.key = Field.of(2, key);
        record.value = Field.of(4, value);
        record.token = Field.of(1, version);
        return record;
    }

    /** A Put of texts, with a revision number as its version. */
    public static RawRecord put(final String key, final String value, final long version) {
        return put(Utf8.encode(key), Utf8.encode(value), Token.of(version));
    }

    /** A Delete. */
    public static RawRecord delete(final byte[] key, final byte[] version) {
        final RawRecord record = new RawRecord(DELETE);
        record.key = Field.of(2, key);
        record.token = Field.of(1, version);
        return record;
    }

    /** A Delete of a text key, with a revision number as its version. */
    public static RawRecord delete(final String key, final long version) {
        return delete(Utf8.encode(key), Token.of(version));
    }

    /** A Cursor. */
    public static RawRecord cursor(final byte[] cursor) {
        final RawRecord record = new RawRecord(CURSOR);
        record.token = Field.of(1, cursor);
        return record;
    }

    /** A Cursor that is a revision number. */
    public static RawRecord cursor(final long cursor) {
        return cursor(Token.of(cursor));
    }

    /** A record of any type with any bytes after the type. */
    public static RawRecord of(final int type, final byte[] payload) {
        final RawRecord record = new RawRecord(type);
        record.payload = payload.clone();
        return record;
    }

    /** Replaces the type, 0..255; the payload keeps its shape. */
    public RawRecord type(final int claimed) {
        type = claimed;
        return this;
    }

    /** Replaces what the key's length field says, 0..65535. */
    public RawRecord keyLength(final int claimed) {
        key = key.claiming(claimed);
        return this;
    }

    /** Replaces what the value's length field says, 0..2^32-1. */
    public RawRecord valueLength(final long claimed) {
        value = value.claiming(claimed);
        return this;
    }

    /** Replaces what the length field of the version or cursor says, 0..255. */
    public RawRecord tokenLength(final int claimed) {
        token = token.claiming(claimed);
        return this;
    }

    /** Replaces the checksum, 0..2^32-1. */
    public RawRecord crc(final long claimed) {
        crc = claimed;
        return this;
    }

    /** Makes the checksum wrong, whatever the record holds: the right one with its lowest bit flipped. */
    public RawRecord brokenCrc() {
        crcBroken = true;
        return this;
    }

    /** The record's bytes. */
    public byte[] toBytes() {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(LittleEndian.ofU8(type));
        key.writeTo(out);
        value.writeTo(out);
        token.writeTo(out);
        out.writeBytes(payload);
        final byte[] body = out.toByteArray();

        out.reset();
        out.writeBytes(LittleEndian.ofU32(crcOf(body)));
        out.writeBytes(body);
        return out.toByteArray();
    }

    private long crcOf(final byte[] body) {
        final long stated = crc != null ? crc : Crc.of(body, 0, body.length);
        return crcBroken ? stated ^ 1 : stated;
    }

    /** A length field and the bytes it speaks of. */
    private record Field(int lengthBytes, long claimedLength, byte[] content) {
        static final Field ABSENT = new Field(0, 0, new byte[0]);

        static Field of(final int lengthBytes, final byte[] content) {
            return new Field(lengthBytes, content.length, content.clone());
        }

        Field claiming(final long length) {
            if (lengthBytes == 0) {
                throw new IllegalStateException("this record has no such length field");
            }
            return new Field(lengthBytes, length, content);
        }

        void writeTo(final ByteArrayOutputStream out) {
            switch (lengthBytes) {
                case 1 -> out.writeBytes(LittleEndian.ofU8((int) claimedLength));
                case 2 -> out.writeBytes(LittleEndian.ofU16((int) claimedLength));
                case 4 -> out.writeBytes(LittleEndian.ofU32(claimedLength));
                default -> { }
            }
            out.writeBytes(content);
        }
    }
}
