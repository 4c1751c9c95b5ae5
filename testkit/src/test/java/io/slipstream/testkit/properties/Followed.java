package io.slipstream.testkit.properties;

import io.slipstream.format.RecordFlyweight;
import io.slipstream.replay.LogFollower;
import io.slipstream.storage.Storage;
import io.slipstream.testkit.bytes.RawRecord;
import io.slipstream.testkit.model.ModelUpdate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a follower was shown of the file that now is the log, in the model's words. */
final class Followed implements LogFollower.Listener {
    private final LogFollower follower;
    private final List<ModelUpdate> updates = new ArrayList<>();

    Followed(final Storage storage, final Path path) throws IOException {
        follower = new LogFollower(storage, path);
    }

    /** Follows to the end of what is there, and tells what was shown since the last rotation. */
    List<ModelUpdate> updates() throws IOException {
        boolean more = true;
        while (more) {
            more = follower.poll(this);
        }
        return updates;
    }

    @Override
    public void onRotated() {
        updates.clear();
    }

    @Override
    public void onRecord(final RecordFlyweight record) throws IOException {
        final byte[] key = new byte[record.keyLength()];
        if (record.type() != RawRecord.CURSOR) {
            record.buffer().getBytes(record.keyOffset(), key);
        }
        final byte[] token = copy(record.tokenPosition(), record.tokenLength());
        updates.add(switch (record.type()) {
            case RawRecord.PUT -> new ModelUpdate.Put(key, copy(record.valuePosition(), (int) record.valueLength()), token);
            case RawRecord.DELETE -> new ModelUpdate.Delete(key, token);
            default -> new ModelUpdate.Checkpoint(token);
        });
    }

    private byte[] copy(final long position, final int length) throws IOException {
        final byte[] bytes = new byte[length];
        follower.source().copy(position, bytes, 0, length);
        return bytes;
    }
}
