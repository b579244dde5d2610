package sampan.app.cli.containers;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Filters;
import sampan.app.cli.Rows;
import sampan.app.cli.Words;
import sampan.engine.containers.Container;
import sampan.engine.containers.Container.EndpointView;

/// `sampan ps`.
@Command(description = "List containers")
public final class PsCommand implements Callable<Integer> {
    private static final Map<String, String> HEADERS =
            Map.ofEntries(
                    Map.entry("ID", "CONTAINER ID"),
                    Map.entry("Image", "IMAGE"),
                    Map.entry("Command", "COMMAND"),
                    Map.entry("RunningFor", "CREATED"),
                    Map.entry("CreatedAt", "CREATED AT"),
                    Map.entry("Status", "STATUS"),
                    Map.entry("State", "STATE"),
                    Map.entry("Ports", "PORTS"),
                    Map.entry("Names", "NAMES"),
                    Map.entry("Size", "SIZE"),
                    Map.entry("Labels", "LABELS"),
                    Map.entry("Mounts", "MOUNTS"),
                    Map.entry("Networks", "NETWORKS"),
                    Map.entry("LocalVolumes", "LOCAL VOLUMES"));
    private static final int COMMAND_CHARS = 20;

    private final CommandContext context;

    @Option(
            names = {"-a", "--all"},
            arity = "0..1",
            fallbackValue = "true",
            description = "Show all containers (default shows just running)")
    private boolean all;

    @Option(
            names = {"-f", "--filter"},
            description = "Filter output based on conditions provided")
    private List<String> filters = new ArrayList<>();

    @Option(names = "--format", description = "table, json, or a template")
    private String format = "";

    @Option(
            names = {"-n", "--last"},
            description = "Show the last N created containers")
    private int last = -1;

    @Option(
            names = {"-l", "--latest"},
            description = "Show the latest created container")
    private boolean latest;

    @Option(names = "--no-trunc", description = "Do not truncate output")
    private boolean whole;

    @Option(
            names = {"-q", "--quiet"},
            description = "Only display container ids")
    private boolean quiet;

    @Option(
            names = {"-s", "--size"},
            description = "Display total file sizes")
    private boolean size;

    public PsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        int limit = latest ? 1 : Math.max(0, last);
        List<Container> found =
                context.engine().containers().list(all || limit > 0, limit, Filters.parse(filters));
        if (quiet) {
            found.forEach(c -> context.out().println(whole ? c.id().value() : c.id().brief()));
            return 0;
        }
        Rows rows = new Rows(HEADERS);
        boolean sized = size || format.contains(".Size");
        found.forEach(container -> rows.add(row(container, sized)));
        List<String> usual =
                new ArrayList<>(
                        List.of(
                                "ID",
                                "Image",
                                "Command",
                                "RunningFor",
                                "Status",
                                "Ports",
                                "Names"));
        if (size) {
            usual.add("Size");
        }
        rows.print(context, format, usual);
        return 0;
    }

    private Map<String, Object> row(Container c, boolean sized) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("Command", command(c));
        row.put(
                "CreatedAt",
                c.created().toString().replace('T', ' ').replaceFirst("\\.\\d+Z", " +0000 UTC"));
        row.put("ID", whole ? c.id().value() : c.id().brief());
        row.put("Image", c.spec().image());
        row.put("Labels", String.join(",", pairs(c.spec().labels())));
        row.put(
                "LocalVolumes",
                c.mounts().stream().filter(m -> m.driver().equals("local")).count() + "");
        row.put("Mounts", String.join(",", c.mounts().stream().map(m -> mountName(m)).toList()));
        row.put("Names", c.name());
        row.put(
                "Networks",
                c.endpoints().isEmpty()
                        ? c.spec().network().mode().replace("default", "bridge")
                        : String.join(
                                ",", c.endpoints().stream().map(EndpointView::network).toList()));
        row.put("Ports", PortsColumn.of(c));
        row.put("RunningFor", Words.ago(c.created()));
        row.put("Size", sized ? size(c) : "0B");
        row.put("State", c.status().word());
        row.put("Status", status(c));
        return row;
    }

    private static String mountName(Container.MountPoint mount) {
        return mount.name().isEmpty() ? mount.source() : mount.name();
    }

    private static List<String> pairs(Map<String, String> labels) {
        return new TreeMap<>(labels)
                .entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
    }

    private String command(Container c) {
        StringBuilder text = new StringBuilder(c.path());
        c.arguments()
                .forEach(argument ->
                        text.append(' ')
                                .append(argument.contains(" ") ? "'" + argument + "'" : argument));
        String shown =
                whole || text.length() <= COMMAND_CHARS
                        ? text.toString()
                        : text.substring(0, COMMAND_CHARS - 1) + "…";
        return "\"" + shown.replace("\"", "\\\"") + "\"";
    }

    private String size(Container c) {
        var use = context.engine().containers().size(c.id().value());
        return Words.size(use.writable()) + " (virtual " + Words.size(use.root()) + ")";
    }

    /// Docker's words: `Up 5 minutes (Paused)`, `Exited (0) 3 hours ago`.
    static String status(Container c) {
        Instant end = c.finishedAt().orElse(c.created());
        return switch (c.status()) {
            case CREATED -> "Created";
            case RUNNING -> "Up " + uptime(c);
            case PAUSED -> "Up " + uptime(c) + " (Paused)";
            case RESTARTING -> "Restarting (" + c.exitCode() + ") " + Words.ago(end);
            case REMOVING -> "Removal In Progress";
            case EXITED -> "Exited (" + c.exitCode() + ") " + Words.ago(end);
            case DEAD -> "Dead";
        };
    }

    private static String uptime(Container c) {
        return Words.duration(
                java.time.Duration.between(c.startedAt().orElse(c.created()), Instant.now()));
    }
}
