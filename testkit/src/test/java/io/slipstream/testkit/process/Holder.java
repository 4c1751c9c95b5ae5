package io.slipstream.testkit.process;

import io.slipstream.SnapshotLog;
import io.slipstream.VersionToken;
import io.slipstream.errors.LogInUseException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A child that opens a writer on the log named by its argument. Says {@code open}, puts key "held", and closes when its
 * input ends; or says {@code in use by PID} and ends.
 */
public final class Holder {
    private Holder() {
    }

    /** The program. */
    public static void main(final String[] arguments) throws IOException {
        try (SnapshotLog log = SnapshotLog.open(Path.of(arguments[0]))) {
            log.put("held", new byte[] {1}, VersionToken.of(1));
            System.out.println("open");
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        } catch (final LogInUseException e) {
            System.out.println("in use by " + e.pid());
        }
    }

    /** Asks another process who holds the log; that process opens the lock file, which this one must not do. */
    public static String askAnotherProcess(final Path log) throws IOException {
        try (ChildJvm child = ChildJvm.start(Holder.class, log)) {
            final String answer = child.readLine();
            child.finish();
            return answer;
        }
    }

    /** What another process answers while this one holds the lock. */
    public static String inUseByThisProcess() {
        return "in use by " + ProcessHandle.current().pid();
    }
}
