package io.slipstream.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The command line: {@code java -jar slipstream.jar COMMAND ...}. Source: README.md, "Command line". */
public final class Main {
    /*
     * Only the command that was named is made: describing all of them costs more than many a command's work.
     */
    private static final Map<String, Function<Streams, LogCommand>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("append", AppendCommand::new);
        COMMANDS.put("dump", DumpCommand::new);
        COMMANDS.put("records", RecordsCommand::new);
        COMMANDS.put("verify", VerifyCommand::new);
        COMMANDS.put("load", LoadCommand::new);
        COMMANDS.put("compact", CompactCommand::new);
        COMMANDS.put("copy", CopyCommand::new);
        COMMANDS.put("stat", StatCommand::new);
        COMMANDS.put("follow", FollowCommand::new);
        COMMANDS.put("repair", RepairCommand::new);
        COMMANDS.put("demo", DemoCommand::new);
    }

    private Main() {
    }

    /** Runs the command line and ends the process with its exit status. */
    public static void main(final String[] args) throws InterruptedException {
        final Streams streams = Streams.of(
                new FileInputStream(FileDescriptor.in), new StandardOutput(), new FileOutputStream(FileDescriptor.err), Progress.isErrTerminal());
        System.exit(runOrRelaunch(args, streams));
    }

    private static int runOrRelaunch(final String[] args, final Streams streams) throws InterruptedException {
        try {
            final ProcessBuilder relaunch = Relaunch.command(args);
            return relaunch == null ? run(Relaunch.arguments(args), streams) : Relaunch.run(relaunch);
        } catch (final IOException e) {
            return ExitStatus.report(e, streams);
        }
    }

    /**
     * Runs the command line on the given streams, which stay open but for {@code in}. Ends no process.
     *
     * @return the exit status: 0 done, 1 corrupted, invalid or no log, 2 wrong usage or input, 3 I/O error or log in use
     */
    public static int run(final String[] args, final InputStream in, final OutputStream out, final OutputStream err) {
        return run(args, Streams.of(in, out, err, false));
    }

    private static int run(final String[] args, final Streams streams) {
        final int status = execute(args, streams);
        try {
            streams.out().flush();
            return status;
        } catch (final IOException e) {
            return status == ExitStatus.DONE ? ExitStatus.report(e, streams) : status;
        }
    }

    private static int execute(final String[] args, final Streams streams) {
        try {
            return commandLine(args, streams).execute(args);
        } catch (final Error e) {
            return ExitStatus.report(e, streams);
        }
    }

    private static CommandLine commandLine(final String[] args, final Streams streams) {
        final CommandLine root = new CommandLine(new Root());
        final boolean isNamed = args.length > 0 && COMMANDS.containsKey(args[0]);
        COMMANDS.forEach((name, command) -> {
            if (!isNamed || name.equals(args[0])) {
                root.addSubcommand(name, command.apply(streams));
            }
        });
        describe(root);
        root.getSubcommands().values().forEach(Main::describe);
        return root.setExpandAtFiles(false)
                .setOut(new PrintWriter(new OutputStreamWriter(streams.out(), StandardCharsets.UTF_8), true))
                .setErr(new PrintWriter(new OutputStreamWriter(streams.err(), StandardCharsets.UTF_8), true))
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setParameterExceptionHandler((failure, arguments) -> reportUsage(failure, streams))
                .setExecutionExceptionHandler((failure, command, parsed) -> ExitStatus.report(failure, streams));
    }

    private static void describe(final CommandLine command) {
        command.getCommandSpec().mixinStandardHelpOptions(true).versionProvider(Main::version);
    }

    private static int reportUsage(final CommandLine.ParameterException failure, final Streams streams) {
        streams.message(failure.getMessage() + "; see '" + failure.getCommandLine().getCommandSpec().qualifiedName() + " --help'");
        return ExitStatus.USAGE;
    }

    private static String[] version() {
        final String version = Main.class.getPackage().getImplementationVersion();
        return new String[] {"slipstream " + (version == null ? "(not packaged)" : version)};
    }

    @Command(name = "slipstream",
            description = "Works on PGSS v2 snapshot logs.",
            exitCodeListHeading = "%nExit status:%n",
            exitCodeList = {
                "0:done",
                "1:the log is corrupted or invalid, or there is none for a command that needs one",
                "2:wrong usage or input",
                "3:I/O error, or the log is in use"
            })
    private static final class Root {
    }
}
