package io.slipstream.testkit.golden;

import io.slipstream.testkit.model.ModelUpdate;
import io.slipstream.testkit.model.OpsScript;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The golden files: logs of the original implementation, and what it makes of them. See their README. */
final class GoldenFiles {
    private GoldenFiles() {
    }

    /** A log that plain calls have written, and those calls. */
    record Written(String file, String opsFile) {
        byte[] bytes() {
            return GoldenFiles.bytes(file);
        }

        List<ModelUpdate> calls() {
            return OpsScript.parse(new String(GoldenFiles.bytes(opsFile), StandardCharsets.UTF_8));
        }

        @Override
        public String toString() {
            return opsFile;
        }
    }

    /** Every log, with the outcome of a load. */
    static List<GoldenLog> logs() {
        return objects("expected.json").stream().map(GoldenLog::of).toList();
    }

    /** Every log with a script. */
    static List<Written> written() {
        return objects("expected.json").stream()
            .filter(object -> object.containsKey("ops"))
            .map(object -> new Written((String) object.get("file"), (String) object.get("ops")))
            .toList();
    }

    /** Every case of {@code checkpoints.json}. */
    static List<CheckpointCase> checkpoints() {
        return objects("checkpoints.json").stream().map(CheckpointCase::of).toList();
    }

    /** The bytes of a golden file. */
    static byte[] bytes(final String name) {
        try (InputStream in = open(name)) {
            return in.readAllBytes();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Map<String, Object>> objects(final String name) {
        try (InputStream in = open(name)) {
            return JsonFile.objects(in);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(final String name) {
        final InputStream in = GoldenFiles.class.getResourceAsStream("/golden/" + name);
        if (in == null) {
            throw new IllegalArgumentException("no such golden file: " + name);
        }
        return in;
    }
}
