package sampan.app.cli.registry;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.engine.services.ServerText;

/// `sampan logout`.
@Command(description = "Log out from a registry")
public final class LogoutCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(arity = "0..1", paramLabel = "SERVER", description = "The registry's host")
    private String server = "";

    public LogoutCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        String domain = ServerText.domain(server);
        String shown = Credentials.key(domain);
        if (Credentials.of(context.caller()).erase(domain)) {
            context.out().println("Removing login credentials for " + shown);
        } else {
            context.out().println("Not logged in to " + shown);
        }
        return 0;
    }
}
