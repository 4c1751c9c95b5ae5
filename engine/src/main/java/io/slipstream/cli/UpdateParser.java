package io.slipstream.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.WatchCursor;
import io.slipstream.format.Utf8;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads one line of updates: a JSON object with an {@code op} and the fields that belong to it, each at most once, and nothing else.
 *
 * <p>Single thread.
 */
final class UpdateParser {
    private static final int BASE64_GROUP = 4;
    private static final int SHOWN_LENGTH = 40;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
            .build();

    private enum Field {
        OP, KEY, VALUE, VALUE_B64, VERSION, VERSION_HEX, CURSOR, CURSOR_HEX;

        static final Map<String, Field> BY_NAME = byName(values());

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private enum Op {
        PUT(EnumSet.of(Field.OP, Field.KEY, Field.VALUE, Field.VALUE_B64, Field.VERSION, Field.VERSION_HEX)),
        DELETE(EnumSet.of(Field.OP, Field.KEY, Field.VERSION, Field.VERSION_HEX)),
        PURGE(DELETE.fields),
        CHECKPOINT(EnumSet.of(Field.OP, Field.CURSOR, Field.CURSOR_HEX)),
        FORCE(EnumSet.of(Field.OP)),
        COMPACT(EnumSet.of(Field.OP));

        static final Map<String, Op> BY_NAME = byName(values());

        final Set<Field> fields;

        Op(final Set<Field> fields) {
            this.fields = fields;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static <E extends Enum<E>> Map<String, E> byName(final E[] constants) {
        return Stream.of(constants).collect(Collectors.toMap(E::toString, Function.identity()));
    }

    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final Set<Field> seen = EnumSet.noneOf(Field.class);
    private JsonParser json;
    private String op;
    private String key;
    private byte[] value;
    private VersionToken version;
    private WatchCursor cursor;

    /** Whether a line says nothing. */
    static boolean isBlank(final byte[] line, final int offset, final int length) {
        return skipBlanks(line, offset, offset + length) == offset + length;
    }

    private static int skipBlanks(final byte[] line, final int offset, final int end) {
        int i = offset;
        while (i < end && (line[i] == ' ' || line[i] == '\t' || line[i] == '\r')) {
            i++;
        }
        return i;
    }

    /**
     * What a line asks for.
     *
     * @throws InputException if it is not as it must be; says why
     */
    LogStep parse(final byte[] line, final int offset, final int length) {
        view.wrap(line, offset, length);
        if (!Utf8.isValid(view, 0, length)) {
            throw new InputException("not UTF-8");
        }
        final int end = offset + length;
        final int start = skipBlanks(line, offset, end);
        // Behind a brace and a byte that is not 0, nothing but UTF-8 is ever guessed.
        if (end - start < 2 || line[start] != '{' || line[start + 1] == 0) {
            throw new InputException("not a JSON object");
        }
        clear();
        try (JsonParser parser = JSON.createParser(line, start, end - start)) {
            json = parser;
            readObject();
            return step();
        } catch (final JsonProcessingException e) {
            final String place = e.getLocation() == null ? "" : " at byte " + (start - offset + e.getLocation().getByteOffset() + 1);
            throw new InputException("bad JSON" + place + ": " + e.getOriginalMessage(), e);
        } catch (final IOException e) {
            throw new InputException("bad JSON: " + e.getMessage(), e);
        } finally {
            clear();
        }
    }

    private void clear() {
        seen.clear();
        json = null;
        op = null;
        key = null;
        value = null;
        version = VersionToken.unknown();
        cursor = WatchCursor.none();
    }

    private void readObject() throws IOException {
        json.nextToken();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            readField(json.currentName());
        }
        if (json.nextToken() != null) {
            throw new InputException("something follows the object");
        }
    }

    private void readField(final String name) throws IOException {
        final Field field = Field.BY_NAME.get(name);
        if (field == null) {
            throw new InputException("unknown field: " + shown(name));
        }
        if (!seen.add(field)) {
            throw new InputException("field given twice: " + field);
        }
        switch (field) {
            case OP -> op = text(field);
            case KEY -> key = text(field);
            case VALUE -> value = utf8(text(field));
            case VALUE_B64 -> value = base64(text(field));
            case VERSION -> version = VersionToken.of(number(field));
            case VERSION_HEX -> version = hex(field, VersionToken::ofHex);
            case CURSOR -> cursor = WatchCursor.of(number(field));
            case CURSOR_HEX -> cursor = hex(field, WatchCursor::ofHex);
        }
    }

    private String text(final Field field) throws IOException {
        if (json.nextToken() != JsonToken.VALUE_STRING) {
            throw new InputException(field + " must be a string");
        }
        return json.getText();
    }

    private long number(final Field field) throws IOException {
        if (json.nextToken() == JsonToken.VALUE_NUMBER_INT && json.getText().charAt(0) != '-') {
            try {
                return Long.parseUnsignedLong(json.getText());
            } catch (final NumberFormatException e) {
                throw new InputException(field + " out of range: " + shown(json.getText()) + " max=" + Long.toUnsignedString(-1), e);
            }
        }
        throw new InputException(field + " must be a whole number from 0 to " + Long.toUnsignedString(-1));
    }

    private <T> T hex(final Field field, final Function<String, T> parser) throws IOException {
        final String text = text(field);
        try {
            return parser.apply(text);
        } catch (final IllegalArgumentException e) {
            throw new InputException(field + ": " + e.getMessage(), e);
        }
    }

    private static byte[] utf8(final String text) {
        if (Utf8.encodedLength(text) == Utf8.UNPAIRED_SURROGATE) {
            throw new InputException("value has an unpaired surrogate, which has no UTF-8 form: use value_b64");
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] base64(final String text) {
        if (text.length() % BASE64_GROUP != 0) {
            throw new InputException("value_b64: length not a multiple of " + BASE64_GROUP + ": " + text.length());
        }
        try {
            return Base64.getDecoder().decode(text);
        } catch (final IllegalArgumentException e) {
            throw new InputException("value_b64: " + e.getMessage(), e);
        }
    }

    private LogStep step() {
        if (op == null) {
            throw new InputException("op is missing");
        }
        final Op known = Op.BY_NAME.get(op);
        if (known == null) {
            throw new InputException("unknown op: " + shown(op));
        }
        for (final Field field : seen) {
            if (!known.fields.contains(field)) {
                throw new InputException(field + " does not belong to op " + known);
            }
        }
        refuseBoth(Field.VALUE, Field.VALUE_B64);
        refuseBoth(Field.VERSION, Field.VERSION_HEX);
        refuseBoth(Field.CURSOR, Field.CURSOR_HEX);
        if (known.fields.contains(Field.KEY) && key == null) {
            throw new InputException("key is missing");
        }
        if (known == Op.PUT && value == null) {
            throw new InputException("value or value_b64 is missing");
        }
        return switch (known) {
            case PUT -> put(key, value, version);
            case DELETE -> delete(key, version);
            case PURGE -> purge(key, version);
            case CHECKPOINT -> checkpoint(cursor);
            case FORCE -> SnapshotLog::force;
            case COMPACT -> SnapshotLog::compact;
        };
    }

    private void refuseBoth(final Field one, final Field other) {
        if (seen.contains(one) && seen.contains(other)) {
            throw new InputException(one + " and " + other + " exclude each other");
        }
    }

    private static LogStep put(final String key, final byte[] value, final VersionToken version) {
        return log -> log.put(key, value, version);
    }

    private static LogStep delete(final String key, final VersionToken version) {
        return log -> log.delete(key, version);
    }

    private static LogStep purge(final String key, final VersionToken version) {
        return log -> log.purge(key, version);
    }

    private static LogStep checkpoint(final WatchCursor cursor) {
        return log -> {
            if (log.checkpoint(cursor)) {
                log.compact();
            }
        };
    }

    private static String shown(final String text) {
        return text.length() <= SHOWN_LENGTH ? text : text.substring(0, SHOWN_LENGTH) + "...";
    }
}
