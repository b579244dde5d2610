package sampan.app.cli.layers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import sampan.app.cli.Style;
import sampan.app.cli.Words;
import sampan.engine.images.layers.LayerChanges;
import sampan.engine.images.layers.LayerChanges.OneLayer;

/// Where somebody is who looks through the layers of an image: takes keys, gives lines. Layers on
/// the left, what the chosen one changed on the right. For one thread.
final class LayerBrowser {
    private static final int NARROW_COLUMNS = 50;
    private static final int LAYERS_COLUMNS_MAX = 60;
    private static final int SIZE_COLUMNS = 8;
    private static final int FRAME_ROWS = 2;
    private static final int FILTER_CHARS_MAX = 200;
    private static final String HELP =
            " q quit  up/down move  tab pane  enter fold  [ ] fold, unfold all  / filter";

    private final LayerChanges changes;
    private final String title;
    private final Map<Integer, LayerTree> trees = new HashMap<>();
    private final Map<Integer, Set<String>> folded = new HashMap<>();
    private final Cursor layers = new Cursor();
    private final Cursor files = new Cursor();
    private List<LayerTree.Row> rows = List.of();
    private boolean inFiles;
    private boolean typing;
    private String filter = "";
    private int page = 1;

    /// A chosen line, and the first that is seen.
    private static final class Cursor {
        private int chosen;
        private int first;

        void move(int by, int size) {
            chosen = Math.clamp((long) chosen + by, 0, Math.max(0, size - 1));
        }

        void show(int height, int size) {
            move(0, size);
            first = Math.clamp(first, Math.max(0, chosen - height + 1), chosen);
        }
    }

    LayerBrowser(String image, LayerChanges changes) {
        this.changes = changes;
        this.title =
                String.format(
                        Locale.ROOT,
                        " %s: %d layers, %s, wasted %s, score %.3f",
                        image,
                        changes.layers().size(),
                        Words.size(changes.bytes()),
                        Words.size(changes.wasted()),
                        changes.score());
        look();
    }

    // ---- keys ----

    /// Whether to go on.
    boolean press(Key key) {
        if (key.kind() == Key.Kind.INTERRUPT) {
            return false;
        }
        if (typing) {
            type(key);
            return true;
        }
        switch (key.kind()) {
            case UP -> move(-1);
            case DOWN -> move(1);
            case PAGE_UP -> move(-page);
            case PAGE_DOWN -> move(page);
            case HOME -> move(Integer.MIN_VALUE);
            case END -> move(Integer.MAX_VALUE);
            case TAB -> inFiles = !inFiles;
            case LEFT -> left();
            case RIGHT -> right();
            case ENTER -> enter();
            case ESCAPE -> setFilter("");
            case BACKSPACE, INTERRUPT -> {}
            case TEXT -> {
                return letter(key.text());
            }
        }
        return true;
    }

    private boolean letter(String text) {
        switch (text) {
            case "q", "Q" -> {
                return false;
            }
            case "k" -> move(-1);
            case "j" -> move(1);
            case "g" -> move(Integer.MIN_VALUE);
            case "G" -> move(Integer.MAX_VALUE);
            case "h" -> left();
            case "l" -> right();
            case " " -> enter();
            case "/" -> typing = true;
            case "[" -> foldAll();
            case "]" -> {
                folds().clear();
                look();
            }
            default -> {}
        }
        return true;
    }

    private void type(Key key) {
        switch (key.kind()) {
            case TEXT -> {
                if (filter.length() < FILTER_CHARS_MAX) {
                    setFilter(filter + key.text());
                }
            }
            case BACKSPACE -> {
                if (!filter.isEmpty()) {
                    setFilter(filter.substring(0, filter.offsetByCodePoints(filter.length(), -1)));
                }
            }
            case ENTER, TAB, UP, DOWN -> {
                typing = false;
                inFiles = true;
            }
            case ESCAPE -> {
                typing = false;
                setFilter("");
            }
            case LEFT, RIGHT, PAGE_UP, PAGE_DOWN, HOME, END, INTERRUPT -> {}
        }
    }

    private void setFilter(String text) {
        filter = text;
        look();
    }

    private void move(int by) {
        if (inFiles) {
            files.move(by, rows.size());
        } else {
            int before = layers.chosen;
            layers.move(by, changes.layers().size());
            if (layers.chosen != before) {
                files.chosen = 0;
                look();
            }
        }
    }

    // To the directory that the line is in, and from there to the layers.
    private void left() {
        if (!inFiles || rows.isEmpty()) {
            inFiles = false;
            return;
        }
        LayerTree.Row here = rows.get(files.chosen);
        if (here.directory() && !here.folded() && filter.isEmpty()) {
            fold(here.path(), true);
        } else if (here.depth() == 0) {
            inFiles = false;
        } else {
            while (rows.get(files.chosen).depth() >= here.depth()) {
                files.chosen--;
            }
        }
    }

