package io.slipstream.testkit.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.KvEntry;
import io.slipstream.Snapshot;
import io.slipstream.VersionToken;
import io.slipstream.testkit.bytes.Utf8;
import io.slipstream.testkit.model.ModelState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** What the entries of an owned snapshot must be: a map like any other of the same content. */
final class OwnedMap {
    private OwnedMap() {
    }

    /** The model's entries in a {@link HashMap}. */
    static Map<String, KvEntry> of(final ModelState state) {
        final Map<String, KvEntry> entries = new HashMap<>();
        state.entries().forEach((bytes, entry) -> {
            final String key = Utf8.decode(bytes);
            entries.put(key, new KvEntry(key, entry.value(), VersionToken.of(entry.version())));
        });
        return entries;
    }

    /** Each way to read {@code snapshot} answers as a {@link HashMap} of {@code state} does. */
    static void assertLike(final ModelState state, final Snapshot snapshot, final String what) {
        final Map<String, KvEntry> expected = of(state);
        final Map<String, KvEntry> entries = snapshot.entries();
        assertEquals(expected.size(), entries.size(), what);
        assertEquals(expected.isEmpty(), entries.isEmpty(), what);
        assertEquals(expected, new HashMap<>(entries), what);
        assertTrue(expected.equals(entries) && entries.equals(expected), what);
        assertEquals(expected.hashCode(), entries.hashCode(), what);
        assertEquals(expected.keySet(), entries.keySet(), what);
        assertEquals(expected.keySet(), new HashSet<>(entries.keySet()), what);
        assertEquals(new HashSet<>(expected.values()), new HashSet<>(entries.values()), what);
        assertEquals(expected.size(), List.copyOf(entries.entrySet()).size(), what);
        assertTrue(entries.entrySet().containsAll(expected.entrySet()), what);
        expected.forEach((key, entry) -> assertFound(expected, entries, key));
    }

    private static void assertFound(final Map<String, KvEntry> expected, final Map<String, KvEntry> entries, final String key) {
        assertEquals(expected.get(key), entries.get(key), key);
        assertTrue(entries.containsKey(key) && entries.keySet().contains(key), key);
        for (final String other : List.of(key + "\0", key + key + "x", key.isEmpty() ? "never" : "\1" + key.substring(1))) {
            if (!expected.containsKey(other)) {
                assertNull(entries.get(other), other);
                assertFalse(entries.containsKey(other), other);
            }
        }
    }
}
