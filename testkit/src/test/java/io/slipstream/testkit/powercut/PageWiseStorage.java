package io.slipstream.testkit.powercut;

import io.slipstream.storage.Storage;
import io.slipstream.storage.StorageFile;
import io.slipstream.testkit.fault.ForwardingFile;
import io.slipstream.testkit.fault.ForwardingStorage;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A disk that fills with zeros page by page. What was filled in one go, the kernel keeps, marks dirty and writes back in one go too, where it
 * finds memory in one piece: up to 2 MiB. Where it finds none it does this.
 */
final class PageWiseStorage extends ForwardingStorage {
    private static final int PAGE_LENGTH = 4096;

    PageWiseStorage(final Storage disk) {
        super(disk);
    }

    @Override
    protected StorageFile wrap(final Path path, final StorageFile file) {
        return new PageWiseFile(file);
    }

    private static final class PageWiseFile extends ForwardingFile {
        PageWiseFile(final StorageFile file) {
            super(file);
        }

        @Override
        public void allocate(final long from, final long to) throws IOException {
            for (long position = from; position < to; ) {
                final long end = Math.min(to, (position & -PAGE_LENGTH) + PAGE_LENGTH);
                super.allocate(position, end);
                position = end;
            }
        }
    }
}
