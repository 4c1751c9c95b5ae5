package io.slipstream.testkit.faults;

import io.slipstream.KvUpdate;
import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.function.Executable;

/** Every call on a writer that does something to its log, each with fair arguments. */
public final class WriterCalls {
    private WriterCalls() {
    }

    /** The calls by name. {@code unused} is a path where nothing stands. */
    public static Map<String, Executable> on(final SnapshotLog log, final Path unused) {
        final UnsafeBuffer buffer = new UnsafeBuffer("key".getBytes(StandardCharsets.UTF_8));
        final byte[] value = {1, 2, 3};
        final Map<String, Executable> calls = new LinkedHashMap<>();
        calls.put("put(String)", () -> log.put("key", value, VersionToken.of(1)));
        calls.put("put(DirectBuffer)", () -> log.put(buffer, 0, 3, buffer, 0, 3, 1));
        calls.put("delete(String)", () -> log.delete("key", VersionToken.of(1)));
        calls.put("delete(DirectBuffer)", () -> log.delete(buffer, 0, 3, 1));
        calls.put("purge(String)", () -> log.purge("key", VersionToken.of(1)));
        calls.put("purge(DirectBuffer)", () -> log.purge(buffer, 0, 3, 1));
        calls.put("append(Put)", () -> log.append(new KvUpdate.Put("key", value, VersionToken.of(1))));
        calls.put("append(Delete)", () -> log.append(new KvUpdate.Delete("key", VersionToken.of(1))));
        calls.put("append(Purge)", () -> log.append(new KvUpdate.Purge("key", VersionToken.of(1))));
        calls.put("checkpoint(WatchCursor)", () -> log.checkpoint(WatchCursor.of(1)));
        calls.put("checkpoint(long)", () -> log.checkpoint(1));
        calls.put("force", log::force);
        calls.put("compact", log::compact);
        calls.put("view", log::view);
        calls.put("copyTo", () -> log.copyTo(unused));
        return calls;
    }
}
