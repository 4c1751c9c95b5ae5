package io.slipstream.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
    private static final String ALL = "append dump records verify load compact copy stat follow repair demo";

    @Test
    void shouldNeedACommand() {
        Cli.run().failed(2, "Missing required subcommand").printedNothing();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bogus", "Verify", "", "--bogus", "verify2"})
    void shouldRefuseAnUnknownCommand(final String command) {
        Cli.run(command).failed(2).printedNothing();
    }

    @Test
    void shouldListEveryCommandAndExitStatus() {
        final String help = Cli.run("--help").isDone().out();
        for (final String command : ALL.split(" ")) {
            assertTrue(help.contains("\n  " + command + " "), command);
        }
        for (int status = 0; status <= 3; status++) {
            assertTrue(help.contains("\n  " + status + "   "), help);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"append", "dump", "records", "verify", "load", "compact", "copy", "stat", "follow", "repair", "demo"})
    void shouldExplainEveryCommand(final String command) {
        final String help = Cli.run(command, "--help").isDone().out();
        assertTrue(help.startsWith("Usage: slipstream " + command + " "), help);
    }

    @Test
    void shouldTellItsVersion() {
        assertTrue(Cli.run("--version").isDone().out().startsWith("slipstream "));
        assertTrue(Cli.run("verify", "--version").isDone().out().startsWith("slipstream "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"append", "dump", "records", "verify", "load", "compact", "copy", "stat", "follow", "repair", "demo"})
    void shouldRefuseAnUnknownOption(final String command) {
        Cli.run(command, "--bogus", "a", "b").failed(2, "--bogus", "see 'slipstream " + command + " --help'").printedNothing();
    }

    @ParameterizedTest
    @ValueSource(strings = {"append", "dump", "records", "verify", "load", "compact", "copy", "stat", "follow", "repair"})
    void shouldRefuseAnEmptyFileName(final String command) {
        Cli.run(command, "", "b").failed(2).printedNothing();
    }

    /** A file name that begins with an at sign is a file name: no file is read for arguments. */
    @Test
    void shouldNotReadArgumentsFromFiles(@TempDir final Path directory) throws IOException {
        final String name = "@" + Files.writeString(directory.resolve("arguments"), "--help");
        assertEquals(name, Cli.run("verify", name).isDone().objects().get(0).get("file"));
    }

    @Test
    void shouldTakeWhatFollowsTwoDashesForAFile() {
        assertEquals("--help", Cli.run("verify", "--", "--help").isDone().objects().get(0).get("file"));
    }

    @Test
    void shouldRefuseAFileNameThatCannotBe() {
        Cli.run("dump", "a\0b").failed(2, "not a file name");
    }
}
