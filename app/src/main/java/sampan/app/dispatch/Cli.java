package sampan.app.dispatch;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import sampan.app.cli.CommandContext;
import sampan.app.cli.ExitException;
import sampan.app.cli.usage.UsageException;
import sampan.app.session.Caller;
import sampan.app.settings.Settings;
import sampan.engine.services.Engine;
import sampan.errors.SampanException;

/// Runs one command line. Exit codes are the docker client's: 125 for what the engine refuses of
/// `run`, 126 and 127 for a program that cannot run, 1 for other failures, 2 where Docker has it.
public final class Cli {
    private static final int STATUS_FAILED = 1;
    private static final int STATUS_FLAG = 125;

    private final Engine engine;
    private final Settings settings;
    private final PreparedCommands commands;

    public Cli(Engine engine, Settings settings) {
        this.engine = engine;
        this.settings = settings;
        this.commands = new PreparedCommands(engine, settings);
    }

    public int run(Caller caller) {
        List<String> words = caller.arguments().subList(1, caller.arguments().size());
        CommandContext context = new CommandContext(caller, engine, settings);
        if (words.isEmpty() || isHelp(words.getFirst())) {
            boolean named = words.size() > 1 && words.getFirst().equals("help");
            if (named) {
                return help(context, words.get(1));
            }
            Usage.top(context);
            return 0;
        }
        if (words.getFirst().equals("--version") || words.getFirst().equals("-v")) {
            context.out().println("Sampan version " + Settings.VERSION);
            return 0;
        }
        return words.getFirst().equals("__complete") || words.getFirst().equals("completion")
                ? complete(context, words)
                : dispatch(context, words);
    }

    private int help(CommandContext context, String topic) {
        if (!Commands.TOP.containsKey(topic) && !Commands.GROUPS.containsKey(topic)) {
            context.err().println("unknown help topic: " + topic);
            return STATUS_FAILED;
        }
        return dispatch(context, List.of(topic, "--help"));
    }

    private static int complete(CommandContext context, List<String> words) {
        List<String> rest = words.subList(1, words.size());
        if (words.getFirst().equals("__complete")) {
            new Completion(context).candidates(rest).forEach(context.out()::println);
            return 0;
        }
        var script = rest.isEmpty() ? Optional.<String>empty() : Completion.script(rest.getFirst());
        if (script.isEmpty()) {
            context.err().println("Usage:  sampan completion bash|zsh");
            return STATUS_FAILED;
        }
        context.out().print(script.get());
        return 0;
    }

    private static boolean isHelp(String word) {
        return word.equals("help") || word.equals("--help") || word.equals("-h");
    }

    private int dispatch(CommandContext context, List<String> words) {
        String first = words.getFirst();
        Map<String, Verb> group = Commands.GROUPS.get(first);
        if (group != null) {
            if (words.size() == 1 || isHelp(words.get(1))) {
                Usage.group(context, first, group);
                return 0;
            }
            Verb verb = group.get(words.get(1));
            return verb == null
                    ? unknown(context, first, words.get(1))
                    : execute(
                            context,
                            verb,
                            first + " " + words.get(1),
                            words.subList(2, words.size()));
        }
        Verb verb = Commands.TOP.get(first);
        return verb == null
                ? unknown(context, "", first)
                : execute(context, verb, first, words.subList(1, words.size()));
    }

    private static int unknown(CommandContext context, String group, String word) {
        String above = group.isEmpty() ? "sampan" : "sampan " + group;
        if (word.startsWith("-")) {
            context.err()
                    .println(
                            word.startsWith("--")
                                    ? "unknown flag: " + word
                                    : "unknown shorthand flag: '"
                                            + word.charAt(1)
                                            + "' in "
                                            + word);
        } else {
            context.err().println("sampan: unknown command: " + above + " " + word);
        }
        context.err().println();
        context.err()
                .println(
                        "Usage:  "
                                + above
                                + (group.isEmpty() ? " [OPTIONS] COMMAND [ARG...]" : " COMMAND"));
        context.err().println();
        context.err().println("Run '" + above + " --help' for more information");
        return word.startsWith("-") ? STATUS_FLAG : STATUS_FAILED;
    }

    private int execute(CommandContext context, Verb verb, String name, List<String> arguments) {
        PreparedCommand prepared = commands.take(verb, context.caller());
        try {
            return execute(prepared, verb, name, arguments);
        } finally {
            commands.giveBack(verb, prepared);
        }
    }

    private static int execute(
            PreparedCommand prepared, Verb verb, String name, List<String> arguments) {
        CommandContext context = prepared.context();
        Parsing parsing = new Parsing(context, verb, name, prepared.line());
        if (arguments.contains("--help") && helpIsOurs(verb, arguments)) {
            HelpText.print(context, "sampan " + name, verb, parsing.spec());
            return 0;
        }
        boolean runs = verb.name().equals("run") || verb.name().equals("create");
        Optional<Integer> failed = parsing.parse(arguments);
        return failed.isPresent()
                ? failed.get()
                : call(context, prepared.command(), new Failures(context, parsing, name, runs));
    }

    /// For `run` and `exec` a `--help` behind the first argument belongs to the other program.
    private static boolean helpIsOurs(Verb verb, List<String> arguments) {
        return verb.interspersed() || arguments.getFirst().equals("--help");
    }

    private static int call(CommandContext context, Callable<Integer> command, Failures failures) {
        try {
            return command.call();
        } catch (ExitException e) {
            context.out().flush();
            if (!e.getMessage().isEmpty()) {
                context.err().println(e.getMessage());
            }
            return e.exitCode();
        } catch (UsageException e) {
            context.out().flush();
            return failures.usage(e);
        } catch (SampanException e) {
            context.out().flush();
            return failures.engine(e);
        } catch (InterruptedException e) {
            return STATUS_FAILED;
        } catch (UncheckedIOException e) {
            context.err().println("sampan: " + SampanException.storage(e).getMessage());
            return STATUS_FAILED;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            context.err().println("sampan: " + e.getMessage());
            return STATUS_FAILED;
        }
    }
}
