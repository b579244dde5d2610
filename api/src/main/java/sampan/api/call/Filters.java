package sampan.api.call;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

/// The `filters` parameter: a JSON object of lists, or of objects whose keys are the values, as
/// clients before API 1.22 and some after send it.
final class Filters {
    private Filters() {}

    static Map<String, List<String>> parse(String json) {
        Map<String, List<String>> filters = new LinkedHashMap<>();
        Map<?, ?> parsed;
        try {
            parsed = Json.read(json.getBytes(StandardCharsets.UTF_8), Map.class);
        } catch (SampanException e) {
            throw SampanException.invalid("invalid filter: " + json);
        }
        for (Map.Entry<?, ?> entry : parsed.entrySet()) {
            filters.put(String.valueOf(entry.getKey()), values(json, entry.getValue()));
        }
        return filters;
    }

    private static List<String> values(String json, @Nullable Object value) {
        List<String> values = new ArrayList<>();
        if (value instanceof List<?> list) {
            for (Object each : list) {
                if (!(each instanceof String text)) {
                    throw SampanException.invalid("invalid filter: " + json);
                }
                values.add(text);
            }
        } else if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> each : map.entrySet()) {
                if (Boolean.TRUE.equals(each.getValue())) {
                    values.add(String.valueOf(each.getKey()));
                }
            }
        } else {
            throw SampanException.invalid("invalid filter: " + json);
        }
        return List.copyOf(values);
    }
}
