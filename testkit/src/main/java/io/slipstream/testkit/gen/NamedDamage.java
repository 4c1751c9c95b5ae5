package io.slipstream.testkit.gen;

import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.bytes.LittleEndian;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.model.ModelRecord;
import io.slipstream.testkit.model.ModelUpdate;
import java.util.Arrays;
import java.util.List;

/**
 * One thing that happened to the file of a log, with its parameters, as a line of a script.
 *
 * <pre>
 *   slack          length               zero bytes behind the end
 *   cut            length               only the first bytes are left
 *   crop           length               the last bytes are missing
 *   tear           length               only the first bytes of the last record are left
 *   flip           bit                  one bit; bit 8 is the lowest of byte 1
 *   zero           from length          zero bytes over what was there
 *   splice         from length hex      other bytes, shorter or longer, in the place of a range
 *   transplant     from length at       a range of the file over another, as a misdirected page
 *   key-length     record length        another length in a length field; the crc stays
 *   value-length   record length
 *   token-length   record length
 *   stretch        record length        the value reaches to the end of the file, and a token is claimed behind it
 *   type           record type          another type; the crc stays
 *   crc            record xor           a wrong crc
 *   bad-key        record at byte       another byte in the key, with the right crc
 *   uncommitted    stores               the last append ended after so many of its stores
 *   header         hex                  other bytes at the start
 * </pre>
 *
 * <p>The columns are separated by a tab. Every damage can happen to every file: places count on from the start when they reach past
 * the end, and records count from 0, over those that have what is to be damaged and are still sound. Where there is none, nothing happens.
 */
public sealed interface NamedDamage {
    /** The damaged file; the input is never changed. */
    byte[] applyTo(byte[] file);

    /** The damage as a line of a script, without its line end. */
    String toScript();

    /** Zero bytes behind the end: the unused rest of a segment. */
    record Slack(int length) implements NamedDamage {
        @Override
        public byte[] applyTo(final byte[] file) {
            return Damage.withSlack(file, length);
        }

        @Override
        public String toScript() {
            return line("slack", length);
        }
    }

    /** Only the first {@code length} bytes are left; the length counts on from 0 when it reaches the file's. */
    record Cut(int length) implements NamedDamage {
        @Override
        public byte[] applyTo(final byte[] file) {
            return file.length == 0 ? file : Damage.cutAt(file, length % file.length);
        }

        @Override
        public String toScript() {
            return line("cut", length);
        }
    }

    /** The last {@code length} bytes are missing; all, if there are no more. */
    record Crop(int length) implements NamedDamage {
        @Override
        public byte[] applyTo(final byte[] file) {
            return Damage.cutAt(file, Math.max(0, file.length - length));
        }

        @Override
        public String toScript() {
            return line("crop", length);
        }
    }

    /** Only the first {@code length} bytes of the last record are left, and nothing of what followed. */
    record Tear(int length) implements NamedDamage {
        @Override
        public byte[] applyTo(final byte[] file) {
            final List<ModelRecord> records = Records.all(file);
            if (records.isEmpty()) {
                return file;
            }
            final ModelRecord last = records.get(records.size() - 1);
            return Damage.cutAt(file, last.offset() + length % last.length());
        }

        @Override
        public String toScript() {
            return line("tear", length);
        }
    }

    /** One bit is another. */
    record Flip(long bit) implements NamedDamage {
        @Override
        public byte[] applyTo(final byte[] file) {
            return file.length == 0 ? file : Damage.flipBit(file, bit % ((long) file.length * Byte.SIZE));
        }

        @Override
        public String toScript() {
            return line("flip", bit);
        }
    }

    /** Zero bytes over a range; what reaches past the end is left out. */
    record Zero(int from, int length) implements NamedDamage {
        @Override
        public byte[] applyTo(final byte[] file) {
            final int start = place(from, file);
            return Damage.zero(file, start, end(start, length, file));
        }

        @Override
        public String toScript() {
            return line("zero", from, length);
        }
    }

    /** Other bytes in the place of a range, which may be empty. */
    record Splice(int from, int length, byte[] replacement) implements NamedDamage {
        @Override
        public byte[] applyTo(final byte[] file) {
            final int start = place(from, file);
            return Damage.splice(file, start, end(start, length, file), replacement);
        }

