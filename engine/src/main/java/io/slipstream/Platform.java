package io.slipstream;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.Locale;

/** What this JVM and this machine must offer. Everything that opens a log checks it first; a process may ask earlier. Any thread. */
public final class Platform {
    private static final String PACKAGE = "jdk.internal.misc";
    private static final boolean IS_WINDOWS = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");

    private Platform() {
    }

    /**
     * Agrona needs a package of the JDK that the user alone can open.
     *
     * @throws IllegalStateException with the flag to add
     */
    public static void requireExports() {
        final Module agrona = UnsafeBuffer.class.getModule();
        if (!isExported(agrona)) {
            throw missingExport(agrona);
        }
    }

    private static boolean isExported(final Module agrona) {
        return Object.class.getModule().isExported(PACKAGE, agrona);
    }

    private static IllegalStateException missingExport(final Module agrona) {
        return new IllegalStateException("this JVM was started without a flag that Agrona needs: add --add-exports=java.base/" + PACKAGE + "="
                + (agrona.isNamed() ? agrona.getName() : "ALL-UNNAMED") + " to the java command, or 'Add-Exports: java.base/" + PACKAGE
                + "' to the manifest of the executable jar");
    }

    /**
     * A writer renames over a mapped file.
     *
     * @throws UnsupportedOperationException where that cannot be done
     */
    static void requireWriter() {
        if (IS_WINDOWS) {
            throw new UnsupportedOperationException(
                    "Windows is not supported yet: a mapped file cannot be renamed over");
        }
        requireExports();
    }
}
