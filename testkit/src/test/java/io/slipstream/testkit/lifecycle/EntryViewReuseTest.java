package io.slipstream.testkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.slipstream.EntryView;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The buffers that an entry view hands out follow it to the next entry. */
class EntryViewReuseTest {
    @TempDir
    private Path directory;

    @Test
    void shouldAttachKeyValueAndVersionAnewWithTheEntry() throws IOException {
        final UnsafeBuffer one = new UnsafeBuffer("1".getBytes(StandardCharsets.UTF_8));
        final UnsafeBuffer two = new UnsafeBuffer("2".getBytes(StandardCharsets.UTF_8));
        try (SnapshotLog log = SnapshotLog.open(directory.resolve("kv.log"))) {
            log.put(one, 0, 1, one, 0, 1, 11);
            log.put(two, 0, 1, two, 0, 1, 22);
            try (SnapshotView view = log.view()) {
                final EntryView entry = new EntryView();
                view.lookup(one, 0, 1, entry);
                final DirectBuffer key = entry.key();
                final DirectBuffer value = entry.value();
                final DirectBuffer version = entry.version();
                view.lookup(two, 0, 1, entry);
                assertEquals('2', key.getByte(0));
                assertEquals('2', value.getByte(0));
                assertEquals(22, version.getLong(0, ByteOrder.BIG_ENDIAN));
            }
        }
    }
}