        @Override
        public String toScript() {
            return line("splice", from, length) + "\t" + Hex.of(replacement);
        }

        @Override
        public boolean equals(final Object other) {
            return other instanceof Splice that && toScript().equals(that.toScript());
        }

        @Override
        public int hashCode() {
            return toScript().hashCode();
        }

        @Override
        public String toString() {
            return toScript();
        }
    }

    /** A range of the file over the bytes at {@code at}, as a misdirected page. */
    record Transplant(int from, int length, int at) implements NamedDamage {
        @Override
        public byte[] applyTo(final byte[] file) {
            final int start = place(from, file);
            return Damage.transplant(file, start, end(start, length, file), file, place(at, file));
        }

        @Override
        public String toScript() {
            return line("transplant", from, length, at);
        }
    }

    /** Another length, 0..65535, in the key length field of a Put or Delete. */
    record KeyLength(int record, int length) implements NamedDamage {
        @Override
        public byte[] applyTo(final byte[] file) {
            final ModelRecord damaged = Records.pick(Records.withKey(file, 0), record);
            return damaged == null ? file : Damage.withKeyLength(file, damaged.offset(), length);
        }

        @Override
        public String toScript() {
            return line("key-length", record, length);
        }
    }

    /** Another length, 0..2^32-1, in the value length field of a Put. */
    record ValueLength(int record, long length) implements NamedDamage {
        @Override
        public byte[] applyTo(final byte[] file) {
            final ModelRecord damaged = Records.pick(Records.puts(file), record);
            return damaged == null ? file : Damage.withValueLength(file, damaged.offset(), length);
        }

        @Override
        public String toScript() {
            return line("value-length", record, length);
        }
    }

    /** Another length, 0..255, in the length field of a version or cursor. */
    record TokenLength(int record, int length) implements NamedDamage {
        @Override
        public byte[] applyTo(final byte[] file) {
            final ModelRecord damaged = Records.pick(Records.all(file), record);
            return damaged == null ? file : Damage.withTokenLength(file, damaged.offset(), length);
        }

        @Override
        public String toScript() {
            return line("token-length", record, length);
        }
    }

    /** The value of a Put reaches to the end of the file, and a version of {@code tokenLength} bytes, 0..255, is claimed to follow. */
    record Stretch(int record, int tokenLength) implements NamedDamage {
        @Override
        public byte[] applyTo(final byte[] file) {
            final ModelRecord damaged = Records.pick(Records.puts(file), record);
            if (damaged == null) {
                return file;
            }
            final int valueOffset = damaged.offset() + Records.PUT_FRAME_LENGTH + ((ModelUpdate.Put) damaged.update()).key().length;
            final byte[] longer = Damage.overwrite(file, file.length, LittleEndian.ofU8(tokenLength));
            return Damage.withValueLength(longer, damaged.offset(), file.length - valueOffset);
        }

        @Override
        public String toScript() {
            return line("stretch", record, tokenLength);
        }
    }

    /** Another type, 0..255. */
    record Type(int record, int type) implements NamedDamage {
        @Override
        public byte[] applyTo(final byte[] file) {
            final ModelRecord damaged = Records.pick(Records.all(file), record);
            return damaged == null ? file : Damage.overwrite(file, damaged.offset() + Records.TYPE_OFFSET, LittleEndian.ofU8(type));
        }

        @Override
        public String toScript() {
            return line("type", record, type);
        }
    }

    /** A crc that differs from the right one by {@code xor}, 0..2^32-1. */
    record WrongCrc(int record, long xor) implements NamedDamage {
        @Override
        public byte[] applyTo(final byte[] file) {
            final ModelRecord damaged = Records.pick(Records.all(file), record);
            return damaged == null
                ? file
                : Damage.overwrite(file, damaged.offset(), LittleEndian.ofU32(LittleEndian.u32(file, damaged.offset()) ^ xor));
        }

        @Override
        public String toScript() {
            return line("crc", record, xor);
        }
    }

