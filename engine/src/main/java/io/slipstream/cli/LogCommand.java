package io.slipstream.cli;

import io.slipstream.Platform;

import java.util.concurrent.Callable;

/** One command of the command line: answers the exit status, throws what went wrong. */
abstract class LogCommand implements Callable<Integer> {
    final Streams streams;

    LogCommand(final Streams streams) {
        this.streams = streams;
    }

    /** Does the command's work. */
    abstract int run() throws Exception;

    @Override
    public final Integer call() throws Exception {
        Platform.requireExports();
        return run();
    }
}
