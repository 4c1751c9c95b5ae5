package io.slipstream.testkit.gen;

import io.slipstream.testkit.model.ModelJudge;
import io.slipstream.testkit.model.ModelRecord;
import io.slipstream.testkit.model.ModelUpdate;
import java.util.List;

/** The sound records of a file, of which damage picks one. */
final class Records {
    /** Where the type of a record lies in it. */
    static final int TYPE_OFFSET = 4;
    /** Where the first length field of a record lies in it. */
    static final int LENGTH_OFFSET = 5;
    /** Where the key of a Put or Delete lies in it. */
    static final int KEY_OFFSET = 7;
    /** The bytes of a Put before its value, but for its key. */
    static final int PUT_FRAME_LENGTH = KEY_OFFSET + 4;

    private Records() {
    }

    static List<ModelRecord> all(final byte[] file) {
        return ModelJudge.judge(file).applied();
    }

    static List<ModelRecord> puts(final byte[] file) {
        return all(file).stream().filter(record -> record.update() instanceof ModelUpdate.Put).toList();
    }

    /** The Puts and Deletes with a key of {@code minLength} bytes or more. */
    static List<ModelRecord> withKey(final byte[] file, final int minLength) {
        return all(file).stream().filter(record ->
            !(record.update() instanceof ModelUpdate.Checkpoint) && keyLength(record.update()) >= minLength).toList();
    }

    /** Record {@code number}, counted on from the first behind the last; null if there is none. */
    static ModelRecord pick(final List<ModelRecord> records, final int number) {
        return records.isEmpty() ? null : records.get(number % records.size());
    }

    /** The length of the key in a record; 0 for a Cursor. */
    static int keyLength(final ModelUpdate update) {
        if (update instanceof ModelUpdate.Put put) {
            return put.key().length;
        }
        return update instanceof ModelUpdate.Delete delete ? delete.key().length : 0;
    }
}
