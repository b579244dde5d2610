package sampan.app.dispatch;

import java.io.PrintStream;
import java.util.Map;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Style;
import sampan.app.cli.Table;

/// The lists of commands.
final class Usage {
    private static final int NAME_WIDTH = 12;

    private Usage() {}

    static void top(CommandContext context) {
        PrintStream out = context.out();
        Style style = context.style();
        out.println("Usage:  sampan COMMAND [OPTIONS] ...");
        out.println();
        out.println("Runs containers, and explains them.");
        out.println();
        out.println(style.bold("Commands:"));
        list(out, Commands.TOP);
        out.println();
        out.println(style.bold("Groups:"));
        Commands.GROUPS.keySet().forEach(name -> out.println("  " + name));
        out.println();
        out.println("Run 'sampan COMMAND --help' for more information on a command.");
    }

    static void group(CommandContext context, String name, Map<String, Verb> verbs) {
        PrintStream out = context.out();
        out.println("Usage:  sampan " + name + " COMMAND");
        out.println();
        out.println(
                name.equals("ns")
                        ? "Look at namespaces, enter them and make new ones"
                        : "Manage " + (name.equals("system") ? "Sampan" : name + "s"));
        out.println();
        out.println(context.style().bold("Commands:"));
        list(out, verbs);
        out.println();
        out.println("Run 'sampan " + name + " COMMAND --help' for more information on a command.");
    }

    private static void list(PrintStream out, Map<String, Verb> verbs) {
        verbs.forEach((name, verb) -> {
            // an alias of ls
            if (!name.equals("list")) {
                out.println("  " + Table.padded(name, NAME_WIDTH) + verb.summary());
            }
        });
    }
}
