package sampan.app.cli.layers;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import sampan.engine.images.layers.LayerChanges.Change;
import sampan.engine.images.layers.LayerChanges.Kind;
import sampan.engine.images.layers.LayerChanges.OneLayer;

/// What a layer changed, as a tree of directories.
final class LayerTree {
    private final Node root = new Node("", "");

    LayerTree(OneLayer layer) {
        layer.changes().forEach(this::add);
        root.sum();
    }

    /// A line of the tree.
    ///
    /// @param kind empty of a directory that is only on the way
    /// @param bytes of a directory, those of all that is below
    record Row(
            String path,
            String name,
            int depth,
            boolean directory,
            Optional<Kind> kind,
            long bytes,
            boolean folded) {}

    private static final class Node {
        private final String path;
        private final String name;
        private final Map<String, Node> children = new TreeMap<>();
        private Optional<Kind> kind = Optional.empty();
        private boolean directory = true;
        private long bytes;

        Node(String path, String name) {
            this.path = path;
            this.name = name;
        }

        long sum() {
            for (Node child : children.values()) {
                bytes += child.sum();
            }
            return bytes;
        }
    }

    private void add(Change change) {
        Node at = root;
        for (String name : change.path().split("/", -1)) {
            Node parent = at;
            at =
                    parent.children.computeIfAbsent(
                            name,
                            n -> new Node(parent.path.isEmpty() ? n : parent.path + "/" + n, n));
        }
        at.kind = Optional.of(change.kind());
        at.directory = change.directory() || !at.children.isEmpty();
        at.bytes = change.directory() ? 0 : change.bytes();
    }

    /// The lines to be seen.
    ///
    /// @param folded paths of directories that are closed; what is looked for is shown in any case
    /// @param filter a part of the path, in any case; empty for all
    List<Row> rows(Set<String> folded, String filter) {
        List<Row> rows = new ArrayList<>();
        String wanted = filter.toLowerCase(Locale.ROOT);
        root.children.values().forEach(node -> collect(node, 0, folded, wanted, rows));
        return rows;
    }

    private static boolean collect(
            Node node, int depth, Set<String> folded, String wanted, List<Row> rows) {
        boolean all = wanted.isEmpty();
        boolean matches = all || node.path.toLowerCase(Locale.ROOT).contains(wanted);
        boolean closed = all && folded.contains(node.path);
        int at = rows.size();
        rows.add(
                new Row(
                        node.path,
                        node.name,
                        depth,
                        node.directory,
                        node.kind,
                        node.bytes,
                        closed));
        if (!closed) {
            for (Node child : node.children.values()) {
                matches |= collect(child, depth + 1, folded, wanted, rows);
            }
        }
        if (!matches) {
            rows.subList(at, rows.size()).clear();
        }
        return matches;
    }
}
