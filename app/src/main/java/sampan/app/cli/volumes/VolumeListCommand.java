package sampan.app.cli.volumes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Filters;
import sampan.app.cli.Rows;

/// `sampan volume ls`.
@Command(description = "List volumes")
public final class VolumeListCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-f", "--filter"},
            description = "Provide filter values")
    private List<String> filters = new ArrayList<>();

    @Option(names = "--format", description = "table, json, or a template")
    private String format = "";

    @Option(
            names = {"-q", "--quiet"},
            description = "Only display volume names")
    private boolean quiet;

    public VolumeListCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        var volumes = context.engine().volumes().list(Filters.parse(filters));
        if (quiet) {
            volumes.forEach(v -> context.out().println(v.name()));
            return 0;
        }
        Rows rows = new Rows(Map.of("Driver", "DRIVER", "Name", "VOLUME NAME"));
        volumes.forEach(v -> {
            Map<String, Object> row = new TreeMap<>();
            row.put("Driver", v.driver());
            row.put("Name", v.name());
            row.put("Mountpoint", v.mountpoint().toString());
            row.put("Scope", "local");
            row.put(
                    "Labels",
                    String.join(
                            ",",
                            new TreeMap<>(v.labels())
                                    .entrySet().stream()
                                            .map(e -> e.getKey() + "=" + e.getValue())
                                            .toList()));
            List.of("Availability", "Group", "Links", "Size", "Status")
                    .forEach(name -> row.put(name, "N/A"));
            rows.add(row);
        });
        rows.print(context, format, List.of("Driver", "Name"));
        return 0;
    }
}
