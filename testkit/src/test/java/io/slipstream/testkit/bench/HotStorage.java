package io.slipstream.testkit.bench;

import io.slipstream.storage.FileStorage;
import io.slipstream.storage.MappedRegion;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.fault.ForwardingFile;
import io.slipstream.testkit.fault.ForwardingStorage;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The real disk, but every segment of a log is the same mapped piece of it, over and over: what an append costs when its bytes stay in the
 * processor's cache. Fair to the append in that it does all it ever does, growths included; unfair to memory, which is not measured. What is in
 * the file is worth nothing: it is never to be closed, only deleted.
 */
final class HotStorage extends ForwardingStorage {
    HotStorage() {
        super(FileStorage.INSTANCE);
    }

    @Override
    protected StorageFile wrap(final Path path, final StorageFile file) {
        return new HotFile(file);
    }

    private static final class HotFile extends ForwardingFile {
        private MappedRegion hot;

        HotFile(final StorageFile file) {
            super(file);
        }

        @Override
        public void allocate(final long from, final long to) throws IOException {
            if (hot == null) {
                super.allocate(from, to);
            }
        }

        @Override
        public MappedRegion map(final long position, final int length, final boolean writable) throws IOException {
            if (!writable) {
                return super.map(position, length, false);
            }
            if (hot == null) {
                hot = super.map(position, length, true);
            }
            return new HotRegion(position, hot.buffer());
        }
    }

    private record HotRegion(long position, UnsafeBuffer buffer) implements MappedRegion {
        @Override
        public void force(final int offset, final int length) {
            throw new UnsupportedOperationException("nothing here is worth forcing");
        }

        @Override
        public void release() {
            // The next segment is this one.
        }
    }
}
