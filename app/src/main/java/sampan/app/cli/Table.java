package sampan.app.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Rows under a header, columns as wide as their widest cell (at least seven) and three spaces
/// apart, as the docker client prints them. Control characters of foreign names are shown as `?`.
public final class Table {
    private static final String GAP = "   ";
    private static final int WIDTH_MIN = 7;
    private static final int CUT_WIDTH_MIN = 12;

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

    /// Prints it; on a terminal with its title bold, states coloured, and wide cells cut so that a
    /// row fits a line.
    public void print(CommandContext context) {
        boolean terminal = context.caller().stdoutIsTerminal();
        int[] widths = widths(rows);
        if (terminal) {
            fit(widths, context.caller().columns());
        }
        Style style = context.style();
        int status = rows.getFirst().indexOf("STATUS");
        for (int n = 0; n < rows.size(); n++) {
            List<String> row = rows.get(n);
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                String cell = clean(row.get(i));
                String shown = terminal ? cut(cell, widths[i]) : cell;
                String text = i == row.size() - 1 ? shown : padded(shown, widths[i]);
                line.append(i == 0 ? "" : GAP);
                if (n == 0) {
                    line.append(style.bold(text));
                } else {
                    line.append(i == status ? state(style, cell, text) : text);
                }
            }
            context.out().println(line);
        }
    }

    private int[] widths(List<List<String>> lines) {
        int[] widths = new int[lines.getFirst().size()];
        Arrays.fill(widths, least);
        for (List<String> row : lines) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], clean(row.get(i)).length());
            }
        }
        return widths;
    }

    /// Takes from the widest columns, never from the first, whose names are copied.
    private static void fit(int[] widths, int columns) {
        int total = Arrays.stream(widths).sum() + GAP.length() * (widths.length - 1);
        while (columns > 0 && total > columns) {
            int widest = 0;
            for (int i = 1; i < widths.length; i++) {
                if (widths[i] > CUT_WIDTH_MIN && (widest == 0 || widths[i] > widths[widest])) {
                    widest = i;
                }
            }
            if (widest == 0) {
                return;
            }
            widths[widest]--;
            total--;
        }
    }

    private static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, width - 1) + "…";
    }

    private static String state(Style style, String cell, String text) {
        if (cell.startsWith("Up ")) {
            return cell.endsWith("(Paused)") ? style.yellow(text) : style.green(text);
        }
        boolean failed = cell.startsWith("Exited (") && !cell.startsWith("Exited (0)");
        return failed ? style.red(text) : style.dim(text);
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
