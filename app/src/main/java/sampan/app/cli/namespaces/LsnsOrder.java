package sampan.app.cli.namespaces;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.linux.namespaces.NamespaceRow;

/// The order and the marks of lsns(8): a row whose process is a child of another shown process
/// stands below that process's last row so far.
final class LsnsOrder {
    /// @param mark what stands before the command, such as `└─`
    record Placed(NamespaceRow row, String mark) {}

    private record Line(NamespaceRow row, List<Line> children) {}

    private LsnsOrder() {}

    /// @param rows by ascending inode
    static List<Placed> of(List<NamespaceRow> rows, boolean flat) {
        List<Line> roots = new ArrayList<>();
        Map<Integer, Line> lastOfProcess = new HashMap<>();
        for (NamespaceRow row : rows) {
            Line line = new Line(row, new ArrayList<>());
            Optional<Line> parent =
                    flat ? Optional.empty() : Optional.ofNullable(lastOfProcess.get(row.ppid()));
            parent.map(Line::children).orElse(roots).add(line);
            lastOfProcess.put(row.pid(), line);
        }
        List<Placed> placed = new ArrayList<>();
        roots.forEach(root -> place(root, "", "", placed));
        return placed;
    }

    private static void place(Line line, String mark, String below, List<Placed> placed) {
        placed.add(new Placed(line.row(), mark));
        List<Line> children = line.children();
        for (int i = 0; i < children.size(); i++) {
            boolean last = i == children.size() - 1;
            place(
                    children.get(i),
                    below + (last ? "└─" : "├─"),
                    below + (last ? "  " : "│ "),
                    placed);
        }
    }
}
