package sampan.app.cli.gateway;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import sampan.app.cli.CommandContext;

/// `sampan gateway replace`: for a program or a file that holds from the gateway's start to its
/// end.
@Command(description = "Have a new process take the gateway's place; no request fails")
public final class GatewayReplaceCommand implements Callable<Integer> {
    private final CommandContext context;

    public GatewayReplaceCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        context.engine().gateway().replace();
        return 0;
    }
}
