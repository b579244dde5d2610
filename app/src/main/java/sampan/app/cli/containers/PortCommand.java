package sampan.app.cli.containers;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.ExitException;
import sampan.engine.containers.NetworkSpec.PortBinding;

/// `sampan port`.
@Command(description = "List port mappings or a specific mapping for the container")
public final class PortCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "CONTAINER", description = "Name or id")
    private String container = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PRIVATE_PORT[/PROTO]",
            description = "One port")
    private String port = "";

    public PortCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Map<String, List<PortBinding>> ports = new TreeMap<>();
        context.engine()
                .containers()
                .inspect(container)
                .endpoints()
                .forEach(endpoint -> ports.putAll(endpoint.ports()));
        if (port.isEmpty()) {
            ports.forEach((name, list) ->
                    list.forEach(b -> context.out().println(name + " -> " + shown(b))));
            return 0;
        }
        String name = port.contains("/") ? port : port + "/tcp";
        List<PortBinding> bindings = ports.getOrDefault(name, List.of());
        if (bindings.isEmpty()) {
            throw new ExitException(
                    1, "Error: No public port '" + port + "' published for " + container);
        }
        bindings.forEach(b -> context.out().println(shown(b)));
        return 0;
    }

    private static String shown(PortBinding binding) {
        String address = binding.hostAddress().isEmpty() ? "0.0.0.0" : binding.hostAddress();
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + binding.hostPort();
    }
}
