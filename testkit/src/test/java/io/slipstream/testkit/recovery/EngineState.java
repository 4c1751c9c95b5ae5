package io.slipstream.testkit.recovery;

import io.slipstream.KvEntry;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotView;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelState;
import java.util.Optional;
import org.agrona.DirectBuffer;

/** What the engine read from a log, in the model's words. */
public final class EngineState {
    private EngineState() {
    }

    /** The state an owned snapshot holds; an absent one holds nothing. */
    public static ModelState of(final Optional<Snapshot> snapshot) {
        final ModelState state = new ModelState();
        snapshot.ifPresent(present -> {
            for (final KvEntry entry : present.entries().values()) {
                state.put(Utf8.encode(entry.key()), entry.value(), entry.version().toBytes());
            }
            state.cursor(present.cursor().toBytes());
        });
        return state;
    }

    /** The state a view shows. */
    public static ModelState of(final SnapshotView view) {
        final ModelState state = new ModelState();
        view.forEach(entry -> state.put(copy(entry.key()), copy(entry.value()), copy(entry.version())));
        return state.cursor(view.cursor().toBytes());
    }

    /** The bytes of a buffer. */
    public static byte[] copy(final DirectBuffer buffer) {
        final byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return bytes;
    }
}
