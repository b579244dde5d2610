package sampan.app.runc.dispatch;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import sampan.app.runc.GlobalOptions;
import sampan.app.runc.RuncContext;
import sampan.app.settings.Settings;

/// Help, laid out as runc's.
final class RuncUsage {
    private static final int GAP = 2;

    private RuncUsage() {}

    static void top(PrintStream out, String program) {
        section(out, "NAME", List.of(program + " - Open Container Initiative runtime"));
        section(
                out,
                "USAGE",
                List.of(program + " [global options] command [command options] [arguments...]"));
        section(out, "VERSION", List.of(Settings.VERSION));
        List<String[]> rows = new ArrayList<>();
        for (RuncVerb verb : RuncVerb.ALL) {
            rows.add(new String[] {verb.name(), verb.summary()});
        }
        rows.add(new String[] {"help, h", "Shows a list of commands or help for one command"});
        section(out, "COMMANDS", columns(rows));
        section(out, "GLOBAL OPTIONS", options(new CommandLine(new GlobalOptions())));
    }

    static void verb(RuncContext context, RuncVerb verb) {
        PrintStream out = context.out();
        String program = context.program();
        section(out, "NAME", List.of(program + " " + verb.name() + " - " + verb.summary()));
        List<String> options = options(new CommandLine(verb.make(context)));
        section(
                out,
                "USAGE",
                List.of(
                        (program
                                        + " "
                                        + verb.name()
                                        + (options.isEmpty() ? " " : " [command options] ")
                                        + verb.arguments())
                                .strip()));
        if (!options.isEmpty()) {
            section(out, "OPTIONS", options);
        }
    }

    private static void section(PrintStream out, String title, List<String> lines) {
        out.println(title + ":");
        lines.forEach(line -> out.println("   " + line));
        out.println();
    }

    private static List<String> options(CommandLine line) {
        List<String[]> rows = new ArrayList<>();
        for (OptionSpec option : line.getCommandSpec().options()) {
            if (!option.hidden()) {
                List<String> names = new ArrayList<>();
                for (String name : option.names()) {
                    names.add(option.arity().max() > 0 ? name + " value" : name);
                }
                names.sort((a, b) -> b.startsWith("--") ? a.startsWith("--") ? 0 : 1 : -1);
                rows.add(
                        new String[] {
                            String.join(", ", names), String.join(" ", option.description())
                        });
            }
        }
        return columns(rows);
    }

    private static List<String> columns(List<String[]> rows) {
        int width = 0;
        for (String[] row : rows) {
            width = Math.max(width, row[0].length() + GAP);
        }
        List<String> lines = new ArrayList<>();
        for (String[] row : rows) {
            lines.add(row[0] + " ".repeat(width - row[0].length()) + row[1]);
        }
        return lines;
    }
}
