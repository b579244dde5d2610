package sampan.app.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sampan.app.cli.usage.UsageException;

/// Reads `--filter NAME=VALUE`.
public final class Filters {
    private Filters() {}

    public static Map<String, List<String>> parse(List<String> texts) {
        Map<String, List<String>> filters = new LinkedHashMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            if (equals <= 0) {
                throw UsageException.ofFlag(
                        "--filter", text, "bad format of filter (expected name=value)");
            }
            filters.computeIfAbsent(text.substring(0, equals).trim(), _ -> new ArrayList<>())
                    .add(text.substring(equals + 1));
        }
        return filters;
    }
}
