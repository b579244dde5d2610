package sampan.app.cli.namespaces;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sampan.app.cli.Table;
import sampan.errors.ErrnoException;
import sampan.linux.namespaces.NamespaceId;
import sampan.linux.namespaces.Namespaces;
import sampan.linux.process.ProcessEntry;
import sampan.linux.process.ProcessTable;
import sampan.linux.users.User;
import sampan.linux.users.UserDatabase;

/// Who is in one namespace: `lsns NAMESPACE`.
final class NsProcesses {
    private final PrintStream out;
    private final boolean bare;

    NsProcesses(PrintStream out, boolean bare) {
        this.out = out;
        this.bare = bare;
    }

    void print(NamespaceId namespace) {
        Map<Integer, ProcessEntry> inside = new HashMap<>();
        for (int pid : ProcessTable.pids().stream().sorted().toList()) {
            try {
                if (namespace.equals(Namespaces.of(pid).get(namespace.kind()))) {
                    ProcessTable.of(pid).ifPresent(entry -> inside.put(pid, entry));
                }
            } catch (ErrnoException e) {
                // It ended meanwhile.
            }
        }
        Map<Integer, List<Integer>> children = new HashMap<>();
        inside.forEach((pid, entry) -> {
            int parent = inside.containsKey(entry.ppid()) ? entry.ppid() : 0;
            children.computeIfAbsent(parent, _ -> new ArrayList<>()).add(pid);
        });
        children.values().forEach(list -> list.sort(null));
        List<List<String>> rows = new ArrayList<>();
        if (!bare) {
            rows.add(List.of("PID", "PPID", "USER", "COMMAND"));
        }
        UserDatabase users = UserDatabase.host();
        for (int root : children.getOrDefault(0, List.of())) {
            place(new Placing(inside, children, users, rows), root, "", "");
        }
        table(rows);
    }

    private record Placing(
            Map<Integer, ProcessEntry> inside,
            Map<Integer, List<Integer>> children,
            UserDatabase users,
            List<List<String>> rows) {}

    private static void place(Placing placing, int pid, String mark, String below) {
        ProcessEntry entry = placing.inside.get(pid);
        if (entry == null) {
            return;
        }
        placing.rows.add(
                List.of(
                        Integer.toString(pid),
                        Integer.toString(entry.ppid()),
                        placing.users
                                .user(entry.uid())
                                .map(User::name)
                                .orElse(Integer.toString(entry.uid())),
                        mark + Table.clean(name(entry))));
        List<Integer> own = placing.children.getOrDefault(pid, List.of());
        for (int child : own) {
            boolean last = child == own.getLast();
            place(placing, child, below + (last ? "└─" : "├─"), below + (last ? "  " : "│ "));
        }
    }

    /// Kernel threads by their bare name, as lsns has them.
    private static String name(ProcessEntry entry) {
        return entry.cmdline().isEmpty() ? entry.comm() : entry.command();
    }

    private void table(List<List<String>> rows) {
        int[] widths = new int[3];
        rows.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        for (List<String> row : rows) {
            out.println(
                    " ".repeat(widths[0] - row.get(0).length())
                            + row.get(0)
                            + " "
                            + " ".repeat(widths[1] - row.get(1).length())
                            + row.get(1)
                            + " "
                            + Table.padded(row.get(2), widths[2])
                            + " "
                            + row.get(3));
        }
    }
}
