package io.slipstream.index;

import io.slipstream.format.RecordFlyweight;
import io.slipstream.storage.FileStorage;
import io.slipstream.storage.LogBytes;
import io.slipstream.storage.StorageFile;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static io.slipstream.format.RecordLayout.DELETE;
import static io.slipstream.format.RecordLayout.PUT;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** As much of a log as an index looks at: type and key of each record. And the map of what is live. */
final class MadeLog {
    private static final int FIRST_POSITION = 6;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Made> records = new ArrayList<>();
    private final Map<String, Long> live = new HashMap<>();

    private record Made(int type, long position, String key) {
    }

    MadeLog() {
        bytes.writeBytes(new byte[FIRST_POSITION]);
    }

    MadeLog put(final String key) {
        live.put(key, add(PUT, key));
        return this;
    }

    MadeLog delete(final String key) {
        add(DELETE, key);
        live.remove(key);
        return this;
    }

    private long add(final int type, final String key) {
        final byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        final long position = bytes.size();
        bytes.writeBytes(new byte[] {0, 0, 0, 0, (byte) type, (byte) keyBytes.length, (byte) (keyBytes.length >>> Byte.SIZE)});
        bytes.writeBytes(keyBytes);
        records.add(new Made(type, position, key));
        return position;
    }

    /** Every live key is where it was put last, no other is there, and it is compact if nothing was in vain. */
    void assertEqualTo(final LiveSet found) {
        assertEquals(live.size(), found.length());
        live.forEach((key, position) -> assertEquals(position, position(found, key), key));
        records.stream().map(Made::key).filter(key -> !live.containsKey(key)).forEach(key -> assertEquals(0, position(found, key), key));
        assertEquals(live.values().stream().sorted().toList(), Arrays.stream(found.positions()).boxed().toList());
        assertEquals(records.size() == live.size(), found.isCompact());
    }

    private static long position(final LiveSet live, final String key) {
        final byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        return live.position(new UnsafeBuffer(keyBytes), 0, keyBytes.length);
    }

    StorageFile writeTo(final Path path) throws IOException {
        return FileStorage.INSTANCE.openForRead(Files.write(path, bytes.toByteArray()));
    }

    LogBytes mapped(final Path path) throws IOException {
        try (StorageFile file = writeTo(path)) {
            return LogBytes.map(file, bytes.size());
        }
    }

    void showTo(final LiveSetBuilder builder) {
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes.toByteArray());
        final RecordFlyweight record = new RecordFlyweight();
        for (final Made made : records) {
            final int keyLength = made.key.getBytes(StandardCharsets.UTF_8).length;
            builder.onRecord(record.wrap(buffer, (int) made.position, made.position, made.type, keyLength, 0, 0, 7 + keyLength));
        }
    }
}
