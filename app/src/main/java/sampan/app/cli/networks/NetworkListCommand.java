package sampan.app.cli.networks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Filters;
import sampan.app.cli.Rows;
import sampan.app.cli.Words;

/// `sampan network ls`.
@Command(description = "List networks")
public final class NetworkListCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-f", "--filter"},
            description = "Provide filter values")
    private List<String> filters = new ArrayList<>();

    @Option(names = "--format", description = "table, json, or a template")
    private String format = "";

    @Option(names = "--no-trunc", description = "Do not truncate the output")
    private boolean whole;

    @Option(
            names = {"-q", "--quiet"},
            description = "Only display network ids")
    private boolean quiet;

    public NetworkListCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        var networks = context.engine().networks().list(Filters.parse(filters));
        Rows rows =
                new Rows(
                        Map.of(
                                "ID",
                                "NETWORK ID",
                                "Name",
                                "NAME",
                                "Driver",
                                "DRIVER",
                                "Scope",
                                "SCOPE"));
        for (var network : networks) {
            String id =
                    whole
                            ? network.id()
                            : network.id().substring(0, Math.min(12, network.id().length()));
            if (quiet) {
                context.out().println(id);
            }
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("ID", id);
            row.put("Name", network.name());
            row.put("Driver", network.driver());
            row.put("Scope", "local");
            row.put("IPv4", "true");
            row.put("IPv6", "false");
            row.put("Internal", "false");
            row.put("Labels", "");
            row.put("CreatedAt", Words.stamp(network.created()));
            rows.add(row);
        }
        if (!quiet) {
            rows.print(context, format, List.of("ID", "Name", "Driver", "Scope"));
        }
        return 0;
    }
}
