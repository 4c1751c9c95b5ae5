package io.slipstream.testkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.EntryView;
import io.slipstream.KvEntry;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import io.slipstream.testkit.faults.MemoryDir;
import io.slipstream.testkit.faults.TwinLog;
import io.slipstream.testkit.model.ModelState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a view, an entry and a buffer live: longer than the file they show. */
class ViewLifetimeTest {
    @TempDir(factory = MemoryDir.class)
    Path directory;

    private TwinLog twin() throws IOException {
        return TwinLog.create(directory.resolve("kv.log"), TwinLog.smallSegments()).churn();
    }

    private static void assertShows(final ModelState expected, final SnapshotView view) {
        final Map<String, KvEntry> shown = new HashMap<>();
        view.forEach(entry -> shown.put(entry.toOwned().key(), entry.toOwned()));
        assertEquals(expected.keys().size(), shown.size());
        for (final String key : expected.keys()) {
            assertArrayEquals(expected.entry(key).orElseThrow().value(), shown.get(key).value(), key);
            assertArrayEquals(expected.entry(key).orElseThrow().version(), shown.get(key).version().toBytes(), key);
            assertEquals(shown.get(key), view.entry(key));
        }
        assertArrayEquals(expected.cursor(), view.cursor().toBytes());
    }

    @Test
    void shouldShowTheSameAfterACompaction() throws IOException {
        try (TwinLog twin = twin(); SnapshotView view = twin.log().view()) {
            final ModelState seen = twin.model().state();
            twin.compact().churn().compact().put("new", "1", 1);
            assertShows(seen, view);
        }
    }

    @Test
    void shouldShowTheSameAfterFurtherAppends() throws IOException {
        try (TwinLog twin = twin(); SnapshotView view = twin.log().view()) {
            final ModelState seen = twin.model().state();
            twin.put("key-1", "changed", 1).delete("key-2", 2).checkpoint(99).churn();
            assertShows(seen, view);
        }
    }

    @Test
    void shouldShowTheSameAfterTheWriterWasClosed() throws IOException {
        final TwinLog twin = twin();
        try (SnapshotView view = twin.log().view()) {
            twin.close();
            assertShows(twin.model().state(), view);
        }
    }

    @Test
    void shouldShowTheSameAfterTheLogWasDeleted() throws IOException {
        final TwinLog twin = twin();
        twin.close();
        try (SnapshotView view = SnapshotView.open(twin.path())) {
            Files.delete(twin.path());
            System.gc();
            assertShows(twin.model().state(), view);
        }
    }

    @Test
    void shouldShowInARecoveredViewWhatWasThereAtOpen() throws IOException {
        final TwinLog before = twin();
        before.closeAndCheck();
        final ModelState recovered = before.model().state();
        final SnapshotLog log =
            SnapshotLog.open(before.path(), TwinLog.smallSegments().recoveredView(true));
        final SnapshotView view = log.recoveredView();
        log.put("key-1", new byte[] {1}, VersionToken.of(1));
        log.compact();
        log.close();
        System.gc();
        assertShows(recovered, view);
        view.close();
    }

    @Test
    void shouldKeepHandedOutBuffersReadableAfterEverythingWasClosed() throws IOException {
        final List<DirectBuffer> buffers = new ArrayList<>();
        final List<byte[]> expected = new ArrayList<>();
        handOut(buffers, expected);
        // Nothing but the buffers keeps the mapping now.
        for (int i = 0; i < 5; i++) {
            System.gc();
            final byte[] garbage = new byte[1 << 20];
            assertEquals(0, garbage[i]);
        }
        for (int i = 0; i < buffers.size(); i++) {
            assertArrayEquals(expected.get(i), copy(buffers.get(i)));
        }
    }

    private void handOut(final List<DirectBuffer> buffers, final List<byte[]> expected) throws IOException {
        final TwinLog twin = twin();
        final EntryView entry = new EntryView();
        try (SnapshotView view = twin.log().view()) {
            for (final String key : twin.model().state().keys()) {
                assertTrue(view.lookup(key, entry));
                // The entry's own buffers move on with it; a caller that keeps one wraps it.
                for (final DirectBuffer buffer : List.of(entry.key(), entry.value(), entry.version())) {
                    buffers.add(new UnsafeBuffer(buffer));
                    expected.add(copy(buffer));
                }
            }
        }
        twin.compact().churn().close();
        Files.delete(twin.path());
    }

    private static byte[] copy(final DirectBuffer buffer) {
        final byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    @Test
    void shouldAttachAnEntryToAnotherViewOnceItsOwnWasClosed() throws IOException {
        try (TwinLog twin = twin(); SnapshotView other = twin.log().view()) {
            final SnapshotView closed = twin.log().view();
            final EntryView entry = new EntryView();
            assertTrue(closed.lookup("key-5", entry));
            closed.close();
            assertThrows(IllegalStateException.class, entry::value);
            assertTrue(other.lookup("key-5", entry));
            assertEquals(other.entry("key-5"), entry.toOwned());
        }
    }

    @Test
    void shouldLeaveAnEntryAsItWasWhenAKeyIsNotLive() throws IOException {
        try (TwinLog twin = twin(); SnapshotView view = twin.log().view()) {
            final EntryView entry = new EntryView();
            assertTrue(view.lookup("key-5", entry));
            final KvEntry before = entry.toOwned();
            assertFalse(view.lookup("absent", entry));
            assertEquals(before, entry.toOwned());
        }
    }

    @Test
    void shouldOwnASnapshotIndependentOfItsView() throws IOException {
        final TwinLog twin = twin();
        final Snapshot owned;
        try (SnapshotView view = twin.log().view()) {
            owned = view.toOwned();
        }
        twin.close();
        Files.delete(twin.path());
        System.gc();
        assertEquals(twin.model().state().keys().size(), owned.entries().size());
        for (final String key : twin.model().state().keys()) {
            assertArrayEquals(twin.model().state().entry(key).orElseThrow().value(), owned.entries().get(key).value());
        }
    }
}
