package io.slipstream.cli;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.slipstream.EntryView;
import io.slipstream.LogInspection;
import io.slipstream.WatchCursor;
import io.slipstream.format.RecordFlyweight;
import io.slipstream.format.RecordLayout;
import io.slipstream.storage.ByteSource;
import org.agrona.DirectBuffer;
import org.agrona.io.DirectBufferInputStream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HexFormat;
import java.util.Locale;

/** Everything the command line prints as JSON Lines: one object a line, in UTF-8. Single thread. */
final class JsonLines implements AutoCloseable {
    private static final HexFormat HEX = HexFormat.of();

    private final JsonGenerator json;
    private final byte[] key = new byte[RecordLayout.MAX_KEY_LENGTH];
    private final byte[] token = new byte[RecordLayout.MAX_TOKEN_LENGTH];

    JsonLines(final OutputStream out) throws IOException {
        json = new JsonFactory().createGenerator(out, JsonEncoding.UTF8).setRootValueSeparator(null);
    }

    /** Prints a live entry as the put that makes it. */
    void entry(final EntryView entry) throws IOException {
        json.writeStartObject();
        json.writeStringField("op", "put");
        key(entry.key(), 0, entry.key().capacity());
        value(new DirectBufferInputStream(entry.value()), entry.value().capacity());
        entry.version().getBytes(0, token, 0, entry.version().capacity());
        token("version_hex", entry.version().capacity());
        end();
    }

    /** Prints a cursor as the checkpoint that sets it. */
    void checkpoint(final WatchCursor cursor) throws IOException {
        json.writeStartObject();
        json.writeStringField("op", "checkpoint");
        json.writeStringField("cursor_hex", cursor.toHex());
        end();
    }

    /** Prints a record and where it lies. {@code source} is the log it was read from. */
    void record(final RecordFlyweight record, final ByteSource source) throws IOException {
        final ByteSource bytes = isWhole(record) ? inPlace(record) : source;
        json.writeStartObject();
        json.writeNumberField("offset", record.position());
        json.writeNumberField("length", record.length());
        json.writeStringField("op", operation(record.type()));
        if (record.type() != RecordLayout.CURSOR) {
            key(record.buffer(), record.keyOffset(), record.keyLength());
        }
        if (record.type() == RecordLayout.PUT) {
            value(new ByteSourceInputStream(bytes, record.valuePosition(), record.valueLength()), record.valueLength());
        }
        bytes.copy(record.tokenPosition(), token, 0, record.tokenLength());
        token(record.type() == RecordLayout.CURSOR ? "cursor_hex" : "version_hex", record.tokenLength());
        end();
    }

    private static boolean isWhole(final RecordFlyweight record) {
        return record.length() <= record.buffer().capacity();
    }

    private static ByteSource inPlace(final RecordFlyweight record) {
        final int start = record.keyOffset() - RecordLayout.KEY_OFFSET;
        return (position, target, offset, length) ->
                record.buffer().getBytes(start + (int) (position - record.position()), target, offset, length);
    }

    private static String operation(final int type) {
        return switch (type) {
            case RecordLayout.PUT -> "put";
            case RecordLayout.DELETE -> "delete";
            default -> "checkpoint";
        };
    }

    /** Prints something that happened to the log as a whole. */
    void event(final String name) throws IOException {
        json.writeStartObject();
        json.writeStringField("event", name);
        end();
    }

    /** Prints what a file holds, under the name it was given; also whether it was replaced, unless that is null. */
    void inspection(final String name, final LogInspection found, final Boolean rewritten) throws IOException {
        json.writeStartObject();
        json.writeStringField("file", name);
        json.writeStringField("result", word(found.result()));
        json.writeStringField("message", found.message());
        number("rule", found.rule());
        number("offset", found.offset());
        json.writeStringField("tail", found.tail() == null ? null : word(found.tail()));
        json.writeNumberField("dropped", found.dropped());
        json.writeNumberField("survivors", found.survivors());
        json.writeNumberField("records", found.records());
        json.writeNumberField("live", found.live());
        json.writeStringField("cursor_hex", found.cursor() == null ? null : found.cursor().toHex());
        json.writeNumberField("log_end", found.logEnd());
        json.writeNumberField("file_length", found.fileLength());
        json.writeBooleanField("compact", found.compact());
        json.writeStringField("compact_sha256", found.compactSha256());
        if (rewritten != null) {
            json.writeBooleanField("rewritten", rewritten);
        }
        end();
    }

    private static String word(final Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private void number(final String name, final Number number) throws IOException {
        if (number == null) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, number.longValue());
        }
    }

    private void key(final DirectBuffer buffer, final int offset, final int length) throws IOException {
        buffer.getBytes(offset, key, 0, length);
        json.writeFieldName("key");
        json.writeUTF8String(key, 0, length);
    }

    private void value(final InputStream value, final long length) throws IOException {
        json.writeFieldName("value_b64");
        json.writeBinary(value, length > Integer.MAX_VALUE ? -1 : (int) length);
    }

    private void token(final String name, final int length) throws IOException {
        json.writeStringField(name, HEX.formatHex(token, 0, length));
    }

    private void end() throws IOException {
        json.writeEndObject();
        json.writeRaw('\n');
    }

    /** Hands everything printed so far to whoever reads it. */
    void flush() throws IOException {
        json.flush();
    }

    /** Only flushes: the output is not ours. */
    @Override
    public void close() throws IOException {
        flush();
    }
}
