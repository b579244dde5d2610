package sampan.app.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.app.cli.template.GoTemplate;
import sampan.oci.json.Json;

/// A listing in the form that `--format` asks for: empty or `table` for the usual columns, `table
/// TEMPLATE`, `json`, or a template per row.
public final class Rows {
    private static final Pattern FIELD = Pattern.compile("\\.(\\w+)");

    private final Map<String, String> headers;
    private final List<Map<String, Object>> rows = new ArrayList<>();

    /// @param headers field to its column's title, in the usual order
    public Rows(Map<String, String> headers) {
        this.headers = new LinkedHashMap<>(headers);
    }

    public void add(Map<String, Object> row) {
        rows.add(row);
    }

    /// @param usual fields that are shown without a format
    public void print(CommandContext context, String format, List<String> usual) {
        PrintStream out = context.out();
        String text = format.replace("\\t", "\t").replace("\\n", "\n");
        if (text.isEmpty() || text.equals("table")) {
            table(context, usual);
        } else if (text.equals("json")) {
            rows.forEach(row -> out.println(escaped(Json.text(new TreeMap<>(row)))));
        } else if (text.startsWith("table ")) {
            templateTable(context, text.substring("table ".length()));
        } else {
            GoTemplate template = GoTemplate.parse(text);
            rows.forEach(row -> out.println(template.render(row)));
        }
    }

    /// As Go writes JSON: safe within HTML.
    private static String escaped(String json) {
        return json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
    }

    private void table(CommandContext context, List<String> usual) {
        Table table = new Table(usual.stream().map(this::header).toArray(String[]::new));
        for (Map<String, Object> row : rows) {
            table.row(usual.stream().map(f -> String.valueOf(row.getOrDefault(f, ""))).toList());
        }
        table.print(context);
    }

    private void templateTable(CommandContext context, String source) {
        GoTemplate template = GoTemplate.parse(source);
        Map<String, Object> titles = new LinkedHashMap<>(headers);
        titles.putIfAbsent("Labels", "LABELS");
        Matcher fields = FIELD.matcher(source);
        while (fields.find()) {
            titles.putIfAbsent(fields.group(1), fields.group(1).toUpperCase(java.util.Locale.ROOT));
        }
        Table table = new Table(template.render(titles).split("\t", -1));
        for (Map<String, Object> row : rows) {
            table.row(template.render(row).split("\t", -1));
        }
        table.print(context);
    }

    private String header(String field) {
        return headers.getOrDefault(field, field);
    }
}
