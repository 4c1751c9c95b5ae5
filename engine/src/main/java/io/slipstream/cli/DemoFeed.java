package io.slipstream.cli;

import io.slipstream.WatchCursor;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * The feed in the executable jar: the history of the Agrona repository as updates, one checkpoint a commit, and what git lists at its end.
 */
final class DemoFeed {
    private static final String UPDATES = "/demo/agrona-history.jsonl.gz";
    private static final String LISTING = "/demo/agrona-history.final.tsv";
    private static final Pattern CHECKPOINT = Pattern.compile("\\{\"op\": \"checkpoint\", \"cursor\": (\\d+)}");

    private final List<String> lines;
    private final Map<String, String> listing = new LinkedHashMap<>();

    private DemoFeed(final List<String> lines) {
        this.lines = lines;
    }

    static DemoFeed bundled() throws IOException {
        final DemoFeed feed = new DemoFeed(read(new GZIPInputStream(resource(UPDATES))));
        for (final String line : read(resource(LISTING))) {
            final int tab = line.indexOf('\t');
            feed.listing.put(line.substring(0, tab), line.substring(tab + 1));
        }
        return feed;
    }

    private static InputStream resource(final String name) throws IOException {
        final InputStream in = DemoFeed.class.getResourceAsStream(name);
        if (in == null) {
            throw new IOException("the demo's data is only in the executable jar, slipstream.jar: missing " + name);
        }
        return in;
    }

    private static List<String> read(final InputStream in) throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        }
    }

    /** Number of lines. */
    int length() {
        return lines.size();
    }

    /** Number of lines that are checkpoints. */
    long checkpoints() {
        return lines.stream().filter(line -> CHECKPOINT.matcher(line).matches()).count();
    }

    /** The lines {@code [from, to)}, counted from 0, as a stream that {@code append} reads. */
    InputStream lines(final int from, final int to) {
        return new ByteArrayInputStream((String.join("\n", lines.subList(from, to)) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Where to go on, from 0: the line after the checkpoint that set {@code cursor}; the first line if there is none. */
    int lineAfter(final WatchCursor cursor) {
        if (cursor.isEmpty()) {
            return 0;
        }
        for (int i = 0; i < lines.size(); i++) {
            final Matcher checkpoint = CHECKPOINT.matcher(lines.get(i));
            if (checkpoint.matches() && Long.parseLong(checkpoint.group(1)) == cursor.revision()) {
                return i + 1;
            }
        }
        throw new IllegalStateException("no checkpoint of the feed has this cursor: " + cursor);
    }

    /** The cursor of the last checkpoint. */
    WatchCursor lastCursor() {
        final Matcher checkpoint = CHECKPOINT.matcher(lines.get(lines.size() - 1));
        if (!checkpoint.matches()) {
            throw new IllegalStateException("the feed does not end with a checkpoint");
        }
        return WatchCursor.of(Long.parseLong(checkpoint.group(1)));
    }

    /** What git lists for the last commit: value by key. */
    Map<String, String> listing() {
        return listing;
    }
}
