package sampan.app.cli.system;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Rows;
import sampan.app.cli.Table;
import sampan.app.cli.Words;
import sampan.engine.services.StoreService;
import sampan.engine.services.SystemService.DiskUse;

/// `sampan system df`.
@Command(description = "Show disk usage")
public final class DiskUseCommand implements Callable<Integer> {
    private static final int ID_CHARS = 12;

    private final CommandContext context;

    @Option(
            names = {"-v", "--verbose"},
            description = "Show detailed information on space usage")
    private boolean verbose;

    @Option(names = "--format", description = "table, json, or a template")
    private String format = "";

    public DiskUseCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        var use = context.engine().system().diskUse();
        long active = use.images().stream().filter(i -> i.containers() > 0).count();
        long idle =
                use.images().stream()
                        .filter(i -> i.containers() == 0)
                        .mapToLong(i -> i.unique())
                        .sum();
        long written = use.containers().stream().mapToLong(c -> c.writable()).sum();
        long stopped =
                use.containers().stream()
                        .filter(c -> !c.container().status().alive())
                        .mapToLong(c -> c.writable())
                        .sum();
        long running =
                use.containers().stream().filter(c -> c.container().status().alive()).count();
        long volumes = use.volumes().stream().mapToLong(v -> v.bytes()).sum();
        long loose =
                use.volumes().stream()
                        .filter(v -> v.references() == 0)
                        .mapToLong(v -> v.bytes())
                        .sum();
        long used = use.volumes().stream().filter(v -> v.references() > 0).count();
        Rows rows = new Rows(HEADERS);
        rows.add(row("Images", new long[] {use.images().size(), active, use.layersBytes(), idle}));
        rows.add(
                row("Containers", new long[] {use.containers().size(), running, written, stopped}));
        rows.add(row("Local Volumes", new long[] {use.volumes().size(), used, volumes, loose}));
        rows.add(row("Build Cache", cache()));
        rows.print(context, format, List.of("Type", "TotalCount", "Active", "Size", "Reclaimable"));
        if (verbose) {
            details(use);
        }
        return 0;
    }

    /// Steps, those whose layer an image has, bytes, and bytes that a prune frees.
    private long[] cache() {
        var steps = context.engine().builds().cache();
        long size = steps.stream().mapToLong(s -> s.bytes()).sum();
        long held = steps.stream().filter(s -> s.inUse()).mapToLong(s -> s.bytes()).sum();
        long used = steps.stream().filter(s -> s.inUse()).count();
        return new long[] {steps.size(), used, size, size - held};
    }

    private void details(DiskUse use) {
        context.out().println();
        Table images = new Table("IMAGE", "SIZE", "SHARED SIZE", "UNIQUE SIZE", "CONTAINERS");
        use.images()
                .forEach(i ->
                        images.row(
                                i.image().references().stream().findFirst().orElse(i.image().id()),
                                Words.size(i.shared() + i.unique()),
                                Words.size(i.shared()),
                                Words.size(i.unique()),
                                String.valueOf(i.containers())));
        images.print(context);
        context.out().println();
        Table volumeTable = new Table("VOLUME NAME", "LINKS", "SIZE");
        use.volumes()
                .forEach(v ->
                        volumeTable.row(
                                v.volume().name(),
                                String.valueOf(v.references()),
                                Words.size(v.bytes())));
        volumeTable.print(context);
        context.out().println();
        entries();
        context.out().println();
        places();
        context.out().println();
        policy();
    }

    private void entries() {
        Table table = new Table("CACHE ID", "CACHE TYPE", "SIZE", "LAST USED", "USAGE", "SHARED");
        context.engine()
                .builds()
                .cache()
                .forEach(e ->
                        table.row(
                                e.id().substring(0, Math.min(ID_CHARS, e.id().length())),
                                e.kind().word(),
                                Words.size(e.bytes()),
                                Words.ago(e.used()),
                                String.valueOf(e.uses()),
                                String.valueOf(e.shared())));
        table.print(context);
    }

    /// Everything below the root, to the byte.
    private void places() {
        Map<String, Long> places = context.engine().store().bytes();
        Table table = new Table("ON DISK", "SIZE", "BYTES");
        places.forEach((what, bytes) -> table.row(what, Words.size(bytes), bytes.toString()));
        long sum = places.values().stream().mapToLong(Long::longValue).sum();
        table.row("Total", Words.size(sum), Long.toString(sum));
        table.print(context);
    }

    private void policy() {
        StoreService.Disk disk = context.engine().store().disk();
        long percent = disk.usable() == 0 ? 0 : disk.used() * 100 / disk.usable();
        String marks =
                disk.high() < 0
                        ? "disk policy off"
                        : "above "
                                + Words.size(disk.high())
                                + " ("
                                + disk.settings().get("high")
                                + ") freed down to "
                                + Words.size(disk.low());
        context.out()
                .println(
                        "Filesystem: "
                                + Words.size(disk.used())
                                + " of "
                                + Words.size(disk.usable())
                                + " used ("
                                + percent
                                + "%); "
                                + marks);
        if (!disk.decisions().isEmpty()) {
            Table table = new Table("REMOVED", "KIND", "SUBJECT", "SIZE", "REASON");
            disk.decisions()
                    .forEach(d ->
                            table.row(
                                    d.time().toString(),
                                    d.kind().words(),
                                    d.subject(),
                                    Words.size(d.bytes()),
                                    d.reason()));
            table.print(context);
        }
    }

    private static Map<String, Object> row(String type, long[] figures) {
        long percent = figures[2] == 0 ? 0 : figures[3] * 100 / figures[2];
        Map<String, Object> row = new TreeMap<>();
        row.put("Type", type);
        row.put("TotalCount", String.valueOf(figures[0]));
        row.put("Active", String.valueOf(figures[1]));
        row.put("Size", Words.size(figures[2]));
        row.put(
                "Reclaimable",
                Words.size(figures[3]) + (figures[2] == 0 ? "" : " (" + percent + "%)"));
        return row;
    }

    private static final Map<String, String> HEADERS =
            Map.of(
                    "Type", "TYPE",
                    "TotalCount", "TOTAL",
                    "Active", "ACTIVE",
                    "Size", "SIZE",
                    "Reclaimable", "RECLAIMABLE");
}
