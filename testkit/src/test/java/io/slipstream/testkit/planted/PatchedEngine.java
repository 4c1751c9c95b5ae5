package io.slipstream.testkit.planted;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * The engine, the testkit and its tests once more, with some of the engine's source files patched. Tests run on it as they run on the real one.
 *
 * <p>Single thread: while a test runs, the standard streams and the class path of child JVMs are its own.
 */
final class PatchedEngine extends URLClassLoader {
    /*
     * Every class of ours is defined afresh here, for a patched class must see, and be seen by, classes of its own loader alone. All others are
     * shared. The patched classes lie in a directory, in front of the class path: a JVM that a test starts runs the same engine.
     */
    private static final String OURS = "io.slipstream.";
    private static final String TESTKIT = OURS + "testkit.";
    private static final String CLASS_PATH = "java.class.path";
    private static final Pattern CHECK = Pattern.compile("(?<class>[\\w.]+)(#(?<method>\\w+)(\\[(?<run>\\d+)])?)?");
    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
    private static final StandardJavaFileManager FILES = COMPILER.getStandardFileManager(null, null, StandardCharsets.UTF_8);

    private final String classPath;

    static {
        registerAsParallelCapable();
    }

    private PatchedEngine(final String classPath) throws MalformedURLException {
        super(urls(classPath), PatchedEngine.class.getClassLoader());
        this.classPath = classPath;
    }

    /**
     * What came of a test.
     *
     * @param tests    how many were run
     * @param failures those that failed
     * @param blocked  what kept tests from being run at all
     * @param output   what they printed
     */
    record Outcome(int tests, List<Failure> failures, List<String> blocked, String output) {
    }

    /** A test that failed, and what it threw. */
    record Failure(String test, Throwable thrown) {
        /** Whether it failed by what the engine did, and not by how it was run. */
        boolean isJudgement() {
            return thrown instanceof AssertionError
                || thrown instanceof Exception && !(thrown instanceof ReflectiveOperationException) && isThrownByTheEngine();
        }

        private boolean isThrownByTheEngine() {
            return Arrays.stream(thrown.getStackTrace())
                .map(StackTraceElement::getClassName)
                .filter(name -> name.startsWith(OURS))
                .findFirst()
                .filter(name -> !name.startsWith(TESTKIT))
                .isPresent();
        }
    }

    /** Compiles the patched sources into {@code directory}, which must be empty, and puts them in the place of the engine's own. */
    static PatchedEngine compile(final List<Patch> patches, final Path directory) throws IOException {
        final Map<Path, String> sources = new LinkedHashMap<>();
        for (final Patch patch : patches) {
            final String source = sources.computeIfAbsent(patch.path(), Patch::source);
            sources.put(patch.path(), patch.applyTo(source));
        }
        if (!sources.isEmpty()) {
            compile(sources, directory);
        }
        return new PatchedEngine(directory + File.pathSeparator + System.getProperty(CLASS_PATH));
    }

    private static void compile(final Map<Path, String> sources, final Path directory) throws IOException {
        final Path patched = Files.createDirectories(directory.resolve("patched-sources"));
        final List<Path> files = new ArrayList<>();
        for (final Map.Entry<Path, String> source : sources.entrySet()) {
            files.add(Files.writeString(patched.resolve(source.getKey().getFileName()), source.getValue()));
        }
        final List<String> options = List.of("-d", directory.toString(), "-classpath", System.getProperty(CLASS_PATH),
            "-proc:none", "-implicit:none", "-nowarn", "-parameters");
        final StringWriter messages = new StringWriter();
        final Iterable<? extends JavaFileObject> units = FILES.getJavaFileObjectsFromPaths(files);
        if (!COMPILER.getTask(messages, FILES, null, options, null, units).call()) {
            throw new AssertionError("the planted bug does not compile:\n" + messages);
        }
    }

    private static URL[] urls(final String classPath) throws MalformedURLException {
        final List<URL> urls = new ArrayList<>();
        for (final String entry : classPath.split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return urls.toArray(new URL[0]);
    }

    @Override
    protected Class<?> loadClass(final String name, final boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            final Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : findClass(name);
        }
    }

    /**
     * Runs a test: {@code package.Class}, {@code package.Class#method} or, of a method that is run more than once, {@code package.Class#method[n]},
     * n from 1 on. The package is without the testkit's own.
     */
    Outcome run(final String check) {
        final LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request().selectors(selector(check)).build();
        final Listener listener = new Listener();
        final ByteArrayOutputStream output = new ByteArrayOutputStream();
        final Thread thread = Thread.currentThread();
        final ClassLoader outerLoader = thread.getContextClassLoader();
        final PrintStream outerOut = System.out;
        final PrintStream outerErr = System.err;
        final String outerClassPath = System.getProperty(CLASS_PATH);
        try (PrintStream stream = new PrintStream(output, true, StandardCharsets.UTF_8)) {
            thread.setContextClassLoader(this);
            System.setOut(stream);
            System.setErr(stream);
            System.setProperty(CLASS_PATH, classPath);
            LauncherFactory.create().execute(request, listener);
        } finally {
            System.setProperty(CLASS_PATH, outerClassPath);
            System.setErr(outerErr);
            System.setOut(outerOut);
            thread.setContextClassLoader(outerLoader);
        }
        return new Outcome(listener.tests, listener.failures, listener.blocked, output.toString(StandardCharsets.UTF_8));
    }

    private DiscoverySelector selector(final String check) {
        final Matcher parts = CHECK.matcher(check);
        if (!parts.matches()) {
            throw new AssertionError("no check: " + check);
        }
        final Class<?> testClass = testClass(parts.group("class"));
        if (parts.group("method") == null) {
            return DiscoverySelectors.selectClass(testClass);
        }
        final Method method = Arrays.stream(testClass.getDeclaredMethods())
            .filter(candidate -> candidate.getName().equals(parts.group("method")))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no such test: " + check));
        final DiscoverySelector selector = DiscoverySelectors.selectMethod(testClass, method);
        return parts.group("run") == null
            ? selector
            : DiscoverySelectors.selectIteration(selector, Integer.parseInt(parts.group("run")) - 1);
    }

    private Class<?> testClass(final String name) {
        try {
            return loadClass(TESTKIT + name);
        } catch (final ClassNotFoundException e) {
            throw new AssertionError("no such test class: " + name, e);
        }
    }

    private static final class Listener implements TestExecutionListener {
        private final List<Failure> failures = new ArrayList<>();
        private final List<String> blocked = new ArrayList<>();
        private int tests;

        @Override
        public void executionSkipped(final TestIdentifier test, final String reason) {
            blocked.add("skipped: " + test.getDisplayName() + ": " + reason);
        }

        @Override
        public void executionFinished(final TestIdentifier test, final TestExecutionResult result) {
            final Throwable thrown = result.getThrowable().orElse(null);
            if (result.getStatus() == TestExecutionResult.Status.ABORTED || !test.isTest() && thrown != null) {
                blocked.add(result.getStatus() + ": " + test.getDisplayName() + ": " + thrown);
            } else if (test.isTest()) {
                tests++;
                if (thrown != null) {
                    failures.add(new Failure(test.getDisplayName(), thrown));
                }
            }
        }
    }
}
