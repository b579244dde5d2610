package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Rows;
import sampan.app.cli.Words;
import sampan.engine.containers.Container;
import sampan.engine.services.Stats;
import sampan.errors.SampanException;

/// `sampan stats`.
@Command(description = "Display a live stream of container resource usage statistics")
public final class StatsCommand implements Callable<Integer> {
    private static final long PERIOD_MILLIS = 1000;
    private static final String CLEAR = "\u001b[2J\u001b[H";
    private static final Map<String, String> HEADERS =
            Map.of(
                    "ID", "CONTAINER ID",
                    "Name", "NAME",
                    "CPUPerc", "CPU %",
                    "MemUsage", "MEM USAGE / LIMIT",
                    "MemPerc", "MEM %",
                    "NetIO", "NET I/O",
                    "BlockIO", "BLOCK I/O",
                    "PIDs", "PIDS");

    private final CommandContext context;

    @Option(
            names = {"-a", "--all"},
            description = "Show all containers (default shows just running)")
    private boolean all;

    @Option(names = "--format", description = "table, json, or a template")
    private String format = "";

    @Option(names = "--no-stream", description = "Only show the first result")
    private boolean once;

    @Option(names = "--no-trunc", description = "Do not truncate output")
    private boolean whole;

    @Parameters(arity = "0..*", paramLabel = "CONTAINER", description = "Names or ids")
    private List<String> containers = new ArrayList<>();

    public StatsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        containers.forEach(c -> context.engine().containers().inspect(c));
        Map<String, Stats> before = sample(selected());
        boolean live = !once && context.caller().stdoutIsTerminal();
        do {
            Thread.sleep(PERIOD_MILLIS);
            List<Container> now = selected();
            Map<String, Stats> after = sample(now);
            Rows rows = new Rows(HEADERS);
            for (Container container : now) {
                Stats stats = after.get(container.id().value());
                if (stats != null) {
                    rows.add(
                            row(
                                    container,
                                    before.getOrDefault(container.id().value(), stats),
                                    stats));
                }
            }
            context.out().print(live ? CLEAR : "");
            rows.print(
                    context,
                    format,
                    List.of(
                            "ID",
                            "Name",
                            "CPUPerc",
                            "MemUsage",
                            "MemPerc",
                            "NetIO",
                            "BlockIO",
                            "PIDs"));
            context.out().flush();
            before = after;
        } while (!once);
        return 0;
    }

    private List<Container> selected() {
        if (!containers.isEmpty()) {
            return containers.stream().map(c -> context.engine().containers().inspect(c)).toList();
        }
        return context.engine().containers().list(all, 0, Map.of());
    }

    private Map<String, Stats> sample(List<Container> from) {
        Map<String, Stats> samples = new LinkedHashMap<>();
        for (Container container : from) {
            try {
                samples.put(
                        container.id().value(),
                        context.engine().tasks().stats(container.id().value()));
            } catch (SampanException e) {
                // It was removed between the list and here.
            }
        }
        return samples;
    }

    private Map<String, Object> row(Container container, Stats before, Stats after) {
        Map<String, Object> row = new LinkedHashMap<>();
        String id = whole ? container.id().value() : container.id().brief();
        long used = usedMemory(after);
        long received =
                after.networks().values().stream().mapToLong(Stats.Network::receivedBytes).sum();
        long sent = after.networks().values().stream().mapToLong(Stats.Network::sentBytes).sum();
        row.put(
                "BlockIO",
                Words.size(block(after, "read")) + " / " + Words.size(block(after, "write")));
        row.put("CPUPerc", percent(cpu(before, after)));
        row.put("Container", id);
        row.put("ID", id);
        row.put(
                "MemPerc",
                percent(after.memoryLimit() == 0 ? 0 : 100.0 * used / after.memoryLimit()));
        row.put("MemUsage", Words.binarySize(used) + " / " + Words.binarySize(after.memoryLimit()));
        row.put("Name", container.name());
        row.put("NetIO", Words.size(received) + " / " + Words.size(sent));
        row.put("PIDs", String.valueOf(after.pids()));
        return row;
    }

    private static String percent(double value) {
        return String.format(Locale.ROOT, "%.2f%%", value);
    }

    private static double cpu(Stats before, Stats after) {
        double used = after.cpuTotal() - before.cpuTotal();
        double whole = after.systemCpuTotal() - before.systemCpuTotal();
        return whole > 0 && used > 0 ? used / whole * after.onlineCpus() * 100 : 0;
    }

    /// Without the page cache that the kernel can drop: total_inactive_file on v1, inactive_file on
    /// v2.
    private static long usedMemory(Stats stats) {
        Map<String, Long> details = stats.memoryStats();
        long cache =
                details.getOrDefault(
                        "total_inactive_file", details.getOrDefault("inactive_file", 0L));
        return cache < stats.memoryUsage() ? stats.memoryUsage() - cache : stats.memoryUsage();
    }

    private static long block(Stats stats, String operation) {
        return stats.blockBytes().stream()
                .filter(entry -> entry.operation().equalsIgnoreCase(operation))
                .mapToLong(Stats.BlockEntry::value)
                .sum();
    }
}
