package sampan.app.cli.namespaces;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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

    @Option(
            names = {"-o", "--output"},
            description =
                    "Columns: NS,TYPE,PATH,NPROCS,PID,PPID,COMMAND,UID,USER,NETNSID,NSFS,PNS,ONS")
    private String output = "";

    @Option(names = "--output-all", description = "All columns")
    private boolean outputAll;

    @Option(
            names = {"-r", "--raw"},
            description = "One blank between columns, nothing aligned")
    private boolean raw;

    @Option(
            names = {"-u", "--notruncate"},
            description = "Do not cut lines to the terminal's width")
    private boolean whole;

    @Option(
            names = {"-W", "--nowrap"},
            description = "One line for each namespace")
    private boolean noWrap;

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
            NamespaceRow row =
                    rows.stream()
                            .filter(r -> r.id().inode() == inode)
                            .findFirst()
                            .orElseThrow(() -> new UsageException("not found namespace: " + inode));
            new NsProcesses(context.out(), bare).print(row.id());
            return 0;
        }
        List<NsColumn> columns = columns();
        if (json) {
            context.out()
                    .println(
                            Json.pretty(
                                    Map.of(
                                            "namespaces",
                                            rows.stream().map(r -> wire(r, columns)).toList())));
        } else if (tree) {
            new NsTree(context.out(), context.style()).print(rows);
        } else {
            table(rows, columns);
        }
        return 0;
    }

    private List<NsColumn> columns() {
        if (outputAll) {
            return List.of(NsColumn.values());
        }
        return output.isEmpty()
                ? NsColumn.usual(kinds.equals(List.of("net")))
                : NsColumn.parse(output);
    }

    private static Map<String, Object> wire(NamespaceRow row, List<NsColumn> columns) {
        Map<String, Object> wire = new LinkedHashMap<>();
        columns.forEach(
                column -> wire.put(column.name().toLowerCase(Locale.ROOT), column.value(row)));
        return wire;
    }

    private void table(List<NamespaceRow> rows, List<NsColumn> columns) {
        List<List<String>> cells = new ArrayList<>();
        if (!bare) {
            cells.add(columns.stream().map(NsColumn::name).toList());
        }
        for (LsnsOrder.Placed placed : LsnsOrder.of(rows, flat || raw)) {
            cells.add(line(placed, columns));
            if (!noWrap && !raw && columns.contains(NsColumn.NSFS)) {
                furtherMountPoints(placed.row(), columns, cells);
            }
        }
        if (raw) {
            cells.forEach(row ->
                    context.out()
                            .println(
                                    String.join(
                                            " ",
                                            row.stream()
                                                    .map(c -> c.replace(" ", "\\x20"))
                                                    .toList())));
        } else {
            print(cells, columns);
        }
    }

    private List<String> line(LsnsOrder.Placed placed, List<NsColumn> columns) {
        List<String> line = new ArrayList<>();
        for (NsColumn column : columns) {
            String text = column.text(placed.row());
            boolean several = column == NsColumn.NSFS && !noWrap && !raw;
            line.add(
                    column == NsColumn.COMMAND
                            ? placed.mark() + text
                            : several
                                    ? placed.row().mountPoints().stream().findFirst().orElse("")
                                    : text);
        }
        return line;
    }

    /// Each on a line of its own, below the first.
    private static void furtherMountPoints(
            NamespaceRow row, List<NsColumn> columns, List<List<String>> cells) {
        for (String further : row.mountPoints().stream().skip(1).toList()) {
            cells.add(columns.stream().map(c -> c == NsColumn.NSFS ? further : "").toList());
        }
    }

    /// Numbers to the right, as lsns prints them.
    private void print(List<List<String>> cells, List<NsColumn> columns) {
        int[] widths = new int[columns.size()];
        cells.forEach(row -> {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        boolean cut = context.caller().stdoutIsTerminal() && !whole;
        int room = cut ? context.caller().columns() : 0;
        PrintStream out = context.out();
        for (List<String> row : cells) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                String cell = Table.clean(row.get(i));
                String gap = " ".repeat(Math.max(0, widths[i] - cell.length()));
                boolean last = i == row.size() - 1;
                line.append(i == 0 ? "" : " ");
                line.append(columns.get(i).number() ? gap + cell : last ? cell : cell + gap);
            }
            out.println(room > 0 && line.length() > room ? line.substring(0, room) : line);
        }
    }
}
