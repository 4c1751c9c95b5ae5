package io.slipstream.index;

import io.slipstream.storage.FileIdentity;
import io.slipstream.storage.LogBytes;
import io.slipstream.storage.MappedRegion;
import io.slipstream.storage.StorageFile;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class LiveSetBuilderTest {
    private static final String LONG_KEY = "k".repeat(KeyBatch.MAX_CARRIED_LENGTH + 1);

    @TempDir
    private Path directory;

    @Test
    void shouldFindWithASecondThreadWhatAMapFinds() throws IOException {
        assertFindsWhatAMapFinds(manyBatches());
    }

    @Test
    void shouldNotMindBeingInterrupted() throws IOException {
        Thread.currentThread().interrupt();
        try {
            assertFindsWhatAMapFinds(manyBatches());
        } finally {
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void shouldGoOnAfterAnEnd() throws IOException {
        final MadeLog log = new MadeLog().put("a").put("b").delete("a");
        final LogBytes bytes = log.mapped(directory.resolve("log"));
        try (LiveSetBuilder builder = new LiveSetBuilder(bytes, true)) {
            builder.onEnd();
            log.showTo(builder);
            builder.onEnd();
            builder.onEnd();
            final LiveSet live = builder.build();
            assertEquals(1, live.length());
            assertFalse(live.isCompact());
        }
        bytes.release();
    }

    @Test
    void shouldEndItsThreadHoweverItEnds() throws IOException {
        final long before = indexThreads();
        final LogBytes bytes = new MadeLog().mapped(directory.resolve("log"));
        new LiveSetBuilder(bytes, true).close();
        try (LiveSetBuilder builder = new LiveSetBuilder(bytes, true)) {
            builder.onEnd();
            builder.build();
        }
        assertEquals(before, indexThreads());
        bytes.release();
    }

    @Test
    void shouldEndItsThreadWhereTheLookAtTheFileFails() throws IOException {
        final OutOfMemoryError fault = new OutOfMemoryError("Java heap space");
        final LogBytes bytes = LogBytes.map(new Unreadable(new InternalError()), 8 << 20);
        final long before = indexThreads();
        final OutOfMemoryError thrown = assertThrows(OutOfMemoryError.class, () -> new LiveSetBuilder(bytes, (position, target, offset, length) -> {
            throw fault;
        }));
        assertSame(fault, thrown);
        assertEquals(before, indexThreads());
    }

    @Test
    void shouldFailAsItsSecondThreadFails() throws IOException {
        final MadeLog log = new MadeLog().put(LONG_KEY).put(LONG_KEY); // compared in the log
        final InternalError fault = new InternalError("a fault occurred in a recent unsafe memory access operation in compiled Java code");
        final LogBytes bytes = LogBytes.map(new Unreadable(fault), 10_000);
        final long before = indexThreads();
        try (LiveSetBuilder builder = new LiveSetBuilder(bytes, true)) {
            log.showTo(builder);
            assertSame(fault, assertThrows(InternalError.class, builder::onEnd));
        }
        assertEquals(before, indexThreads());
    }

    @Test
    void shouldDoWithoutASecondThreadWhereThereCanBeNone() throws IOException {
        final MadeLog log = manyBatches();
        final LogBytes bytes = log.mapped(directory.resolve("log"));
        try (LiveSetBuilder builder = new LiveSetBuilder(bytes, new KeyHash(), NoThread::new, 256, Long.MAX_VALUE)) {
            log.showTo(builder);
            builder.onEnd();
            log.assertEqualTo(builder.build());
        }
        bytes.release();
    }

    private static long indexThreads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("slipstream-index")).count();
    }

    private void assertFindsWhatAMapFinds(final MadeLog log) throws IOException {
        final LogBytes bytes = log.mapped(directory.resolve("log"));
        try (LiveSetBuilder builder = new LiveSetBuilder(bytes, true)) {
            log.showTo(builder);
            builder.onEnd();
            log.assertEqualTo(builder.build());
        }
        bytes.release();
    }

    private static MadeLog manyBatches() {
        final MadeLog log = new MadeLog();
        for (int i = 0; i < 60_000; i++) {
            log.put("key/" + i % 20_011);
            if (i % 3 == 0) {
                log.delete("key/" + i / 2);
            }
        }
        return log;
    }

    /** As in a process that has all the threads it may have. */
    private static final class NoThread extends Thread {
        NoThread(final Runnable task) {
            super(task);
        }

        @Override
        public synchronized void start() {
            throw new OutOfMemoryError("unable to create native thread");
        }
    }

    /** A file whose mapped bytes cannot be read. */
    private static final class Unreadable implements StorageFile {
        private final InternalError fault;

        Unreadable(final InternalError fault) {
            this.fault = fault;
        }

        @Override
        public MappedRegion map(final long position, final int length, final boolean writable) {
            final UnsafeBuffer buffer = new UnsafeBuffer(new byte[length]) {
                @Override
                public long getLong(final int index) {
                    throw fault;
                }

                @Override
                public long getLong(final int index, final ByteOrder order) {
                    throw fault;
                }
            };
            return new MappedRegion() {
                @Override
                public long position() {
                    return position;
                }

                @Override
                public UnsafeBuffer buffer() {
                    return buffer;
                }

                @Override
                public void force(final int offset, final int count) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void release() {
                    throw new UnsupportedOperationException();
                }
            };
        }

        @Override
        public void copy(final long position, final byte[] target, final int offset, final int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long length() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileIdentity identity() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(final long position, final byte[] source, final int offset, final int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void allocate(final long from, final long to) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void truncate(final long length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void force() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void renamedTo(final Path newPath) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException();
        }
    }
}
