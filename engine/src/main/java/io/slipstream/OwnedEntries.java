package io.slipstream;

import io.slipstream.format.RecordLayout;
import io.slipstream.format.Utf8;
import io.slipstream.index.OwnedRecords;

import java.nio.charset.StandardCharsets;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * Records as a map. Entries are made when asked for. Immutable, any thread; what would change it is refused by who wraps it.
 */
final class OwnedEntries extends AbstractMap<String, KvEntry> {
    private final OwnedRecords records;

    OwnedEntries(final OwnedRecords records) {
        this.records = records;
    }

    @Override
    public int size() {
        return records.length();
    }

    @Override
    public KvEntry get(final Object key) {
        final long position = position(key);
        return position == 0 ? null : entry((String) key, position);
    }

    @Override
    public boolean containsKey(final Object key) {
        return position(key) != 0;
    }

    private long position(final Object key) {
        if (!(key instanceof String text) || text.length() > RecordLayout.MAX_KEY_LENGTH || Utf8.encodedLength(text) < 0) {
            return 0;
        }
        return records.position(text.getBytes(StandardCharsets.UTF_8));
    }

    private KvEntry entry(final String key, final long position) {
        return new KvEntry(key, records.value(position), VersionToken.wrap(records.version(position)));
    }

    @Override
    public Set<String> keySet() {
        return new Keys();
    }

    @Override
    public Set<Map.Entry<String, KvEntry>> entrySet() {
        return new Entries();
    }

    private final class Keys extends AbstractSet<String> {
        @Override
        public int size() {
            return records.length();
        }

        @Override
        public boolean contains(final Object key) {
            return containsKey(key);
        }

        @Override
        public Iterator<String> iterator() {
            final Positions positions = new Positions();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return positions.hasNext();
                }

                @Override
                public String next() {
                    return records.key(positions.next());
                }
            };
        }
    }

    private final class Entries extends AbstractSet<Map.Entry<String, KvEntry>> {
        @Override
        public int size() {
            return records.length();
        }

        @Override
        public boolean contains(final Object other) {
            return other instanceof Map.Entry<?, ?> that && that.getValue() != null && that.getValue().equals(get(that.getKey()));
        }

        @Override
        public Iterator<Map.Entry<String, KvEntry>> iterator() {
            final Positions positions = new Positions();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return positions.hasNext();
                }

                @Override
                public Map.Entry<String, KvEntry> next() {
                    final long position = positions.next();
                    final String key = records.key(position);
                    return new SimpleImmutableEntry<>(key, entry(key, position));
                }
            };
        }
    }

    private final class Positions {
        private int left = records.length();
        private long position;

        boolean hasNext() {
            return left > 0;
        }

        long next() {
            if (left == 0) {
                throw new NoSuchElementException();
            }
            position = left == records.length() ? records.first() : records.next(position);
            left--;
            return position;
        }
    }
}
