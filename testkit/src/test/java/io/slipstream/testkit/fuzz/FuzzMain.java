package io.slipstream.testkit.fuzz;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Runs one fuzz target, guided by coverage, in this JVM: {@code FuzzMain TARGET SECONDS DIRECTORY [JAZZER ARGUMENT...]}. The profile {@code fuzz}
 * starts it. What is found, and the inputs that reached something new, are kept in {@code DIRECTORY/TARGET}.
 *
 * <p>Jazzer is asked for by name: only that profile has it, the tests themselves need nothing of it.
 */
public final class FuzzMain {
    private static final String JAZZER = "com.code_intelligence.jazzer.Jazzer";
    private static final String DRIVERS = "/com/code_intelligence/jazzer/driver/jazzer_driver_";
    private static final int TIMEOUT_SECONDS = 30;

    private FuzzMain() {
    }

    /** Exits with 0 after so many seconds without a finding, or where Jazzer cannot run; with another status after a finding. */
    public static void main(final String[] args) throws ReflectiveOperationException, IOException {
        if (args.length < 3) {
            throw new IllegalArgumentException("usage: FuzzMain TARGET SECONDS DIRECTORY [JAZZER ARGUMENT...]");
        }
        final Class<?> target = Class.forName(FuzzMain.class.getPackageName() + "." + args[0]);
        final Path directory = Path.of(args[2]).resolve(args[0]);
        final Method jazzer = Class.forName(JAZZER).getMethod("main", String[].class);
        if (!isDriverThere()) {
            skip("it has no driver for " + platform());
            return;
        }
        System.out.println("fuzz target=" + args[0] + " seconds=" + args[1] + " heapMiB=" + (Runtime.getRuntime().maxMemory() >> 20));
        final List<String> arguments = arguments(target, Integer.parseInt(args[1]), directory);
        arguments.addAll(List.of(args).subList(3, args.length));
        try {
            jazzer.invoke(null, (Object) arguments.toArray(new String[0]));
        } catch (final InvocationTargetException e) {
            if (!(e.getCause() instanceof UnsatisfiedLinkError)) {
                throw e;
            }
            skip("its driver does not load on " + platform() + ": " + e.getCause().getMessage());
        }
    }

    private static List<String> arguments(final Class<?> target, final int seconds, final Path directory) throws IOException {
        final Path corpus = Files.createDirectories(directory.resolve("corpus"));
        final Path seeds = Files.createDirectories(directory.resolve("seeds"));
        for (final Path seed : Seeds.of(target)) {
            Files.copy(seed, seeds.resolve(seed.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
        return new ArrayList<>(List.of(
            "--target_class=" + target.getName(),
            "--instrumentation_includes=io.slipstream.**",
            // The second opinion is not what is searched.
            "--instrumentation_excludes=io.slipstream.testkit.model.**:io.slipstream.testkit.bytes.**:io.slipstream.testkit.disk.**"
                + ":io.slipstream.testkit.recovery.**",
            "--reproducer_path=" + directory,
            "-artifact_prefix=" + directory + "/",
            "-max_total_time=" + seconds,
            "-max_len=" + FileLaws.MAX_LENGTH,
            "-timeout=" + TIMEOUT_SECONDS,
            // What is measured there is the peak of whoever started this JVM, too. The limit is the heap.
            "-rss_limit_mb=0",
            "-print_final_stats=1",
            corpus.toString(),
            seeds.toString()));
    }

    private static boolean isDriverThere() {
        final String system = platform().startsWith("windows") ? "jazzer_driver.dll"
            : platform().startsWith("macos") ? "libjazzer_driver.dylib" : "libjazzer_driver.so";
        return FuzzMain.class.getResource(DRIVERS + platform() + "/" + system) != null;
    }

    private static String platform() {
        final String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        final String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return (system.startsWith("mac") ? "macos" : system.split(" ", 2)[0]) + "_" + (processor.equals("amd64") ? "x86_64" : processor);
    }

    private static void skip(final String why) {
        System.err.println("****************************************************************");
        System.err.println("NOT FUZZED: Jazzer cannot run here: " + why);
        System.err.println("****************************************************************");
    }
}
