package io.slipstream.cli;

import picocli.CommandLine.Parameters;

/** A command about one log. */
abstract class SingleLogCommand extends LogCommand {
    @Parameters(paramLabel = "FILE", index = "0", description = "The log.")
    String name;

    SingleLogCommand(final Streams streams) {
        super(streams);
    }
}
