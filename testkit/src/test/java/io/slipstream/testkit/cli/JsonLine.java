package io.slipstream.testkit.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads one line of output: a flat JSON object. */
final class JsonLine {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonLine() {
    }

    /** The fields in the order they were printed. Numbers are longs. */
    static Map<String, Object> parse(final String line) {
        try (JsonParser json = JSON.createParser(line)) {
            final Map<String, Object> fields = new LinkedHashMap<>();
            require(json.nextToken() == JsonToken.START_OBJECT, line);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                final String name = json.currentName();
                json.nextToken();
                require(!fields.containsKey(name), line);
                fields.put(name, value(json, line));
            }
            require(json.nextToken() == null, line);
            return fields;
        } catch (final IOException e) {
            throw new UncheckedIOException("not a JSON line: " + line, e);
        }
    }

    private static Object value(final JsonParser json, final String line) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_STRING -> json.getText();
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new IllegalArgumentException("not flat: " + line);
        };
    }

    private static void require(final boolean holds, final String line) {
        if (!holds) {
            throw new IllegalArgumentException("not one flat object: " + line);
        }
    }
}
