package io.slipstream.testkit.docs;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

import javax.tools.ToolProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the documents show is compiled and run as it stands there. */
class ReadmeTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern COMMAND_BLOCK = Pattern.compile("```\n(mvn .*?)\n```", Pattern.DOTALL);

    @TempDir
    Path directory;

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"), StandardCharsets.UTF_8);
    }

    private String runExample(final Path classes) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(System.getProperty("slipstream.jvm.args").trim().split("\\s+")));
        command.addAll(List.of("-cp", classes + ":" + System.getProperty("java.class.path"), "Gateway", directory.resolve("routes.log").toString()));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    /** Compiles the Java block that holds {@code className}. */
    private void compile(final String className) throws IOException {
        final String block = JAVA_BLOCK.matcher(readme()).results().map(found -> found.group(1))
                .filter(code -> code.contains("class " + className + " ")).findFirst()
                .orElseThrow(() -> new AssertionError("README.md does not show " + className));
        final Path source = Files.writeString(directory.resolve(className + ".java"), block);
        final ByteArrayOutputStream messages = new ByteArrayOutputStream();
        final int compiled = ToolProvider.getSystemJavaCompiler().run(null, messages, messages,
                "-proc:none", "-d", directory.toString(), "-cp", System.getProperty("java.class.path"), source.toString());
        assertEquals(0, compiled, messages.toString(StandardCharsets.UTF_8));
    }

    @Test
    void shouldShowAnExampleThatCompilesAndResumes() throws Exception {
        compile("Gateway");
        assertEquals("watch from 0\n", runExample(directory));
        assertEquals("serving 10.0.0.7:8443\nwatch from 1\n", runExample(directory));
    }

    @Test
    void shouldShowHowToOpenALogWithMaintenanceBesideTheWriter() throws Exception {
        compile("Quiet");
        try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()});
                SnapshotLog log = (SnapshotLog) loader.loadClass("Quiet").getMethod("open", Path.class)
                        .invoke(null, directory.resolve("quiet.log"))) {
            log.put("a", new byte[100], VersionToken.of(1));
            log.put("a", new byte[100], VersionToken.of(2));
            log.compact();
            assertTrue(log.stats().liveBytes() > 0, "inline, nobody counts them");
        }
    }

    @Test
    void shouldShowTestsThatCompileAndPass() throws Exception {
        compile("MirrorTest");
        final SummaryGeneratingListener summary = new SummaryGeneratingListener();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
            LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
                    .selectors(DiscoverySelectors.selectClass(loader.loadClass("MirrorTest"))).build(), summary);
        }
        assertEquals(List.of(), summary.getSummary().getFailures());
        assertEquals(3, summary.getSummary().getTestsSucceededCount());
    }

    @Test
    void shouldRunItsOwnTestCommandInContinuousIntegration() throws IOException {
        final String script = Files.readString(ROOT.resolve(".ci/run"), StandardCharsets.UTF_8);
        final Matcher command = COMMAND_BLOCK.matcher(readme());
        assertTrue(command.find() && command.group(1).contains("demo"), "the first command runs the demo");
        assertTrue(command.find() && command.group(1).contains("verify"), "the second command passes the tests");
        assertTrue(script.contains(command.group(1)), ".ci/run does not run: " + command.group(1));
    }

    @Test
    void shouldNameTheFlagOnTheFirstScreen() throws IOException {
        final String firstScreen = String.join("\n", readme().lines().limit(25).toList());
        assertTrue(firstScreen.contains("--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED"));
    }
}
