package io.slipstream.testkit.peers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one child measured. One JSON file each, {@code MEASURE.CONTESTANT.VARIANT.ROUND.json}:
 *
 * <ul>
 *   <li>{@code measure}: append, latency, restart, warm, keys, length, lookup, shapes, compaction, load, heap, crash, prepare
 *   <li>{@code contestant}: slipstream, buffered, write, chronicle-queue, chronicle-map, rocksdb, lmdb, mapdb; empty is the harness by itself
 *   <li>{@code variant}: memory or disk (append); bloated or compact, then how the process was started (restart); number of keys (keys); updates
 *       a key (length)
 *   <li>{@code round}: from 1
 *   <li>{@code failure}: null, or why there are no figures
 *   <li>{@code figures}: numbers by name; the name ends in the unit, Ns (for one update or look-up, but for shapes: for the whole), Ms or Bytes;
 *       percentiles of latency are p50 to p99_999 and max, in ns, with the prefix "put." for updates that no checkpoint follows
 *   <li>{@code texts}: the same for words
 * </ul>
 */
record Result(
        String measure, String contestant, String variant, int round, String failure, Map<String, Double> figures, Map<String, String> texts) {
    private static final JsonFactory JSON = new JsonFactory();

    /** The figure, or NaN. */
    double figure(final String name) {
        return figures.getOrDefault(name, Double.NaN);
    }

    String fileName() {
        return measure + "." + contestant + "." + variant + "." + round + ".json";
    }

    void write(final Path directory) throws IOException {
        try (JsonGenerator out = JSON.createGenerator(Files.newBufferedWriter(directory.resolve(fileName())))) {
            out.useDefaultPrettyPrinter();
            out.writeStartObject();
            out.writeStringField("measure", measure);
            out.writeStringField("contestant", contestant);
            out.writeStringField("variant", variant);
            out.writeNumberField("round", round);
            out.writeStringField("failure", failure);
            out.writeObjectFieldStart("figures");
            for (final Map.Entry<String, Double> figure : figures.entrySet()) {
                out.writeNumberField(figure.getKey(), figure.getValue());
            }
            out.writeEndObject();
            out.writeObjectFieldStart("texts");
            for (final Map.Entry<String, String> text : texts.entrySet()) {
                out.writeStringField(text.getKey(), text.getValue());
            }
            out.writeEndObject();
            out.writeEndObject();
        }
    }

    static Result read(final Path file) throws IOException {
        final Map<String, String> strings = new TreeMap<>();
        final Map<String, Double> figures = new TreeMap<>();
        final Map<String, String> texts = new TreeMap<>();
        try (JsonParser in = JSON.createParser(Files.newBufferedReader(file))) {
            String group = "";
            while (in.nextToken() != null) {
                final JsonToken token = in.currentToken();
                if (token == JsonToken.START_OBJECT) {
                    group = in.currentName() == null ? "" : in.currentName();
                } else if (token == JsonToken.END_OBJECT) {
                    group = "";
                } else if (token.isNumeric() && group.equals("figures")) {
                    figures.put(in.currentName(), in.getDoubleValue());
                } else if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
                    (group.equals("texts") ? texts : strings).put(in.currentName(), in.getText());
                }
            }
        }
        return new Result(strings.get("measure"), strings.get("contestant"), strings.get("variant"), Integer.parseInt(strings.get("round")),
                strings.get("failure"), figures, texts);
    }
}
