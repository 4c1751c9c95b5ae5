package io.slipstream.testkit.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.replay.SurvivorSearch;
import io.slipstream.storage.ByteSource;
import io.slipstream.testkit.bytes.LogBuilder;
import io.slipstream.testkit.bytes.Token;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * docs/recovery.md, section 4: the search for survivors is linear. Counted in bytes that it asks for, not in time. The engine gives it a
 * mapping, whose reads nobody can count, so it is given bytes here that count themselves.
 */
class SearchWorkTest {
    private static final int LENGTH = 1 << 19;
    private static final int FACTOR = 4;

    /** A candidate may be read whole if it is no longer than this: what docs/recovery.md allows for each byte searched. */
    private static final long DIRECT_LENGTH = 1024;

    /** Bytes in memory, and how many of them were asked for. */
    private static final class CountedBytes implements ByteSource {
        private final byte[] bytes;
        private long read;

        CountedBytes(final byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void copy(final long position, final byte[] target, final int offset, final int length) throws IOException {
            System.arraycopy(bytes, (int) position, target, offset, length);
            read += length;
        }
    }

    private static long bytesReadFor(final byte[] nearRecords) throws IOException {
        final CountedBytes bytes = new CountedBytes(new LogBuilder().raw(nearRecords).cursor(Token.of(9)).toBytes());
        assertEquals(1, new SurvivorSearch(bytes, bytes.bytes.length).count(0));
        return bytes.read;
    }

    @ParameterizedTest
    @EnumSource(NearRecords.class)
    void shouldReadInProportionToTheLength(final NearRecords near) throws IOException {
        final long one = bytesReadFor(near.bytes(LENGTH));
        final long four = bytesReadFor(near.bytes(FACTOR * LENGTH));
        System.out.println("SearchWorkTest: " + near + " bytes read for each of " + LENGTH + ": " + one / LENGTH + ", of " + FACTOR
            + " times as many: " + four / FACTOR / LENGTH);
        assertTrue(four <= FACTOR * (one + DIRECT_LENGTH * DIRECT_LENGTH), one + " bytes read, then " + four);
        assertTrue(four <= FACTOR * LENGTH * DIRECT_LENGTH, four + " bytes read");
    }
}
