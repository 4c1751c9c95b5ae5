package io.slipstream.testkit.gen;

import static io.slipstream.testkit.gen.Records.KEY_OFFSET;
import static io.slipstream.testkit.gen.Records.LENGTH_OFFSET;
import static io.slipstream.testkit.gen.Records.TYPE_OFFSET;

import io.slipstream.testkit.bytes.Damage;
import io.slipstream.testkit.model.ModelRecord;
import io.slipstream.testkit.model.ModelUpdate;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An append that ended before its crc was stored. The order of its stores is that of {@code docs/format.md}: the type, each length after
 * those that place it, the body, which is taken to be copied byte by byte.
 */
final class UnfinishedAppend {
    private UnfinishedAppend() {
    }

    private record Store(int from, int to) {
    }

    /** The file with its last record unfinished after so many stores; the number counts on from 0 behind the last. */
    static byte[] of(final byte[] file, final ModelRecord last, final int stores) {
        final List<Store> order = stores(last);
        final byte[] damaged = Damage.zero(file, last.offset(), last.end());
        for (final Store store : order.subList(0, stores % (order.size() + 1))) {
            System.arraycopy(file, store.from(), damaged, store.from(), store.to() - store.from());
        }
        return damaged;
    }

    private static List<Store> stores(final ModelRecord record) {
        final int at = record.offset();
        final Store type = new Store(at + TYPE_OFFSET, at + LENGTH_OFFSET);
        final int keyEnd = at + KEY_OFFSET + Records.keyLength(record.update());
        final Store keyLength = new Store(at + LENGTH_OFFSET, at + KEY_OFFSET);
        if (record.update() instanceof ModelUpdate.Put put) {
            final int valueEnd = keyEnd + Integer.BYTES + put.value().length;
            return concat(List.of(
                Stream.of(type, keyLength, new Store(keyEnd, keyEnd + Integer.BYTES), new Store(valueEnd, valueEnd + 1)),
                bytes(at + KEY_OFFSET, keyEnd), bytes(keyEnd + Integer.BYTES, valueEnd), bytes(valueEnd + 1, record.end())));
        } else if (record.update() instanceof ModelUpdate.Delete) {
            return concat(List.of(
                Stream.of(type, keyLength, new Store(keyEnd, keyEnd + 1)), bytes(at + KEY_OFFSET, keyEnd), bytes(keyEnd + 1, record.end())));
        }
        final int tokenOffset = at + LENGTH_OFFSET + 1;
        return concat(List.of(Stream.of(type, new Store(at + LENGTH_OFFSET, tokenOffset)), bytes(tokenOffset, record.end())));
    }

    private static Stream<Store> bytes(final int from, final int to) {
        return IntStream.range(from, to).mapToObj(at -> new Store(at, at + 1));
    }

    private static List<Store> concat(final List<Stream<Store>> stores) {
        return stores.stream().flatMap(part -> part).toList();
    }
}
