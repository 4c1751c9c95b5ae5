package io.slipstream.testkit.golden;

import java.util.List;
import java.util.Map;

/**
 * Calls on a writer, and when a checkpoint among them asks for a compaction.
 *
 * @param due        what each checkpoint answers, in order
 * @param fileLength length of the closed file at the end
 */
record CheckpointCase(
    String about, long threshold, List<Map<String, String>> calls, List<Boolean> due, long fileLength,
    String fileSha256) {

    @SuppressWarnings("unchecked")
    static CheckpointCase of(final Map<String, Object> object) {
        return new CheckpointCase(
            (String) object.get("about"),
            (Long) object.get("threshold"),
            (List<Map<String, String>>) object.get("ops"),
            (List<Boolean>) object.get("due"),
            (Long) object.get("file_length"),
            (String) object.get("file_sha256"));
    }

    @Override
    public String toString() {
        return about;
    }
}
