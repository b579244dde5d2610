package sampan.app.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Rows under a header, columns as wide as their widest cell (at least seven) and three spaces
/// apart, as the docker client prints them. Control characters of foreign names are shown as `?`.
public final class Table {
    private static final String GAP = "   ";
    private static final int WIDTH_MIN = 7;

    private int least = WIDTH_MIN;

    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... header) {
        rows.add(List.of(header));
    }

    /// Gives every column but the last at least this width.
    public Table atLeast(int width) {
        least = width;
        return this;
    }

    public void row(String... cells) {
        rows.add(List.of(cells));
    }

    public void row(List<String> cells) {
        rows.add(List.copyOf(cells));
    }

    public void print(PrintStream out) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        Arrays.fill(widths, least);
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], clean(row.get(i)).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                line.append(i == 0 ? "" : GAP);
                String cell = clean(row.get(i));
                line.append(i == row.size() - 1 ? cell : padded(cell, widths[i]));
            }
            out.println(line);
        }
    }

    public static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    /// Escape sequences in a container's name must not reach a terminal.
    public static String clean(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                out = out == null ? new StringBuilder(text) : out;
                out.setCharAt(i, '?');
            }
        }
        return out == null ? text : out.toString();
    }
}
