package sampan.app.cli.registry;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import sampan.app.cli.Words;
import sampan.app.session.Caller;
import sampan.engine.services.RegistryService;

/// The progress of a pull or push: on a terminal a line per layer and one for all of them, with
/// rate and time left; in a pipe plain lines, without the steps in between.
public final class ProgressBars implements RegistryService.Progress, AutoCloseable {
    private static final long REDRAW_NANOS = 80_000_000;
    private static final int BAR = 24;
    private static final int ROWS_DEFAULT = 24;
    private static final int COLUMNS_DEFAULT = 80;

    private final Caller caller;
    private final PrintStream out;
    private final boolean live;
    private final boolean quiet;
    private final Map<String, Row> rows = new LinkedHashMap<>();
    private final long begin = System.nanoTime();
    private int drawn;
    private long lastDraw;

    private static final class Row {
        private String status = "";
        private long current;
        private long total;
        private long moved;
        private long size;
    }

    /// @param terminal the stream is one
    public ProgressBars(Caller caller, PrintStream out, boolean terminal, boolean quiet) {
        this.caller = caller;
        this.out = out;
        this.live = terminal && !"dumb".equals(caller.environment().getOrDefault("TERM", "dumb"));
        this.quiet = quiet;
    }

    @Override
    public synchronized void message(String id, String text) {
        if (quiet) {
            return;
        }
        erase();
        if (id.isEmpty()) {
            settle(); // what comes now is about the whole
        }
        out.println(id.isEmpty() ? text : id + ": " + text);
        draw();
        out.flush();
    }

    @Override
    public synchronized void report(String id, String status, long current, long total) {
        if (quiet) {
            return;
        }
        if (!live) {
            if (total == 0) {
                out.println(id + ": " + status);
                out.flush();
            }
            return;
        }
        Row row = rows.computeIfAbsent(id, i -> new Row());
        boolean transfer = status.equals("Downloading") || status.equals("Pushing");
        if (transfer) {
            row.moved = current;
            row.size = total;
        }
        boolean step = !row.status.equals(status);
        row.status = status;
        row.current = current;
        row.total = total;
        if (step || System.nanoTime() - lastDraw > REDRAW_NANOS) {
            erase();
            draw();
            out.flush();
        }
    }

    private void erase() {
        if (drawn > 0) {
            out.print("\u001b[" + drawn + "A\r\u001b[J");
            drawn = 0;
        }
    }

    private void draw() {
        if (!live || rows.isEmpty()) {
            return;
        }
        lastDraw = System.nanoTime();
        List<String> lines = new ArrayList<>();
        rows.forEach((id, row) -> lines.add(line(id, row)));
        lines.add(summary());
        int height = caller.rows() == 0 ? ROWS_DEFAULT : caller.rows();
        int width = caller.columns() == 0 ? COLUMNS_DEFAULT : caller.columns();
        // What is above the screen cannot be redrawn: the last lines are shown.
        List<String> shown =
                lines.subList(Math.max(0, lines.size() - Math.max(1, height - 1)), lines.size());
        for (String line : shown) {
            out.println(line.length() < width ? line : line.substring(0, Math.max(0, width - 1)));
        }
        drawn = shown.size();
    }

    private static String line(String id, Row row) {
        if (row.total == 0) {
            return id + ": " + row.status;
        }
        return String.format(
                Locale.ROOT,
                "%s: %-12s [%s] %s/%s",
                id,
                row.status,
                bar(row.current, row.total),
                Words.size(row.current),
                Words.size(row.total));
    }

    private static String bar(long current, long total) {
        int filled = (int) Math.min(BAR, current * BAR / total);
        String head = filled < BAR ? ">" : "";
        return "=".repeat(filled) + head + " ".repeat(Math.max(0, BAR - filled - head.length()));
    }

    private String summary() {
        long moved = rows.values().stream().mapToLong(row -> row.moved).sum();
        long size = rows.values().stream().mapToLong(row -> row.size).sum();
        if (size == 0) {
            return "total";
        }
        double seconds = Math.max(0.001, (System.nanoTime() - begin) / 1e9);
        double rate = moved / seconds;
        String left =
                moved >= size || rate < 1
                        ? ""
                        : ", " + clock(Duration.ofSeconds((long) Math.ceil((size - moved) / rate)));
        return String.format(
                Locale.ROOT,
                "total: [%s] %s/%s, %s/s%s",
                bar(moved, size),
                Words.size(moved),
                Words.size(size),
                Words.size((long) rate),
                left);
    }

    private static String clock(Duration left) {
        return left.toHours() > 0
                ? String.format(
                        Locale.ROOT,
                        "%d:%02d:%02d left",
                        left.toHours(),
                        left.toMinutesPart(),
                        left.toSecondsPart())
                : String.format(
                        Locale.ROOT, "%d:%02d left", left.toMinutes(), left.toSecondsPart());
    }

    /// Leaves the last state on the screen.
    @Override
    public synchronized void close() {
        erase();
        settle();
        out.flush();
    }

    private void settle() {
        rows.forEach((id, row) -> out.println(line(id, row)));
        rows.clear();
    }
}
