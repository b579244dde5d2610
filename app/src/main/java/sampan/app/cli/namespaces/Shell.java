package sampan.app.cli.namespaces;

import sampan.app.cli.CommandContext;

/// What runs where no program was named.
final class Shell {
    private Shell() {}

    static String of(CommandContext context) {
        String shell = context.caller().environment().getOrDefault("SHELL", "");
        return shell.isEmpty() ? "/bin/sh" : shell;
    }
}
