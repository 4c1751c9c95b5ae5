package io.slipstream.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;

/** The real disk, through {@code java.nio} and {@code java.io}. Thread-safe. */
public final class FileStorage implements Storage {
    /** The only instance anyone needs. */
    public static final Storage INSTANCE = new FileStorage();

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int MAX_LINKS = 40;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private FileStorage() {
    }

    @Override
    public Path resolve(final Path path) throws IOException {
        Path name = path.toAbsolutePath();
        for (int links = 0; Files.isSymbolicLink(name); links++) {
            if (links == MAX_LINKS) {
                throw new FileSystemLoopException(path.toString());
            }
            name = name.resolveSibling(Files.readSymbolicLink(name));
        }
        final Path directory = name.getParent();
        final Path fileName = name.getFileName();
        if (directory == null || fileName == null) {
            throw new IOException("not a file name: file=" + path);
        }
        final Path resolved = directory.toRealPath().resolve(fileName);
        if (Files.exists(resolved) && !Files.isRegularFile(resolved)) {
            throw new FileSystemException(path.toString(), null, "not a regular file");
        }
        return resolved;
    }

    @Override
    public FileIdentity identity(final Path path) throws IOException {
        return identityOf(path);
    }

    static FileIdentity identityOf(final Path path) throws IOException {
        try {
            final Map<String, Object> attributes = Files.readAttributes(path, "unix:dev,ino,uid,gid,permissions");
            @SuppressWarnings("unchecked")
            final Set<PosixFilePermission> permissions = (Set<PosixFilePermission>) attributes.get("permissions");
            return new FileIdentity(
                    ((Number) attributes.get("dev")).longValue(),
                    ((Number) attributes.get("ino")).longValue(),
                    ((Number) attributes.get("uid")).intValue(),
                    ((Number) attributes.get("gid")).intValue(),
                    Set.copyOf(permissions));
        } catch (final NoSuchFileException e) {
            return null;
        }
    }

    @Override
    public StorageFile openForRead(final Path path) throws IOException {
        return DiskFile.open(path, false);
    }

    @Override
    public StorageFile openForWrite(final Path path) throws IOException {
        return DiskFile.open(path, true);
    }

    @Override
    public StorageFile create(final Path path, final FileIdentity like) throws IOException {
        Files.createFile(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        final StorageFile file = DiskFile.open(path, true);
        try {
            if (like != null) {
                keepOwner(path, file.identity(), like);
                Files.setPosixFilePermissions(path, like.permissions());
            }
        } catch (final IOException | RuntimeException | Error e) {
            FirstFailure.close(e, file);
            throw e;
        }
        return file;
    }

    // Only a privileged process can give a file away, and only it needs to: for anyone else the new file is the owner's already.
    private static void keepOwner(final Path path, final FileIdentity created, final FileIdentity like) throws IOException {
        if (created.owner() != like.owner() || created.group() != like.group()) {
            try {
                Files.setAttribute(path, "unix:uid", like.owner());
                Files.setAttribute(path, "unix:gid", like.group());
            } catch (final FileSystemException e) {
                return;
            }
        }
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void link(final Path existing, final Path link) throws IOException {
        Files.createLink(link, existing);
    }

    @Override
    public boolean unlink(final Path path) throws IOException {
        return Files.deleteIfExists(path);
    }

    @Override
    public void forceDirectory(final Path directory) throws IOException {
        Uninterrupted.call(() -> {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
                return null;
            }
        });
    }

    @Override
    public HeldLock lock(final Path lockFile) throws IOException {
        return FileLockHolder.acquire(lockFile);
    }

    @Override
    public HeldLock lockForRead(final Path lockFile) throws IOException {
        return FileLockHolder.acquireForRead(lockFile);
    }

    @Override
    public String bootId() {
        try {
            return Files.readString(BOOT_ID).trim();
        } catch (final IOException e) {
            return null;
        }
    }
}
