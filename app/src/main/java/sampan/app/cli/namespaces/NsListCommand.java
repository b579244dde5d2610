package sampan.app.cli.namespaces;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Table;
import sampan.app.cli.usage.UsageException;
import sampan.linux.namespaces.NamespaceKind;
import sampan.linux.namespaces.NamespaceRow;
import sampan.linux.namespaces.Namespaces;
import sampan.oci.json.Json;

/// `sampan ns ls`: the rows of lsns(8).
@Command(description = "List the namespaces that processes are in, as lsns does")
public final class NsListCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-t", "--type"},
            description = "Kind: mnt, net, ipc, user, pid, uts, cgroup, time")
    private List<String> kinds = new ArrayList<>();

    @Option(
            names = {"-T", "--tree"},
            description = "Group processes by the namespaces they share")
    private boolean tree;

    @Option(
            names = {"-l", "--list"},
            description = "Without the marks of parent processes")
    private boolean flat;

    @Option(
            names = {"-J", "--json"},
            description = "Print JSON")
    private boolean json;

    @Option(
            names = {"-n", "--noheadings"},
            description = "Leave out the headings")
    private boolean bare;

    @Option(
            names = {"-p", "--task"},
            description = "Only the namespaces of this process or container")
    private String task = "";

    @Parameters(
            arity = "0..1",
            paramLabel = "NAMESPACE",
            description = "Only this namespace, by inode")
    private long inode;

    public NsListCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Set<NamespaceKind> wanted = EnumSet.allOf(NamespaceKind.class);
        if (!kinds.isEmpty()) {
            wanted.clear();
            for (String kind : kinds) {
                wanted.add(
                        NamespaceKind.ofProcName(kind)
                                .orElseThrow(() ->
                                        new UsageException(
                                                "unknown namespace type: "
                                                        + kind
                                                        + ": give mnt, net, ipc, user, pid, uts, cgroup or time")));
            }
        }
        List<NamespaceRow> rows = new ArrayList<>(Namespaces.list(wanted));
        if (!task.isEmpty()) {
            var own = Namespaces.of(Subject.pid(context, task)).values();
            rows.removeIf(row -> !own.contains(row.id()));
        }
        if (inode != 0) {
            rows.removeIf(row -> row.id().inode() != inode);
        }
        boolean net = kinds.equals(List.of("net"));
        if (json) {
            context.out()
                    .println(
                            Json.pretty(
                                    Map.of(
                                            "namespaces",
                                            rows.stream().map(r -> wire(r, net)).toList())));
        } else if (tree) {
            new NsTree(context.out(), context.style()).print(rows);
        } else {
            table(rows, net);
        }
        return 0;
    }

    private static Map<String, Object> wire(NamespaceRow row, boolean net) {
        Map<String, Object> wire = new LinkedHashMap<>();
        wire.put("ns", row.id().inode());
        wire.put("type", row.id().kind().procName());
        wire.put("nprocs", row.processes());
        wire.put("pid", row.pid());
        wire.put("user", row.user());
        if (net) {
            wire.put("netnsid", netnsId(row));
            wire.put("nsfs", String.join("\n", row.mountPoints()));
        }
        wire.put("command", row.command());
        return wire;
    }

    private static String netnsId(NamespaceRow row) {
        return row.netnsId().map(String::valueOf).orElse("unassigned");
    }

    private void table(List<NamespaceRow> rows, boolean net) {
        List<String> titles =
                net
                        ? List.of(
                                "NS", "TYPE", "NPROCS", "PID", "USER", "NETNSID", "NSFS", "COMMAND")
                        : List.of("NS", "TYPE", "NPROCS", "PID", "USER", "COMMAND");
        List<List<String>> cells = new ArrayList<>();
        if (!bare) {
            cells.add(titles);
        }
        for (LsnsOrder.Placed placed : LsnsOrder.of(rows, flat)) {
            NamespaceRow row = placed.row();
            List<String> line =
                    new ArrayList<>(
                            List.of(
                                    String.valueOf(row.id().inode()),
                                    row.id().kind().procName(),
                                    String.valueOf(row.processes()),
                                    String.valueOf(row.pid()),
                                    row.user()));
            if (net) {
                line.add(netnsId(row));
                line.add(String.join(",", row.mountPoints()));
            }
            line.add(placed.mark() + row.command());
            cells.add(line);
        }
        print(cells, Set.of("NS", "NPROCS", "PID"), titles);
    }

    /// Numbers to the right, as lsns prints them.
    private void print(List<List<String>> cells, Set<String> right, List<String> titles) {
        int[] widths = new int[titles.size()];
        cells.forEach(row -> {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        PrintStream out = context.out();
        for (List<String> row : cells) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                String cell = Table.clean(row.get(i));
                String gap = " ".repeat(Math.max(0, widths[i] - cell.length()));
                boolean last = i == row.size() - 1;
                line.append(i == 0 ? "" : " ");
                line.append(right.contains(titles.get(i)) ? gap + cell : last ? cell : cell + gap);
            }
            out.println(line);
        }
    }
}
