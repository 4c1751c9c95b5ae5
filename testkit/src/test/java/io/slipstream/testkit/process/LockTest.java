package io.slipstream.testkit.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.slipstream.LogInspection;
import io.slipstream.LogRepair;
import io.slipstream.Snapshot;
import io.slipstream.SnapshotLog;
import io.slipstream.SnapshotView;
import io.slipstream.VersionToken;
import io.slipstream.errors.LogInUseException;
import io.slipstream.testkit.bytes.LogBuilder;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/recovery.md, section 8, O1: one writer at a time, over all processes, threads and class loaders. */
class LockTest {
    private static final byte[] NOT_COMPACT =
        new LogBuilder().header().put("a", "1", 1).put("a", "2", 2).cursor(2).toBytes();
    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000_000L);
    private static final long OWN_PID = ProcessHandle.current().pid();

    @TempDir
    Path directory;

    private Path path;
    private SnapshotLog writer;

    @BeforeEach
    void openAWriter() throws IOException {
        path = directory.toRealPath().resolve("kv.log");
        writer = SnapshotLog.open(path);
        writer.put("a", new byte[] {1}, VersionToken.of(1));
    }

    @AfterEach
    void closeIt() throws IOException {
        writer.close();
    }

    private void assertStillHeld() throws IOException {
        assertEquals(Holder.inUseByThisProcess(), Holder.askAnotherProcess(path), "the lock was lost");
        writer.put("still", new byte[] {1}, VersionToken.of(2));
    }

    private void assertNames(final LogInUseException refusal, final long pid) {
        assertEquals(path, refusal.file());
        assertEquals(pid, refusal.pid());
        assertTrue(refusal.getMessage().contains("file=" + path + " pid=" + pid), refusal.getMessage());
    }

    @Test
    void shouldRefuseASecondWriterInTheSameProcess() throws IOException {
        assertNames(assertThrows(LogInUseException.class, () -> SnapshotLog.open(path)), OWN_PID);
        assertStillHeld();
    }

    @Test
    void shouldRefuseALoadInTheSameProcess() throws IOException {
        assertNames(assertThrows(LogInUseException.class, () -> Snapshot.load(path)), OWN_PID);
        assertStillHeld();
    }

    @Test
    void shouldRefuseARepairInTheSameProcess() throws IOException {
        assertNames(assertThrows(LogInUseException.class,
            () -> LogRepair.repair(path, new SnapshotLog.Context(), false)), OWN_PID);
        assertStillHeld();
    }

    @Test
    void shouldKeepTheLockWhenTheSameProcessOnlyLooks() throws IOException {
        SnapshotView.open(path).close();
        assertEquals(LogInspection.Result.SOME, LogInspection.of(path).result());
        writer.view().close();
        writer.copyTo(directory.resolve("copy"));
        assertStillHeld();
    }

    @Test
    void shouldKeepTheLockOverACompaction() throws IOException {
        writer.compact();
        assertStillHeld();
    }

    @Test
    void shouldRefuseASecondWriterInAnotherProcess() throws IOException {
        assertStillHeld();
        assertStillHeld();
    }

    @Test
    void shouldLetAnotherProcessInOnceClosed() throws IOException {
        writer.close();
        assertEquals("open", Holder.askAnotherProcess(path));
    }

    @Test
    void shouldBeRefusedWhereAnotherProcessWrites() throws IOException {
        writer.close();
        try (ChildJvm child = ChildJvm.start(Holder.class, path)) {
            child.expectLine("open");
            assertNames(assertThrows(LogInUseException.class, () -> SnapshotLog.open(path)), child.pid());
            child.finish();
        }
        SnapshotLog.open(path).close();
    }

    @Test
    void shouldOpenOnceTheProcessThatHeldTheLockWasKilled() throws IOException {
        writer.close();
        try (ChildJvm child = ChildJvm.start(Holder.class, path)) {
            child.expectLine("open");
            child.kill();
        }
        try (SnapshotLog reopened = SnapshotLog.open(path); SnapshotView view = reopened.view()) {
            assertTrue(view.entry("held") != null, "an append did not survive the kill");
        }
    }

    @Test
    void shouldChangeNothingWhenALoadFindsAnotherProcessWriting() throws IOException {
        writer.close();
        Files.write(path, NOT_COMPACT);
        try (ChildJvm child = ChildJvm.start(Holder.class, path)) {
            child.expectLine("open");
            Files.setLastModifiedTime(path, LONG_AGO);
            final byte[] before = Files.readAllBytes(path);
            assertNames(assertThrows(LogInUseException.class, () -> Snapshot.load(path)), child.pid());
            assertArrayEquals(before, Files.readAllBytes(path));
            assertEquals(LONG_AGO, Files.getLastModifiedTime(path));
            child.finish();
        }
    }

    @Test
    void shouldRefuseASecondWriterFromAnotherClassLoader() throws Exception {
        try (URLClassLoader other = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
            final Class<?> otherLog = other.loadClass(SnapshotLog.class.getName());
            assertTrue(otherLog != SnapshotLog.class, "the class was not loaded again");
            final Throwable refusal = thrownBy(otherLog.getMethod("open", Path.class), path);
            assertEquals(LogInUseException.class.getName(), refusal.getClass().getName());
            assertTrue(refusal.getMessage().contains("file=" + path + " pid=" + OWN_PID), refusal.getMessage());
        }
        System.gc();
        assertStillHeld();
    }

    @Test
    void shouldOpenThroughAnotherClassLoaderOnceClosed() throws Exception {
        writer.close();
        try (URLClassLoader other = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
            final Class<?> otherLog = other.loadClass(SnapshotLog.class.getName());
            final AutoCloseable opened = (AutoCloseable) otherLog.getMethod("open", Path.class).invoke(null, path);
            assertNames(assertThrows(LogInUseException.class, () -> SnapshotLog.open(path)), OWN_PID);
            assertEquals(Holder.inUseByThisProcess(), Holder.askAnotherProcess(path));
            opened.close();
        }
        SnapshotLog.open(path).close();
    }

    @Test
    void shouldKeepTheLockWhenTheSystemPropertiesWereReplaced() throws IOException {
        final Properties properties = System.getProperties();
        try {
            final Properties copy = new Properties();
            properties.stringPropertyNames().stream()
                .filter(name -> !name.contains(path.toString()))
                .forEach(name -> copy.setProperty(name, properties.getProperty(name)));
            System.setProperties(copy);
            assertNames(assertThrows(LogInUseException.class, () -> SnapshotLog.open(path)), OWN_PID);
        } finally {
            System.setProperties(properties);
        }
        System.gc();
        assertStillHeld();
    }

    private static URL[] classPath() throws MalformedURLException {
        final List<URL> urls = new ArrayList<>();
        for (final String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return urls.toArray(new URL[0]);
    }

    private static Throwable thrownBy(final Method method, final Object argument) throws IllegalAccessException {
        try {
            return new AssertionError("nothing thrown, but returned " + method.invoke(null, argument));
        } catch (final InvocationTargetException e) {
            return e.getCause();
        }
    }
}