    private void right() {
        if (!inFiles) {
            inFiles = true;
        } else if (!rows.isEmpty() && rows.get(files.chosen).folded()) {
            fold(rows.get(files.chosen).path(), false);
        }
    }

    private void enter() {
        if (!inFiles) {
            inFiles = true;
        } else if (!rows.isEmpty() && rows.get(files.chosen).directory()) {
            LayerTree.Row here = rows.get(files.chosen);
            fold(here.path(), !here.folded());
        }
    }

    private void fold(String path, boolean closed) {
        if (closed) {
            folds().add(path);
        } else {
            folds().remove(path);
        }
        look();
    }

    private void foldAll() {
        folds().clear();
        tree().rows(Set.of(), "").stream()
                .filter(LayerTree.Row::directory)
                .forEach(row -> folds().add(row.path()));
        look();
    }

    private Set<String> folds() {
        return folded.computeIfAbsent(layers.chosen, _ -> new HashSet<>());
    }

    private LayerTree tree() {
        return trees.computeIfAbsent(
                layers.chosen, number -> new LayerTree(changes.layers().get(number)));
    }

    private void look() {
        rows = changes.layers().isEmpty() ? List.of() : tree().rows(folds(), filter);
        files.move(0, rows.size());
    }

    // ---- lines ----

    /// The whole screen; each line has exactly so many columns.
    List<String> lines(int height, int width, Style style) {
        int body = Math.max(1, height - FRAME_ROWS);
        page = Math.max(1, body - 1);
        layers.show(body, changes.layers().size());
        files.show(body, rows.size());
        boolean narrow = width < NARROW_COLUMNS;
        int left = narrow ? width : Math.min(LAYERS_COLUMNS_MAX, width * 2 / 5);
        List<String> lines = new ArrayList<>();
        lines.add(style.bold(Columns.fit(title, width)));
        for (int i = 0; i < body; i++) {
            if (narrow) {
                lines.add(inFiles ? file(i, width, style) : layer(i, width));
            } else {
                lines.add(layer(i, left) + style.dim(" │ ") + file(i, width - left - 3, style));
            }
        }
        boolean help = filter.isEmpty() && !typing;
        String last = help ? HELP : " filter: " + filter + (typing ? "_" : "  (esc clears)");
        lines.add(style.dim(Columns.fit(last, width)));
        return lines;
    }

    private static String marked(String line, boolean chosen, boolean here) {
        if (!chosen) {
            return line;
        }
        return (here ? "\u001b[7m" : "\u001b[4m") + line + "\u001b[0m";
    }

    private String layer(int line, int width) {
        int number = layers.first + line;
        if (number >= changes.layers().size()) {
            return " ".repeat(width);
        }
        OneLayer layer = changes.layers().get(number);
        String hides = layer.wasted() == 0 ? "" : " (hides " + Words.size(layer.wasted()) + ")";
        String text =
                String.format(Locale.ROOT, "%" + SIZE_COLUMNS + "s", Words.size(layer.bytes()))
                        + hides
                        + "  "
                        + (layer.createdBy().isEmpty()
                                ? layer.diffId().substring(7, 19)
                                : layer.createdBy());
        return marked(Columns.fit(text, width), number == layers.chosen, !inFiles);
    }

    private String file(int line, int width, Style style) {
        int number = files.first + line;
        if (number >= rows.size()) {
            String none = filter.isEmpty() ? "this layer changed no file" : "nothing matches";
            boolean tell = rows.isEmpty() && line == 0;
            return tell ? style.dim(Columns.fit(none, width)) : " ".repeat(width);
        }
        LayerTree.Row row = rows.get(number);
        String mark =
                row.kind()
                        .map(kind ->
                                switch (kind) {
                                    case ADDED -> "A";
                                    case CHANGED -> "C";
                                    case REMOVED -> "D";
                                })
                        .orElse(" ");
        String text =
                mark
                        + String.format(
                                Locale.ROOT, "%" + SIZE_COLUMNS + "s", Words.size(row.bytes()))
                        + "  "
                        + "  ".repeat(row.depth())
                        + row.name()
                        + (row.directory() ? "/" : "")
                        + (row.folded() ? " ..." : "");
        String fitted = Columns.fit(text, width);
        if (number == files.chosen && inFiles) {
            return marked(fitted, true, true);
        }
        return row.kind()
                .map(kind ->
                        switch (kind) {
                            case ADDED -> style.green(fitted);
                            case CHANGED -> style.yellow(fitted);
                            case REMOVED -> style.red(fitted);
                        })
                .orElse(fitted);
    }
}
