package sampan.app.cli.namespaces;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sampan.app.cli.Style;
import sampan.app.cli.Table;
import sampan.linux.namespaces.NamespaceId;
import sampan.linux.namespaces.NamespaceKind;
import sampan.linux.namespaces.NamespaceRow;
import sampan.linux.namespaces.Namespaces;
import sampan.linux.process.ProcessEntry;
import sampan.linux.process.ProcessTable;

/// Processes grouped by the namespaces they share: each group names only the kinds in which it
/// differs from the first one, the host's.
final class NsTree {
    private final PrintStream out;
    private final Style style;

    NsTree(PrintStream out, Style style) {
        this.out = out;
        this.style = style;
    }

    void print(List<NamespaceRow> rows) {
        List<NamespaceId> shown = rows.stream().map(NamespaceRow::id).toList();
        Map<Map<NamespaceKind, NamespaceId>, List<Integer>> groups = new LinkedHashMap<>();
        for (int pid : ProcessTable.pids().stream().sorted().toList()) {
            Map<NamespaceKind, NamespaceId> own = of(pid);
            own.values().removeIf(id -> !shown.contains(id));
            if (!own.isEmpty()) {
                groups.computeIfAbsent(own, _ -> new ArrayList<>()).add(pid);
            }
        }
        Map<NamespaceKind, NamespaceId> host =
                groups.isEmpty() ? Map.of() : groups.keySet().iterator().next();
        groups.forEach((own, pids) -> group(own, host, pids));
    }

    private static Map<NamespaceKind, NamespaceId> of(int pid) {
        try {
            return new LinkedHashMap<>(Namespaces.of(pid));
        } catch (sampan.errors.ErrnoException e) {
            return new LinkedHashMap<>(); // it ended meanwhile
        }
    }

    private void group(
            Map<NamespaceKind, NamespaceId> own,
            Map<NamespaceKind, NamespaceId> host,
            List<Integer> pids) {
        StringBuilder title = new StringBuilder();
        own.forEach((kind, id) -> {
            if (own.equals(host) || !id.equals(host.get(kind))) {
                title.append(title.isEmpty() ? "" : " ").append(id);
            }
        });
        out.println(
                style.bold(title.toString())
                        + (own.equals(host) ? style.dim("  (the first)") : ""));
        for (int i = 0; i < pids.size(); i++) {
            String branch = i == pids.size() - 1 ? "└─" : "├─";
            int pid = pids.get(i);
            String command = ProcessTable.of(pid).map(ProcessEntry::command).orElse("");
            out.println(branch + pid + " " + Table.clean(command));
        }
    }
}
