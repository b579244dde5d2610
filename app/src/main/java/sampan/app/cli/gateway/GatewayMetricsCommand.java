package sampan.app.cli.gateway;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import sampan.app.cli.CommandContext;

/// `sampan gateway metrics`: the counters as Prometheus reads them, where no address is open for
/// it.
@Command(description = "Print the gateway's counters in Prometheus' format")
public final class GatewayMetricsCommand implements Callable<Integer> {
    private final CommandContext context;

    public GatewayMetricsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        context.out().print(context.engine().gateway().show("metrics").path("text").asString(""));
        return 0;
    }
}
