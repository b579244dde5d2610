package sampan.app.runc.dispatch;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import sampan.app.cli.ExitException;
import sampan.app.runc.GlobalOptions;
import sampan.app.runc.RuncContext;
import sampan.app.runc.RuncLog;
import sampan.app.runc.RuncWords;
import sampan.app.session.Caller;
import sampan.app.settings.Settings;
import sampan.errors.SampanException;
import sampan.oci.spec.Spec;
import sampan.runtime.lifecycle.RuntimeHost;
import sampan.runtime.state.StateDirectory;

/// Runs one command line of `sampan-runc`. Exit codes are runc's: 1 for failures, 3 for a verb that
/// is none, the container's for `run` and `exec`.
public final class RuncCli {
    private static final String NAME = "sampan-runc";
    private static final int STATUS_FAILED = 1;
    private static final int STATUS_UNKNOWN = 3;

    private final RuntimeHost host;

    public RuncCli(RuntimeHost host) {
        this.host = host;
    }

    /// Whether the name by which the client was called means this command line.
    public static boolean isMeant(Caller caller) {
        String name = program(caller);
        return name.equals(NAME) || name.equals("runc");
    }

    private static String program(Caller caller) {
        return String.valueOf(Path.of(caller.arguments().getFirst()).getFileName());
    }

    public int run(Caller caller) {
        RuncLog log = RuncLog.plain(caller);
        GlobalOptions global = new GlobalOptions();
        try {
            List<String> words = caller.arguments().subList(1, caller.arguments().size());
            line(global, program(caller), false)
                    .parseArgs(GoFlags.ofGlobals(words).toArray(String[]::new));
            return global(caller, global);
        } catch (CommandLine.ParameterException e) {
            return usage(caller, log, e);
        } catch (SampanException e) {
            log.fatal(e.getMessage());
            return STATUS_FAILED;
        }
    }

    private static CommandLine line(Object command, String name, boolean interspersed) {
        return new CommandLine(command)
                .setCommandName(name)
                .setStopAtPositional(!interspersed)
                .setUnmatchedOptionsArePositionalParams(false)
                .setOverwrittenOptionsAllowed(true);
    }

    private int global(Caller caller, GlobalOptions global) {
        String program = program(caller);
        if (global.version()) {
            caller.out().println(program + " version " + Settings.VERSION);
            caller.out().println("commit: " + Settings.VERSION);
            caller.out().println("spec: " + Spec.VERSION);
            return 0;
        }
        List<String> rest = global.rest();
        boolean help = !rest.isEmpty() && List.of("help", "h").contains(rest.getFirst());
        if (global.help() || rest.isEmpty() || (help && rest.size() == 1)) {
            RuncUsage.top(caller.out(), program);
            return 0;
        }
        try (RuncLog log = RuncLog.open(caller, global.log(), global.json(), global.debug())) {
            Path root = Path.of(caller.workingDirectory()).resolve(global.root()).normalize();
            RuncContext context =
                    new RuncContext(
                            caller,
                            program,
                            host,
                            new StateDirectory(root),
                            log,
                            global.systemdCgroup());
            String name = help ? rest.get(1) : rest.getFirst();
            Optional<RuncVerb> verb = RuncVerb.named(name);
            if (verb.isEmpty()) {
                log.fatal("No help topic for '" + name + "'");
                return STATUS_UNKNOWN;
            }
            if (help) {
                RuncUsage.verb(context, verb.get());
                return 0;
            }
            global.check();
            return execute(context, verb.get(), rest.subList(1, rest.size()));
        }
    }

    private static int usage(Caller caller, RuncLog log, CommandLine.ParameterException e) {
        String message = GoFlags.words(e);
        caller.out().println("Incorrect Usage: " + message);
        caller.out().println();
        RuncUsage.top(caller.out(), program(caller));
        log.fatal(message);
        return STATUS_FAILED;
    }

    private static int execute(RuncContext context, RuncVerb verb, List<String> arguments) {
        Callable<Integer> command = verb.make(context);
        CommandLine line = line(command, verb.name(), verb.interspersed());
        List<String> words = GoFlags.of(line, arguments, verb.interspersed());
        if (words.contains("--help") || words.contains("-h")) {
            boolean ours =
                    verb.interspersed() || words.indexOf("--help") == 0 || words.indexOf("-h") == 0;
            if (ours) {
                RuncUsage.verb(context, verb);
                return 0;
            }
        }
        try {
            line.parseArgs(words.toArray(String[]::new));
        } catch (CommandLine.ParameterException e) {
            return wrong(context, verb, e);
        }
        return call(context, verb, command);
    }

    private static int wrong(RuncContext context, RuncVerb verb, CommandLine.ParameterException e) {
        boolean count = GoFlags.isAboutArguments(e);
        String message = count ? context.program() + ": " + verb.requirement() : GoFlags.words(e);
        context.out().println(count ? "Incorrect Usage." : "Incorrect Usage: " + message);
        context.out().println();
        RuncUsage.verb(context, verb);
        context.log().fatal(message);
        return STATUS_FAILED;
    }

    private static int call(RuncContext context, RuncVerb verb, Callable<Integer> command) {
        try {
            return command.call();
        } catch (ExitException e) {
            if (!e.getMessage().isEmpty()) {
                context.log().fatal(e.getMessage());
            }
            return e.exitCode();
        } catch (SampanException e) {
            context.out().flush();
            context.log().fatal(verb.prefix() + RuncWords.of(e));
            return STATUS_FAILED;
        } catch (UncheckedIOException e) {
            context.log().fatal(verb.prefix() + e.getMessage());
            return STATUS_FAILED;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            context.log().fatal(verb.prefix() + e.getMessage());
            return STATUS_FAILED;
        }
    }
}