    /** Another byte, 0..255, in a key that is not empty, and the right crc over it. */
    record BadKey(int record, int at, int replacement) implements NamedDamage {
        @Override
        public byte[] applyTo(final byte[] file) {
            final ModelRecord damaged = Records.pick(Records.withKey(file, 1), record);
            if (damaged == null) {
                return file;
            }
            final int place = damaged.offset() + Records.KEY_OFFSET + at % Records.keyLength(damaged.update());
            return Damage.reseal(Damage.overwrite(file, place, LittleEndian.ofU8(replacement)), damaged.offset(), damaged.end());
        }

        @Override
        public String toScript() {
            return line("bad-key", record, at, replacement);
        }
    }

    /**
     * The last append ended after so many stores: its type, its lengths, as many of them as it has, then the bytes of its body, one each. Its
     * crc was never stored. What it did not reach is zero, as in a fresh segment.
     */
    record Uncommitted(int stores) implements NamedDamage {
        @Override
        public byte[] applyTo(final byte[] file) {
            final List<ModelRecord> records = Records.all(file);
            return records.isEmpty() ? file : UnfinishedAppend.of(file, records.get(records.size() - 1), stores);
        }

        @Override
        public String toScript() {
            return line("uncommitted", stores);
        }
    }

    /** Other bytes, at most 6, at the start of the file. */
    record Header(byte[] bytes) implements NamedDamage {
        /** Checks that no more than the header is damaged. */
        public Header {
            if (bytes.length > LogBuilder.HEADER_LENGTH) {
                throw new IllegalArgumentException("longer than a header: length=" + bytes.length);
            }
        }

        @Override
        public byte[] applyTo(final byte[] file) {
            return Damage.overwrite(file, 0, bytes);
        }

        @Override
        public String toScript() {
            return "header\t" + Hex.of(bytes);
        }

        @Override
        public boolean equals(final Object other) {
            return other instanceof Header that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return toScript();
        }
    }

    /**
     * The damage that a line describes.
     *
     * @throws IllegalArgumentException if it is none of the above
     */
    static NamedDamage parse(final String line) {
        final String[] columns = line.split("\t", -1);
        return switch (columns[0] + "/" + (columns.length - 1)) {
            case "slack/1" -> new Slack(number(columns[1]));
            case "cut/1" -> new Cut(number(columns[1]));
            case "crop/1" -> new Crop(number(columns[1]));
            case "tear/1" -> new Tear(number(columns[1]));
            case "flip/1" -> new Flip(Long.parseUnsignedLong(columns[1]));
            case "zero/2" -> new Zero(number(columns[1]), number(columns[2]));
            case "splice/3" -> new Splice(number(columns[1]), number(columns[2]), Hex.parse(columns[3]));
            case "transplant/3" -> new Transplant(number(columns[1]), number(columns[2]), number(columns[3]));
            case "key-length/2" -> new KeyLength(number(columns[1]), number(columns[2]));
            case "value-length/2" -> new ValueLength(number(columns[1]), Long.parseUnsignedLong(columns[2]));
            case "token-length/2" -> new TokenLength(number(columns[1]), number(columns[2]));
            case "stretch/2" -> new Stretch(number(columns[1]), number(columns[2]));
            case "type/2" -> new Type(number(columns[1]), number(columns[2]));
            case "crc/2" -> new WrongCrc(number(columns[1]), Long.parseUnsignedLong(columns[2]));
            case "bad-key/3" -> new BadKey(number(columns[1]), number(columns[2]), number(columns[3]));
            case "uncommitted/1" -> new Uncommitted(number(columns[1]));
            case "header/1" -> new Header(Hex.parse(columns[1]));
            default -> throw new IllegalArgumentException(
                "no such damage: " + columns[0] + " with " + (columns.length - 1) + " parameters");
        };
    }

    private static int number(final String column) {
        final int number = Integer.parseInt(column);
        if (number < 0) {
            throw new IllegalArgumentException("below zero: " + column);
        }
        return number;
    }

    private static String line(final String name, final long... parameters) {
        final StringBuilder line = new StringBuilder(name);
        for (final long parameter : parameters) {
            line.append('\t').append(parameter);
        }
        return line.toString();
    }

    private static int place(final int place, final byte[] file) {
        return file.length == 0 ? 0 : place % file.length;
    }

    private static int end(final int start, final int length, final byte[] file) {
        return (int) Math.min(file.length, (long) start + length);
    }
}
