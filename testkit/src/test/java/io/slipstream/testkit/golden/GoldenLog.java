package io.slipstream.testkit.golden;

import io.slipstream.testkit.bytes.Hex;
import io.slipstream.testkit.model.ModelState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A golden log, and what the original implementation made of it.
 *
 * @param result        {@code some}, {@code none}, {@code invalid} or {@code corrupted}
 * @param cursor        in hex; empty for none
 * @param entries       in the order of their keys, as {@link #describe}
 * @param rewritten     whether the load replaced the file
 * @param repairAllowed whether nothing survives, so that the file may be cleaned all the same
 */
record GoldenLog(
    String file, long length, String sha256, String result, String cursor, List<String> entries,
    boolean rewritten, long afterLength, String afterSha256, boolean repairAllowed) {

    private static final int SPELLED_OUT_LENGTH = 200;

    static GoldenLog of(final Map<String, Object> object) {
        return new GoldenLog(
            (String) object.get("file"),
            (Long) object.get("length"),
            (String) object.get("sha256"),
            (String) object.get("result"),
            object.get("cursor") == null ? "" : (String) object.get("cursor"),
            ((List<?>) object.get("entries")).stream().map(GoldenLog::describe).toList(),
            (Boolean) object.get("rewritten"),
            (Long) object.get("after_length"),
            (String) object.get("after_sha256"),
            Boolean.TRUE.equals(object.get("repair_allowed")));
    }

    byte[] bytes() {
        return GoldenFiles.bytes(file);
    }

    boolean isRefused() {
        return result.equals("invalid") || result.equals("corrupted");
    }

    /** The entries of a state, described as {@link #entries()} are. */
    static List<String> describe(final ModelState state) {
        final List<String> entries = new ArrayList<>();
        state.entries().forEach((key, entry) -> entries.add(
            describe(key) + " " + describe(entry.value()) + " " + describe(entry.version())));
        return entries;
    }

    private static String describe(final byte[] bytes) {
        return bytes.length > SPELLED_OUT_LENGTH
            ? "{length=" + bytes.length + ", sha256=" + Hex.ofSha256(bytes) + "}"
            : Hex.of(bytes);
    }

    private static String describe(final Object entry) {
        final List<?> fields = (List<?>) entry;
        return fields.get(0) + " " + fields.get(1) + " " + fields.get(2);
    }

    @Override
    public String toString() {
        return file;
    }
}
