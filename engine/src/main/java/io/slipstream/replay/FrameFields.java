package io.slipstream.replay;

import static io.slipstream.format.RecordLayout.KEY_LENGTH_FIELD;
import static io.slipstream.format.RecordLayout.VALUE_LENGTH_FIELD;

/** Which length fields a record of a type has, by type: lengths of the fields, 0 where there is none, and masks that make nothing of what is read in vain. */
final class FrameFields {
    /*
     * What a record of one type has and one of another lacks is told by tables and masks, not by branches: compiled code is thrown away at the
     * first branch that was never taken before, and a compacted log shows its first cursor or delete behind a million puts. So a field that is not
     * there is read all the same, in vain, and its mask makes it 0.
     */
    static final byte[] KEY_LENGTH_FIELDS = {0, KEY_LENGTH_FIELD, KEY_LENGTH_FIELD, 0};
    static final int[] KEY_LENGTH_MASKS = {0, 0xFFFF, 0xFFFF, 0};
    static final byte[] VALUE_LENGTH_FIELDS = {0, VALUE_LENGTH_FIELD, 0, 0};
    static final long[] VALUE_LENGTH_MASKS = {0, 0xFFFF_FFFFL, 0, 0};

    /** Bytes behind the end of what there is that may be read in vain. */
    static final int MAX_READ_IN_VAIN = Math.max(KEY_LENGTH_FIELD, VALUE_LENGTH_FIELD);

    private FrameFields() {
    }

    // From single bytes: as long as this is interpreted, calls into a buffer take far longer.

    /** The little-endian 16 bits at {@code offset}, as 0 to 65535. */
    static int shortAt(final byte[] window, final int offset) {
        return window[offset] & 0xFF | (window[offset + 1] & 0xFF) << Byte.SIZE;
    }

    /** The little-endian 32 bits at {@code offset}. */
    static int intAt(final byte[] window, final int offset) {
        return shortAt(window, offset) | shortAt(window, offset + Short.BYTES) << Short.SIZE;
    }
}
